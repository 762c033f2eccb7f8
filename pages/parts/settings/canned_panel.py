"""Canned replies from a file: tried at once, shown, and imported as a whole by one press."""

from collections.abc import Callable, Mapping

from nicegui import ui

from pages.locale import _, language, sentence
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.sheet_upload import SheetUpload, heading_of, listed
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
        heading_of(report, counts, report.ignored)
        listed('faults', [f'{one.row}: {sentence(language(), one.error)}' for one in report.faults])
        listed('changes', [_change(one, names) for one in report.changes])
        with ui.element('div').classes('desk-actions'):
            button(_('닫기'), close)
            if report.changes and not report.faults and not report.is_written:
                button(_('이대로 가져오기'), upload.write, ButtonStyle.PRIMARY)

    hint = _(
        'CSV나 XLSX 파일을 고르세요. 첫 줄은 내보낸 파일과 같아야 합니다. 공유, 폴더, 제목이 같은 답변은 바뀌고 없는 답변은 추가됩니다. 공유 칸이 비면 내 답변이고, 다른 빈 칸은 그대로 둡니다.'
    )
    upload = SheetUpload(section.services.topics, hint, run, draw)


def _change(one: CannedRowChange, names: Mapping[str, str]) -> str:
    what = _('추가') if one.is_new else ', '.join(names.get(name, name) for name in one.fields)
    return f'{one.row}: {one.title} · {what}'
