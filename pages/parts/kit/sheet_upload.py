"""A CSV or Excel file that is tried at once, shown, and imported as a whole by one press."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from nicegui import events, ui
from nicegui.elements.upload_files import FileUpload

from desk.errors import DeskError, InvalidInputError
from desk.events import Topics
from desk.sheet_lines import MAX_SHEET_BYTES
from pages import notices
from pages.component import Component
from pages.locale import _, language, sentence
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.single_upload import SingleUpload
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


class Outcome(Protocol):
    """What a file does, or would do."""

    @property
    def changes(self) -> Sequence[object]:
        """What each row does."""

    @property
    def faults(self) -> Sequence[SheetFault]:
        """The rows that cannot be imported."""

    @property
    def ignored(self) -> Sequence[str]:
        """The headings that are no columns."""

    @property
    def is_written(self) -> bool:
        """Whether it was written, and not only tried."""


OutcomeT = TypeVar('OutcomeT', bound=Outcome)
OutcomeT_co = TypeVar('OutcomeT_co', bound=Outcome, covariant=True)


class Run(Protocol[OutcomeT_co]):
    """Tries a file, or imports it. Raises ``DeskError``."""

    async def __call__(self, file: ImportFile, *, is_trial: bool) -> OutcomeT_co:
        """Return what it does, or would do."""


class SheetUpload(Component, Generic[OutcomeT]):
    """One import, from the file to its outcome. Leaving it discards the file."""

    def __init__(
        self, topics: Topics, hint: str, run: 'Run[OutcomeT]', draw: Callable[[OutcomeT], None]
    ) -> None:
        """Draw the choice of a file.

        Args:
            topics: see ``Component``.
            hint: says what the file must be like.
            run: tries or imports a file.
            draw: draws an outcome (``draw_outcome``), and a place for buttons (``offer``).
        """
        super().__init__(topics)
        self._import, self._draw = run, draw
        self._file: ImportFile | None = None
        self.classes('desk-settings-import')
        self.at_end(self._leave)
        with self:
            ui.label(hint).classes('desk-hint')
            upload = SingleUpload(
                most_bytes=MAX_SHEET_BYTES, on_upload=self._take, on_rejected=self._rejected
            )
            upload.classes('desk-import-file').props['accept'] = FORMATS
            pick = button(_('파일 고르기'), lambda: None)
            pick.on('click', js_handler=PICK.format(upload.id))
            self._result = ui.element('div').classes('desk-settings-import')

    def offer(self, outcome: OutcomeT) -> None:
        """Draw the button that imports the tried file, where there is something to import and no fault."""
        if outcome.changes and not outcome.faults and not outcome.is_written:
            button(_('이대로 가져오기'), self._write, ButtonStyle.PRIMARY)

    async def _write(self) -> None:
        await self._bring(is_trial=False)

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
        work = self._import(self._file, is_trial=is_trial)
        try:
            outcome = await self.still(work)
        except DeskError as error:
            self._refuse(error)
            return
        self._result.clear()
        with self._result:
            self._draw(outcome)
            if outcome.is_written:  # in here: the pressed button is gone
                notices.done(_('가져왔습니다'))
        if outcome.is_written:
            await self._leave()

    def _refuse(self, error: DeskError) -> None:
        self._result.clear()
        with self._result:
            notices.show_error(error)

    async def _leave(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            await file.close()


def draw_outcome(outcome: Outcome, counts: str, changes: list[str]) -> None:
    """Draw what was done or would be: the counts, the columns that are not used, and what becomes of each row."""
    heading = _('가져왔습니다') if outcome.is_written else _('예상 결과')
    ui.label(heading).classes('desk-page-title').props('role=status')
    ui.label(counts)
    if outcome.ignored:
        ui.label(_('쓰지 않는 열: {names}', names=', '.join(outcome.ignored))).classes('desk-hint')
    _listed('faults', [f'{one.row}: {sentence(language(), one.error)}' for one in outcome.faults])
    _listed('changes', changes)


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
