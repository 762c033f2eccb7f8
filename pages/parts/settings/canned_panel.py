"""Canned replies from a file: tried at once, shown, and imported as a whole by one press."""

from collections.abc import Callable, Mapping

from typing_extensions import override

from pages.locale import _
from pages.parts.settings.section import Section
from pages.parts.settings.sheet_panel import SheetPanel
from services.canned.sheet import MAX_FILE_BYTES, CannedReport, CannedRowChange
from services.customers.importing.files import ImportFile


class CannedPanel(SheetPanel):
    """One import of canned replies."""

    def __init__(
        self, section: Section, close: Callable[[], None], names: Mapping[str, str]
    ) -> None:
        """Draw the import; ``names`` are those of the fields."""
        self._sheet, self._names = section.services.canned_sheet, names
        super().__init__(
            section,
            close,
            about=_(
                'CSV나 XLSX 파일을 고르세요. 첫 줄은 내보낸 파일과 같아야 합니다. 공유, 폴더, 제목이 같은 답변은 바뀌고 없는 답변은 추가됩니다. 공유 칸이 비면 내 답변이고, 다른 빈 칸은 그대로 둡니다.'
            ),
            most_bytes=MAX_FILE_BYTES,
        )

    @override
    async def run(self, file: ImportFile, *, is_trial: bool) -> CannedReport:
        return await self._sheet.run(self.agent, file, is_trial=is_trial)

    @override
    def summary(self, report: CannedReport) -> str:
        new = sum(one.is_new for one in report.changes)
        return _(
            '추가 {new}개 · 변경 {changed}개 · 그대로 {same}개 · 오류 {faulty}줄',
            new=new,
            changed=len(report.changes) - new,
            same=report.same,
            faulty=len(report.faults),
        )

    @override
    def change_line(self, change: CannedRowChange) -> str:
        fields = ', '.join(self._names.get(name, name) for name in change.fields)
        return f'{change.row}: {change.title} · {_("추가") if change.is_new else fields}'
