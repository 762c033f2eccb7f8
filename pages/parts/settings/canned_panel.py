"""Canned replies from a file: tried at once, shown, and imported as a whole by one press."""

from collections.abc import Callable, Mapping

from nicegui import ui

from pages.locale import _
from pages.parts.kit.buttons import button
from pages.parts.kit.sheet_upload import SheetUpload, draw_outcome
from pages.parts.settings.section import Section
from services.canned.sheet import CannedReport, CannedRowChange
from services.customers.importing.files import ImportFile


def canned_panel(section: Section, close: Callable[[], None], names: Mapping[str, str]) -> None:
    """Draw the import; ``names`` are those of the fields."""

    async def run(file: ImportFile, *, is_trial: bool) -> CannedReport:
        return await section.services.canned_sheet.run(section.agent, file, is_trial=is_trial)

    def draw(report: CannedReport) -> None:
        new = sum(one.is_new for one in report.changes)
        counts = _(
            '추가 {new}개 · 변경 {changed}개 · 그대로 {same}개 · 오류 {faulty}줄',
            new=new,
            changed=len(report.changes) - new,
            same=report.same,
            faulty=len(report.faults),
        )
        draw_outcome(report, counts, [_change(one, names) for one in report.changes])
        with ui.element('div').classes('desk-actions'):
            button(_('닫기'), close)
            upload.offer(report)

    hint = _(
        'CSV나 XLSX 파일을 고르세요. 첫 줄은 내보낸 파일과 같아야 합니다. 공유, 폴더, 제목이 같은 답변은 바뀌고 없는 답변은 추가됩니다. 공유 칸이 비면 내 답변이고, 다른 빈 칸은 그대로 둡니다.'
    )
    upload = SheetUpload(section.services.topics, hint, run, draw)


def _change(one: CannedRowChange, names: Mapping[str, str]) -> str:
    what = _('추가') if one.is_new else ', '.join(names.get(name, name) for name in one.fields)
    return f'{one.row}: {one.title} · {what}'
