"""The shift table from a file: tried at once, shown, and planned as a whole by one press."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import button
from pages.parts.kit.sheet_upload import SheetUpload, draw_outcome
from services.customers.importing.files import ImportFile
from services.reports.shift_sheet import ShiftChange, ShiftReport


def import_shifts(context: PageContext, *, on_change: Callable[[], Awaitable[None]]) -> None:
    """Open the import; ``on_change`` is called when shifts were planned."""

    async def run(file: ImportFile, *, is_trial: bool) -> ShiftReport:
        sheet = context.services.shift_sheet
        report = await context.still(sheet.run(context.agent, file, is_trial=is_trial))
        if report.is_written:
            await context.still(on_change())
        return report

    def draw(report: ShiftReport) -> None:
        new = sum(one.is_new for one in report.changes)
        counts = _(
            '새 근무 {new}건 · 변경 {changed}건 · 그대로 {same}건 · 오류 {faulty}줄',
            new=new,
            changed=len(report.changes) - new,
            same=report.same,
            faulty=len(report.faults),
        )
        draw_outcome(report, counts, [_change(one) for one in report.changes])
        with ui.element('div').classes('desk-actions'):
            upload.offer(report)

    with dialog.titled(context.dialogs, _('근무표 가져오기')) as opened:
        hint = _(
            'CSV나 XLSX 파일을 고르세요. 첫 줄은 내보낸 파일과 같아야 합니다. 한 줄은 한 사람의 하루이고, 그날 근무를 대신합니다. 파일에 없는 날은 그대로 둡니다.'
        )
        upload = SheetUpload(context.services.topics, hint, run, draw)
        with ui.element('div').classes('desk-actions'):
            button(_('닫기'), opened.close)


def _change(one: ShiftChange) -> str:
    shift = one.shift
    whole = f'{times.hour(shift.begin)} ~ {times.hour(shift.until)}'
    what = _('새 근무') if one.is_new else _('변경')
    return f'{one.row}: {one.name} · {shift.day.isoformat()} · {whole} · {what}'
