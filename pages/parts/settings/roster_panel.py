"""People from a file: tried at once, shown, and imported as a whole by one press."""

from collections.abc import Callable
from urllib.parse import urlsplit

from nicegui import context, ui

from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.sheet_upload import SheetUpload, draw_outcome
from pages.parts.settings.section import Section
from services.customers.importing.files import ImportFile
from services.people.invitations import Invited
from services.roster.roster import RosterChange, RosterReport, links_file


def roster_panel(section: Section, close: Callable[[], None]) -> None:
    """Draw the import, from the file to the links of the invited."""

    async def run(file: ImportFile, *, is_trial: bool) -> RosterReport:
        return await section.services.roster.run(section.agent, file, is_trial=is_trial)

    def draw(report: RosterReport) -> None:
        new = sum(one.is_new for one in report.changes)
        counts = _(
            '초대 {new}명 · 변경 {changed}명 · 그대로 {same}명 · 오류 {faulty}줄',
            new=new,
            changed=len(report.changes) - new,
            same=report.same,
            faulty=len(report.faults),
        )
        draw_outcome(report, counts, [_change(one) for one in report.changes])
        with ui.element('div').classes('desk-actions'):
            if report.invited:
                links = _links(report.invited)
                button(_('초대 링크 받기'), lambda: _download(links), ButtonStyle.PRIMARY)
            button(_('닫기'), close)
            upload.offer(report)

    hint = _(
        'CSV나 XLSX 파일을 고르세요. 첫 줄은 내보낸 파일과 같아야 합니다. 아이디가 같은 사람은 바뀌고 없는 사람은 초대됩니다. 빈 칸은 그대로 둡니다.'
    )
    upload = SheetUpload(section.services.topics, hint, run, draw)


def _change(one: RosterChange) -> str:
    names = {
        'last_name': _('성'),
        'first_name': _('person.given_name'),
        'role': _('역할'),
        'department': _('부서'),
        'chat_capacity': _('동시 채팅'),
        'skills': _('역량'),
    }
    what = _('초대') if one.is_new else ', '.join(names.get(name, name) for name in one.fields)
    return f'{one.row}: {one.username} · {what}'


def _links(invited: tuple[Invited, ...]) -> bytes:
    asked = urlsplit(str(context.client.request.url))
    headings = (_('아이디'), _('이메일'), _('초대 링크'))
    return links_file(invited, f'{asked.scheme}://{asked.netloc}/invite/', headings)


def _download(links: bytes) -> None:
    ui.download.content(links, _('초대 링크.csv'), media_type='text/csv; charset=utf-8')
