"""People from a file: tried at once, shown, and imported as a whole by one press."""

from collections.abc import Callable
from urllib.parse import urlsplit

from nicegui import context, events, ui
from nicegui.elements.upload_files import FileUpload

from desk.errors import DeskError, InvalidInputError
from pages import notices
from pages.component import Component
from pages.locale import _, language, sentence
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.single_upload import SingleUpload
from pages.parts.settings.section import Section
from services.customers.importing.files import ImportFile
from services.people.invitations import Invited
from services.roster.roster import MAX_FILE_BYTES, RosterChange, RosterReport, links_file

FORMATS = '.csv,.txt,.tsv,.xlsx'
PICK = '() => {{ const box = getElement({}).$refs.qRef; box.reset(); box.$nextTick(() => box.pickFiles()); }}'
MOST_SHOWN = 100


def roster_panel(section: Section, close: Callable[[], None]) -> None:
    """Draw the import."""
    RosterPanel(section, close)


class RosterPanel(Component):
    """One import, from the file to the links of the invited. Leaving it discards the file."""

    def __init__(self, section: Section, close: Callable[[], None]) -> None:
        super().__init__(section.services.topics)
        self._section, self._close = section, close
        self._roster, self._agent = section.services.roster, section.agent
        self._file: ImportFile | None = None
        self.classes('desk-settings-import')
        self.at_end(self._leave)
        with self:
            ui.label(
                _(
                    'CSV나 XLSX 파일을 고르세요. 첫 줄은 내보낸 파일과 같아야 합니다. 아이디가 같은 사람은 바뀌고 없는 사람은 초대됩니다. 빈 칸은 그대로 둡니다.'
                )
            ).classes('desk-hint')
            upload = SingleUpload(
                most_bytes=MAX_FILE_BYTES, on_upload=self._take, on_rejected=self._rejected
            )
            upload.classes('desk-import-file').props['accept'] = FORMATS
            pick = button(_('파일 고르기'), lambda: None)
            pick.on('click', js_handler=PICK.format(upload.id))
            self._result = ui.element('div').classes('desk-settings-import')

    def _rejected(self) -> None:
        self._refuse(InvalidInputError('import.file_kind'))

    async def _take(self, event: events.UploadEventArguments) -> None:
        given: FileUpload = event.file
        self._result.clear()
        with self._result:
            ui.label(_('파일을 읽고 있습니다.')).props('role=status')
        await self.still(self._leave())
        self._file = ImportFile()
        await self.still(self._file.fill(given.iterate()))
        await self._bring(is_trial=True)

    async def _bring(self, *, is_trial: bool) -> None:
        if self._file is None:
            return
        try:
            report = await self.still(self._roster.run(self._agent, self._file, is_trial=is_trial))
        except DeskError as error:
            self._refuse(error)
            return
        self._result.clear()
        with self._result:
            self._draw(report)
            if report.is_written:  # in here: the pressed button is gone
                notices.done(_('가져왔습니다'))
        if report.is_written:
            await self._leave()

    def _refuse(self, error: DeskError) -> None:
        self._result.clear()
        with self._result:
            notices.show_error(error)

    def _draw(self, report: RosterReport) -> None:
        heading = _('가져왔습니다') if report.is_written else _('예상 결과')
        ui.label(heading).classes('desk-page-title').props('role=status')
        new = sum(one.is_new for one in report.changes)
        ui.label(
            _(
                '초대 {new}명 · 변경 {changed}명 · 그대로 {same}명 · 오류 {faulty}줄',
                new=new,
                changed=len(report.changes) - new,
                same=report.same,
                faulty=len(report.faults),
            )
        )
        if report.ignored:
            ui.label(_('쓰지 않는 열: {names}', names=', '.join(report.ignored))).classes(
                'desk-hint'
            )
        faults = [f'{one.row}: {sentence(language(), one.error)}' for one in report.faults]
        _listed('faults', faults)
        _listed('changes', [_change(one) for one in report.changes])
        with ui.element('div').classes('desk-actions'):
            if report.invited:
                links = _links(report.invited)
                button(_('초대 링크 받기'), lambda: _download(links), ButtonStyle.PRIMARY)
            button(_('닫기'), self._close)
            if report.changes and not report.faults and not report.is_written:
                button(_('이대로 가져오기'), self._write, ButtonStyle.PRIMARY)

    async def _write(self) -> None:
        await self._bring(is_trial=False)

    async def _leave(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            await file.close()


def _listed(kind: str, lines: list[str]) -> None:
    if not lines:
        return
    with ui.element('ul').classes('desk-settings-changes') as drawn:
        drawn.props['data-kind'] = kind
        for line in lines[:MOST_SHOWN]:
            with ui.element('li'):
                ui.label(line)
    if len(lines) > MOST_SHOWN:
        ui.label(_('그 밖에 {count}줄', count=len(lines) - MOST_SHOWN)).classes('desk-hint')


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
