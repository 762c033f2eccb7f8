"""People from a file: tried at once, shown, and imported as a whole by one press."""

from collections.abc import Callable
from urllib.parse import urlsplit

from nicegui import context, ui
from typing_extensions import override

from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.settings.section import Section
from pages.parts.settings.sheet_panel import SheetPanel
from services.customers.importing.files import ImportFile
from services.people.invitations import Invited
from services.roster.roster import MAX_FILE_BYTES, RosterChange, RosterReport, links_file


def roster_panel(section: Section, close: Callable[[], None]) -> None:
    """Draw the import."""
    RosterPanel(section, close)


class RosterPanel(SheetPanel):
    """One import of people, from the file to the links of the invited."""

    def __init__(self, section: Section, close: Callable[[], None]) -> None:
        self._roster = section.services.roster
        super().__init__(
            section,
            close,
            about=_(
                'CSV나 XLSX 파일을 고르세요. 첫 줄은 내보낸 파일과 같아야 합니다. 아이디가 같은 사람은 바뀌고 없는 사람은 초대됩니다. 빈 칸은 그대로 둡니다.'
            ),
            most_bytes=MAX_FILE_BYTES,
        )

    @override
    async def run(self, file: ImportFile, *, is_trial: bool) -> RosterReport:
        return await self._roster.run(self.agent, file, is_trial=is_trial)

    @override
    def summary(self, report: RosterReport) -> str:
        new = sum(one.is_new for one in report.changes)
        return _(
            '초대 {new}명 · 변경 {changed}명 · 그대로 {same}명 · 오류 {faulty}줄',
            new=new,
            changed=len(report.changes) - new,
            same=report.same,
            faulty=len(report.faults),
        )

    @override
    def change_line(self, change: RosterChange) -> str:
        names = {
            'last_name': _('성'),
            'first_name': _('person.given_name'),
            'role': _('역할'),
            'department': _('부서'),
            'chat_capacity': _('동시 채팅'),
            'skills': _('역량'),
        }
        fields = ', '.join(names.get(name, name) for name in change.fields)
        return f'{change.row}: {change.username} · {_("초대") if change.is_new else fields}'

    @override
    def draw_afterwards(self, report: RosterReport) -> None:
        if report.invited:
            links = _links(report.invited)
            button(_('초대 링크 받기'), lambda: _download(links), ButtonStyle.PRIMARY)


def _links(invited: tuple[Invited, ...]) -> bytes:
    asked = urlsplit(str(context.client.request.url))
    headings = (_('아이디'), _('이메일'), _('초대 링크'))
    return links_file(invited, f'{asked.scheme}://{asked.netloc}/invite/', headings)


def _download(links: bytes) -> None:
    ui.download.content(links, _('초대 링크.csv'), media_type='text/csv; charset=utf-8')
