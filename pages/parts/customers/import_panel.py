"""The import of customers, step by step: choose a file, map its columns, try it, write it."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from functools import partial
from typing import Any

from nicegui import background_tasks, events, ui
from nicegui.elements.upload_files import FileUpload

from desk.errors import DeskError, InvalidInputError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language, text
from pages.parts.customers import import_report
from pages.parts.customers.import_columns import draw_columns, draw_table_choice
from pages.parts.customers.import_runs import RecentImports
from pages.parts.customers.import_words import FAULTS
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.single_upload import SingleUpload
from services.customers.importing.columns import Column
from services.customers.importing.files import ImportFile
from services.customers.importing.importing import (
    MAX_FILE_BYTES,
    Phase,
    Plan,
    Progress,
    Report,
    SheetPreview,
)
from services.customers.importing.tables import SheetChoice

TELL_SECONDS = 0.25
FORMATS = '.csv,.txt,.tsv,.xlsx'
PICK = '() => {{ const box = getElement({}).$refs.qRef; box.reset(); box.$nextTick(() => box.pickFiles()); }}'
"""A press on 파일 고르기 cancels a running upload: the newest file counts."""

Work = Callable[[], Coroutine[Any, Any, None]]


class ImportPanel(Component):
    """One import, from the file to its report. Leaving the page discards what is not written."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._import, self._agent = context.services.customer_import, context.agent
        self._file: ImportFile | None = None
        self._file_name = ''
        self._tasks: set[asyncio.Task[Any]] = set()
        self._progress = Progress(Phase.READING)
        self._preview: SheetPreview | None = None
        self._columns: list[Column | None] = []
        self._same_people: frozenset[int] = frozenset()
        self.classes('desk-import')
        self.at_end(self._leave)
        with self:
            self._choose_file()
            self._below = ui.element('div').classes('desk-import-below')
            self._result = ui.element('div').classes('desk-import-result')
            self._runs = RecentImports(context)
        self.start(self._runs.show())

    # ---- the file

    def _choose_file(self) -> None:
        ui.label(
            _(
                'CSV(UTF-8, CP949)나 XLSX 파일을 고르세요. 고객 번호나 전화번호가 같은 고객은 바뀌고, 없는 고객은 새로 '
                '등록됩니다. 빈 칸은 그대로 둡니다.'
            )
        ).classes('desk-hint')
        upload = SingleUpload(
            most_bytes=MAX_FILE_BYTES,
            on_begin=self._begin_upload,
            on_upload=self._take,
            on_rejected=lambda: self._refuse(InvalidInputError('import.file_kind')),
        )
        upload.classes('desk-import-file').props['accept'] = FORMATS
        upload.on(
            'failed', lambda: self._refuse(InvalidInputError('import.upload_failed')), args=[]
        )
        pick = button(_('파일 고르기'), lambda: None)
        # In the browser: it lets a page open the file dialog only while it handles a press.
        pick.on('click', js_handler=PICK.format(upload.id))

    def _begin_upload(self) -> None:
        self._begin(self._clear_for_upload)

    async def _clear_for_upload(self) -> None:
        await self.still(self._close_file())
        self._show_progress(_('파일을 올리고 있습니다.'), may_stop=False)

    def _take(self, event: events.UploadEventArguments) -> None:
        self._begin(partial(self._receive, event.file))

    async def _receive(self, given: FileUpload) -> None:
        """Receive a file and analyse it. A newer file replaces it, however far it has come."""
        await self.still(self._close_file())
        self._below.clear()
        self._file, self._file_name, self._preview = ImportFile(), given.name, None
        self._show_progress(_('파일을 읽고 있습니다.'), may_stop=False)
        await self.still(self._file.fill(given.iterate()))
        await self._look(self._file, None)

    async def _look(self, file: ImportFile, choice: SheetChoice | None) -> None:
        """Analyse the file, and draw the result."""
        try:
            preview = await self.still(self._import.look(self._agent, file, choice))
        except DeskError as error:
            if self._preview is not None:
                self._show_columns(self._preview)
            self._refuse(error)
        else:
            self._show_columns(preview)

    def _refuse(self, error: DeskError) -> None:
        """Show an error in its place; the file's analysis stays."""
        self._result.clear()
        with self._result:
            notices.show_error(error)

    # ---- the table, and its columns

    def _show_columns(self, preview: SheetPreview) -> None:
        self._preview, self._columns = preview, list(preview.columns)
        self._same_people = frozenset()
        self._below.clear()
        self._result.clear()
        with self._below:
            encoding = preview.encoding.upper().removesuffix('-SIG')
            ui.label(f'{self._file_name} · {encoding}').classes('desk-import-name')
            draw_table_choice(preview, self._choose_table)
            draw_columns(preview, self._columns, self._choose_column)
            with ui.element('div').classes('desk-actions'):
                button(_('미리 확인'), self._try, ButtonStyle.PRIMARY)

    def _choose_table(self, choice: SheetChoice) -> None:
        if self._file is not None:
            self._show_progress(_('파일을 읽고 있습니다.'), may_stop=False)
            self._begin(partial(self._look, self._file, choice))

    def _choose_column(self, place: int, column: Column | None) -> None:
        self._columns[place] = column
        self._same_people = frozenset()
        self._result.clear()  # the trial was of another mapping

    # ---- a trial, and the import

    def _try(self) -> None:
        self._go(is_trial=True)

    def _go(self, *, is_trial: bool, leaves_out_faulty: bool = False) -> None:
        if self._file is None or self._preview is None:
            return
        plan = Plan(
            columns=tuple(self._columns),
            choice=self._preview.choice,
            same_people=self._same_people,
            is_trial=is_trial,
            leaves_out_faulty=leaves_out_faulty,
        )
        self._progress = Progress(Phase.READING)
        self._show_progress(_('파일을 읽고 있습니다.'), may_stop=True)
        self._begin(partial(self._bring, self._file, plan))

    async def _bring(self, file: ImportFile, plan: Plan) -> None:
        try:
            report = await self.still(self._import.run(self._agent, file, plan, self._tell))
        except DeskError as error:
            self._refuse(error)
        except asyncio.CancelledError:
            if not self.is_deleted:
                self._result.clear()
                notices.done(_('가져오기를 멈췄습니다. 아무것도 바뀌지 않았습니다.'))
            raise
        else:
            if not self.is_deleted:
                self._show_report(report, plan)
            if report.is_written:
                await self._end(report)

    async def _end(self, report: Report) -> None:
        """Delete the uploaded sheet once it is written, unless rows of it still need corrections."""
        if not report.faults:
            await self.still(self._close_file())
        self._below.clear()
        await self._runs.show()

    def _show_progress(self, said: str, *, may_stop: bool) -> None:
        self._result.clear()
        with self._result:
            self._bar = ui.linear_progress(0, show_value=False).props('indeterminate')
            self._bar.props['aria-label'] = _('가져오기 진행')
            self._said = ui.label(said).props('role=status')
            if may_stop:
                with ui.element('div').classes('desk-actions'):
                    button(_('멈추기'), self._stop)

    def _tell(self, progress: Progress) -> None:
        self._progress = progress
        self.within(TELL_SECONDS, self._draw_progress)

    async def _draw_progress(self) -> None:
        if not self._tasks or self._said.is_deleted:
            return
        now, rows = self._progress, f'{self._progress.rows:,}'
        if now.total:
            self._bar.props(remove='indeterminate').set_value(now.rows / now.total)
        match now.phase:
            case Phase.READING:
                self._said.set_text(_('{rows}행을 읽었습니다.', rows=rows))
            case Phase.CHECKING:
                self._bar.props('indeterminate')
                self._said.set_text(_('등록된 고객과 맞춰 보고 있습니다.'))
            case Phase.WRITING:
                self._said.set_text(_('{rows}명을 저장했습니다.', rows=rows))
            case Phase.WRITTEN:
                pass  # the report follows

    # ---- one task at a time

    def _begin(self, work: Work) -> None:
        """Start a task on a file; a running task, on this or another file, is cancelled."""
        self._stop()
        before = frozenset(self._tasks)
        self._progress = Progress(Phase.READING)
        task = background_tasks.create(self._after(before, work), context=self)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _stop(self) -> None:
        if self._progress.phase is not Phase.WRITTEN:
            for task in self._tasks:
                task.cancel()

    async def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            await file.close()

    async def _leave(self) -> None:
        self._stop()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._close_file()

    # ---- the report

    def _show_report(self, report: Report, plan: Plan) -> None:
        self._result.clear()
        with self._result:
            heading = _('가져왔습니다') if report.is_written else _('예상 결과')
            ui.label(heading).classes('desk-page-title').props('role=status')
            import_report.draw_figures(report)
            if not report.is_written:
                self._consequences(report, plan)
            if report.faults:
                import_report.draw_faults(report)
                button(_('오류가 있는 행 받기'), partial(self._download_faulty, plan.choice))
            if report.is_written:
                self._written(report)
            elif plan.is_trial:
                self._go_on(report)

    def _consequences(self, report: Report, plan: Plan) -> None:
        """Show the customers that would change, and the rows that need a decision first."""
        if report.other_people:
            self._decisions(report, plan)
        if report.changes:
            import_report.draw_changes(report)

    def _decisions(self, report: Report, plan: Plan) -> None:
        """Ask about rows that seem to belong to another person, and try again with the answers."""
        same = set(plan.same_people)

        def decide(row: int, is_same: bool) -> None:
            (same.add if is_same else same.discard)(row)

        def try_again() -> None:
            self._same_people = frozenset(same)
            self._try()

        import_report.draw_decisions(report.other_people, plan.same_people, decide)
        button(_('고른 대로 다시 확인'), try_again)

    def _written(self, report: Report) -> None:
        run_id = report.run_id
        if run_id is None:
            return
        with ui.element('div').classes('desk-import-written'):
            ui.link(_('고객 목록 보기'), '/desk/customers')
            button(_('되돌리기'), lambda: self._runs.undo(run_id))
            ui.label(_('하루 안에는 되돌릴 수 있습니다.')).classes('desk-hint')

    def _go_on(self, report: Report) -> None:
        count = report.new + report.changed
        if not count:
            return
        leaves_out = ui.checkbox(_('오류가 있는 행을 빼고 가져오기')) if report.faulty else None
        refusal = ui.element('div')

        def write() -> None:
            if leaves_out is not None and not leaves_out.value:
                refusal.clear()
                with refusal:
                    notices.show_error(InvalidInputError('import.has_faults'))
                return
            self._go(is_trial=False, leaves_out_faulty=leaves_out is not None)

        with ui.element('div').classes('desk-actions'):
            button(_('{count}명 가져오기', count=f'{count:,}'), write, ButtonStyle.PRIMARY)

    async def _download_faulty(self, choice: SheetChoice | None) -> None:
        if self._file is None:
            return
        words = language()
        sentences = {key: text(words, key) for key in FAULTS} | {'heading': text(words, '오류')}
        path = await self.still(
            self._import.faulty_rows(self._file, choice or SheetChoice(), sentences)
        )
        ui.download.file(path, _('오류.csv'), media_type='text/csv; charset=utf-8')

    async def _after(self, before: Collection[asyncio.Task[Any]], work: Work) -> None:
        if before:
            await self.still(asyncio.wait(before))
        await work()
