"""The choice of a reason, with a field for one in free text: before an export, or a file about a customer."""

from collections.abc import Mapping
from urllib.parse import urlencode

from nicegui import ui

from pages.locale import _
from services.text.reasons import MAX_WHY_CHARS
from services.work.export_reasons import ExportReason


class ReasonChoice(ui.element):
    """A list of reasons; choosing ``other`` shows the field for it."""

    def __init__(self, names: Mapping[str, str], other: str) -> None:
        super().__init__('div')
        self.classes('desk-reason-choice')
        self._other = other
        self._is_missing = _('사유를 고르세요.')
        with self:
            self._reason = ui.select(
                dict(names),
                label=_('사유'),
                validation={self._is_missing: lambda chosen: chosen is not None},
            ).props('outlined dense options-dense')
            self._why = ui.input(
                _('기타 사유'),
                validation={_('사유를 입력하세요.'): lambda words: bool((words or '').strip())},
            ).props('outlined dense')
            self._why.props['maxlength'] = MAX_WHY_CHARS
            self._why.set_visibility(False)
        self._reason.on_value_change(lambda event: self._why.set_visibility(event.value == other))

    def is_given(self) -> bool:
        """Whether a reason is chosen, and written where it must be; else the field says so."""
        if not self._reason.validate():
            return False
        return self._reason.value != self._other or self._why.validate()

    @property
    def query(self) -> str:
        """The reason as a part of an address's query."""
        words = {'why': self._why.value} if self._reason.value == self._other else {}
        return urlencode({'reason': self._reason.value, **words})


def export_reasons() -> dict[str, str]:
    """Return the names of reasons for exports."""
    return {
        ExportReason.REPORT.value: _('업무 보고'),
        ExportReason.QUALITY.value: _('상담 품질 확인'),
        ExportReason.REQUEST.value: _('고객 요청 처리'),
        ExportReason.INSPECTION.value: _('점검·감사'),
        ExportReason.OTHER.value: _('기타'),
    }
