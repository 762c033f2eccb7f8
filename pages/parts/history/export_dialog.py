"""Exporting the history: the choice of a format, the progress, and a button to stop."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import uuid4

from nicegui import ui

from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.reason_choice import ReasonChoice, export_reasons
from services.history.exports import ExportFormat, ExportMoved, ExportState, export_topic
from services.history.filter import HistoryFilter
from services.history.history import Hits
from services.work.export_reasons import ExportReason

BEGIN_SECONDS = 10.0
"""An accepted export reports that it began within this time; a refused one reports nothing."""


def export_dialog(context: PageContext, wanted: HistoryFilter, hits: Hits | None) -> None:
    """Open the dialog: the contacts to export, and the format."""
    with dialog.titled(context.dialogs, _('이력 내보내기')) as opened:
        ExportDialog(context, wanted, hits, close=opened.close)


class ExportDialog(Component):
    """One export in one dialog; closing the dialog stops the export."""

    def __init__(
        self,
        context: PageContext,
        wanted: HistoryFilter,
        hits: Hits | None,
        *,
        close: Callable[[], object],
    ) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self._wanted = wanted
        self._close = close
        self._id = uuid4()
        self._most = max(hits.number, 1) if hits else None
        self._state: ExportState | None = None
        self._has_begun = False
        self.classes('desk-export')
        with self:
            self._choose()
        self.at_end(self._stop)

    def _choose(self) -> None:
        ui.label(
            _(
                '지금 고른 조건의 이력을 파일로 받습니다. 전화번호는 가려지고, 내보낸 기록이 남습니다.'
            )
        )
        kinds = {ExportFormat.XLSX.value: 'Excel (XLSX)', ExportFormat.CSV.value: 'CSV'}
        kind = ui.radio(kinds, value=ExportFormat.XLSX.value).props('inline dense')
        kind.props['aria-label'] = _('파일 형식')
        why = ReasonChoice(export_reasons(), ExportReason.OTHER.value)
        with ui.element('div').classes('desk-actions'):
            button(_('취소'), self._close)
            button(
                _('내보내기'),
                lambda: self._press(ExportFormat(kind.value), why),
                ButtonStyle.PRIMARY,
            )

    def _press(self, kind: ExportFormat, why: ReasonChoice) -> None:
        if why.is_given():
            self._begin(kind, why.query)

    def _begin(self, kind: ExportFormat, why: str) -> None:
        self._state = ExportState.RUNNING
        self.listen(export_topic(self._id), self._hear)
        own = urlencode({'format': kind.value, 'export': str(self._id)})
        query = (self._wanted.query, own, why)
        self.clear()
        with self:
            self._bar = ui.linear_progress(0, show_value=False)
            self._bar.props('indeterminate' if self._most is None else '')
            self._bar.props['aria-label'] = _('내보내기 진행')
            self._said = ui.label(_('준비하고 있습니다.')).props('role=status')
            with ui.element('div').classes('desk-actions') as self._actions:
                button(_('멈추기'), self._close)
            # Inside the dialog: the pressed button and its slot are gone.
            ui.download.from_url(f'/history/export?{"&".join(filter(None, query))}')
        self.after(BEGIN_SECONDS, self._miss)

    async def _miss(self) -> None:
        """Show that the export failed; the reason is in the response that the browser received in place of the file."""
        if not self._has_begun:
            self._end(_('내보내기를 시작하지 못했습니다. 잠시 뒤에 다시 시도하세요.'))

    def _hear(self, event: object) -> None:
        if not isinstance(event, ExportMoved):
            return
        self._state, self._has_begun = event.state, True
        if event.state is ExportState.DONE:
            self._bar.set_value(1)
        elif self._most:
            self._bar.set_value(min(event.rows / self._most, 0.99))
        rows = f'{event.rows:,}'
        match event.state:
            case ExportState.RUNNING if event.rows:
                self._said.set_text(_('{rows}건을 내보냈습니다.', rows=rows))
            case ExportState.DONE:
                self._end(
                    _('{rows}건을 모두 내보냈습니다. 파일은 받은 파일 폴더에 있습니다.', rows=rows)
                )
            case ExportState.STOPPED | ExportState.BROKEN:
                self._end(_('내보내기가 끝까지 가지 못했습니다. 다시 시도하세요.'))

    def _end(self, said: str) -> None:
        self._bar.props(remove='indeterminate')
        self._said.set_text(said)
        self._actions.clear()
        with self._actions:
            button(_('닫기'), self._close, ButtonStyle.PRIMARY)

    async def _stop(self) -> None:
        if self._state is ExportState.RUNNING:
            await self._context.services.exports.stop(self._context.agent, self._id)
