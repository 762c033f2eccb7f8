"""Rows from a file: tried at once, shown, and imported as a whole by one press."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from nicegui import events, ui
from nicegui.elements.upload_files import FileUpload

from desk.errors import DeskError, InvalidInputError
from pages import notices
from pages.component import Component
from pages.locale import _, language, sentence
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.single_upload import SingleUpload
from pages.parts.settings.section import Section
from services.customers.importing.files import ImportFile

FORMATS = '.csv,.txt,.tsv,.xlsx'
PICK = '() => {{ const box = getElement({}).$refs.qRef; box.reset(); box.$nextTick(() => box.pickFiles()); }}'
MOST_SHOWN = 100


class SheetFault(Protocol):
    """Why a row cannot be imported."""

    @property
    def row(self) -> int:
        """As Excel counts."""

    @property
    def error(self) -> DeskError:
        """The reason."""


class SheetReport(Protocol):
    """What a sheet does, or would do."""

    @property
    def changes(self) -> Sequence[Any]:
        """What each row does."""

    @property
    def faults(self) -> Sequence[SheetFault]:
        """The rows that cannot be imported."""

    @property
    def ignored(self) -> Sequence[str]:
        """The headings that are no columns."""

    @property
    def is_written(self) -> bool:
        """Whether it was imported."""


class SheetPanel(Component):
    """One import, from the file to what became of it. Leaving it discards the file."""

    def __init__(
        self, section: Section, close: Callable[[], None], *, about: str, most_bytes: int
    ) -> None:
        """Draw the import.

        Args:
            section: the section that it belongs to.
            close: leaves the import.
            about: what a file must look like.
            most_bytes: the largest file.
        """
        super().__init__(section.services.topics)
        self.agent, self._close = section.agent, close
        self._file: ImportFile | None = None
        self.classes('desk-settings-import')
        self.at_end(self._leave)
        with self:
            ui.label(about).classes('desk-hint')
            upload = SingleUpload(
                most_bytes=most_bytes, on_upload=self._take, on_rejected=self._rejected
            )
            upload.classes('desk-import-file').props['accept'] = FORMATS
            pick = button(_('파일 고르기'), lambda: None)
            pick.on('click', js_handler=PICK.format(upload.id))
            self._result = ui.element('div').classes('desk-settings-import')

    async def run(self, file: ImportFile, *, is_trial: bool) -> SheetReport:
        """Try the file, or import it. Raises ``DeskError``."""
        raise NotImplementedError

    def summary(self, report: Any) -> str:
        """Return in a line what the file does."""
        raise NotImplementedError

    def change_line(self, change: Any) -> str:
        """Return in a line what a row does."""
        raise NotImplementedError

    def draw_afterwards(self, report: Any) -> None:
        """Draw what there is to do after an import."""

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
            report = await self.still(self.run(self._file, is_trial=is_trial))
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

    def _draw(self, report: SheetReport) -> None:
        heading = _('가져왔습니다') if report.is_written else _('예상 결과')
        ui.label(heading).classes('desk-page-title').props('role=status')
        ui.label(self.summary(report))
        if report.ignored:
            ui.label(_('쓰지 않는 열: {names}', names=', '.join(report.ignored))).classes(
                'desk-hint'
            )
        faults = [f'{one.row}: {sentence(language(), one.error)}' for one in report.faults]
        _listed('faults', faults)
        _listed('changes', [self.change_line(one) for one in report.changes])
        with ui.element('div').classes('desk-actions'):
            self.draw_afterwards(report)
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
