"""Bringing customers in, as a person does it: choose a file, say what its columns are, try it, write it."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

from markupsafe import Markup
from nicegui import background_tasks, events, ui

from desk.errors import DeskError, InvalidInputError
from pages import notices
from pages.component import Component
from pages.locale import _, language, text
from pages.parts.buttons import Look, button
from pages.parts.import_words import COLUMNS, FAULTS, IGNORED, fault_text
from pages.parts.markup import Piece, filled
from pages.seat import Seat
from services.customer_import import (
    MAX_FILE_BYTES,
    ImportFile,
    Phase,
    Plan,
    Progress,
    Report,
)
from services.customer_import import (
    Look as SheetLook,
)
from services.customer_sheet import Column

SAMPLES = 3
TELL_SECONDS = 0.25
FORMATS = '.csv,.txt,.tsv,.xlsx'
PICK = '() => getElement({}).$refs.qRef.pickFiles()'


class ImportPanel(Component):
    """One import, from the file to its report. Leaving the page gives up what is not written."""

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat.services.topics)
        self._import, self._agent = seat.services.customer_import, seat.agent
        self._file = ImportFile()
        self._task: asyncio.Task[Any] | None = None
        self._progress = Progress(Phase.READING)
        self._columns: list[Column | None] = []
        self.classes('desk-import')
        self.at_end(self._leave)
        with self:
            self._choose_file()
            self._below = ui.element('div').classes('desk-import-below')

    # ---- the file

    def _choose_file(self) -> None:
        ui.label(
            _(
                'CSV(UTF-8, CP949)나 XLSX 파일의 첫 줄에 항목 이름을 넣어 주세요. 고객 번호나 전화번호가 같은 고객은 '
                '바뀌고, 없는 고객은 새로 등록됩니다. 빈 칸은 그대로 둡니다.'
            )
        ).classes('desk-hint')
        self._upload = ui.upload(
            auto_upload=True,
            max_file_size=MAX_FILE_BYTES,
            on_upload=self._take,
            on_rejected=lambda: notices.tell(InvalidInputError('import.file_kind')),
        )
        self._upload.classes('desk-import-file').props['accept'] = FORMATS
        pick = button(_('파일 고르기'), lambda: None)
        # In the browser itself: it lets a page ask for files only while it answers a press.
        pick.on('click', js_handler=PICK.format(self._upload.id))

    async def _take(self, event: events.UploadEventArguments) -> None:
        await self._give_up()
        await event.file.save(self._file.sheet)
        self._upload.reset()
        try:
            look = await self._import.look(self._agent, self._file)
        except DeskError as error:
            self._below.clear()
            notices.tell(error)
            return
        self._show_columns(event.file.name, look)

    # ---- the columns

    def _show_columns(self, name: str, look: SheetLook) -> None:
        self._columns = list(look.columns)
        self._below.clear()
        with self._below:
            ui.label(f'{name} · {look.encoding.upper().removesuffix("-SIG")}').classes(
                'desk-import-name'
            )
            with ui.element('table').classes('desk-table desk-import-columns'):
                heads = (_('파일의 항목'), _('처음 몇 줄'), _('가져올 곳'))
                cells = Markup().join(
                    filled('<th scope="col">{text}</th>', text=one) for one in heads
                )
                Piece('thead', inside=filled('<tr>{cells}</tr>', cells=cells))
                with ui.element('tbody'):
                    for place, heading in enumerate(look.headings):
                        sample = [row[place] for row in look.sample[:SAMPLES] if row[place]]
                        self._column(place, heading, sample)
            with ui.element('div').classes('desk-actions') as self._actions:
                button(_('시험해 보기'), lambda: self._go(is_trial=True), Look.PRIMARY)
            self._result = ui.element('div').classes('desk-import-result')

    def _column(self, place: int, heading: str, sample: list[str]) -> None:
        with ui.element('tr'):
            Piece('th', inside=filled('{text}', text=heading)).props('scope=row')
            Piece('td', inside=filled('{text}', text=' · '.join(sample))).classes(
                'desk-import-sample'
            )
            with ui.element('td'):
                choices = {IGNORED: _('가져오지 않음')} | {
                    column.value: text(language(), word) for column, word in COLUMNS.items()
                }
                choice = ui.select(choices, value=self._columns[place] or IGNORED)
                choice.props('dense outlined options-dense')
                choice.props['aria-label'] = _('{heading} 항목을 가져올 곳', heading=heading)
                choice.on_value_change(partial(self._choose_column, place))

    def _choose_column(self, place: int, event: events.ValueChangeEventArguments[str]) -> None:
        self._columns[place] = None if event.value == IGNORED else Column(event.value)
        self._result.clear()  # what was tried was something else

    # ---- a trial, and the import

    def _go(self, *, is_trial: bool, leaves_out_faulty: bool = False) -> None:
        plan = Plan(
            columns=tuple(self._columns), is_trial=is_trial, leaves_out_faulty=leaves_out_faulty
        )
        self._progress = Progress(Phase.READING)
        self._show_progress()
        self._begin(self._bring(plan))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = background_tasks.create(work, context=self)

    async def _bring(self, plan: Plan) -> None:
        try:
            report = await self._import.run(self._agent, self._file, plan, self._tell)
        except DeskError as error:
            self._result.clear()
            notices.tell(error)
        except asyncio.CancelledError:
            if not self.is_deleted:
                self._result.clear()
                notices.done(_('가져오기를 멈췄습니다. 아무것도 바뀌지 않았습니다.'))
            raise
        else:
            self._show_report(report, plan)
        finally:
            self._task = None

    def _show_progress(self) -> None:
        self._result.clear()
        with self._result:
            self._bar = ui.linear_progress(0, show_value=False).props('indeterminate')
            self._bar.props['aria-label'] = _('가져오기 진행')
            self._said = ui.label(_('파일을 읽고 있습니다.')).props('role=status')
            with ui.element('div').classes('desk-actions'):
                button(_('멈추기'), self._stop)

    def _tell(self, progress: Progress) -> None:
        self._progress = progress
        self.within(TELL_SECONDS, self._draw_progress)

    async def _draw_progress(self) -> None:
        if self._task is None:
            return
        now, rows = self._progress, f'{self._progress.rows:,}'
        if now.total:
            self._bar.props(remove='indeterminate').set_value(now.rows / now.total)
        match now.phase:
            case Phase.READING:
                self._said.set_text(_('{rows}줄을 읽었습니다.', rows=rows))
            case Phase.CHECKING:
                self._bar.props('indeterminate')
                self._said.set_text(_('등록된 고객과 맞춰 보고 있습니다.'))
            case Phase.WRITING:
                self._said.set_text(_('{rows}명을 저장했습니다.', rows=rows))
            case Phase.WRITTEN:
                pass  # the report is about to come

    def _stop(self) -> None:
        if self._task and self._progress.phase is not Phase.WRITTEN:
            self._task.cancel()

    async def _give_up(self) -> None:
        """Let nothing go on over a file that is to be another, or to go."""
        self._stop()
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    # ---- the report

    def _show_report(self, report: Report, plan: Plan) -> None:
        self._result.clear()
        with self._result:
            heading = _('가져왔습니다') if report.is_written else _('이렇게 됩니다')
            ui.label(heading).classes('desk-page-title').props('role=status')
            self._figures(report)
            if report.faults:
                self._faults(report)
            if report.is_written:
                ui.link(_('고객 목록 보기'), '/desk/customers')
            elif plan.is_trial:
                self._go_on(report)

    def _figures(self, report: Report) -> None:
        figures = {
            _('새로 등록되는 고객'): report.new,
            _('바뀌는 고객'): report.changed,
            _('그대로인 고객'): report.same,
            _('오류가 있는 줄'): report.faulty,
        }
        inside = Markup().join(
            filled('<div><dt>{name}</dt><dd>{number}</dd></div>', name=name, number=f'{number:,}')
            for name, number in figures.items()
        )
        Piece('dl', inside=inside).classes('desk-import-figures')

    def _faults(self, report: Report) -> None:
        lines = Markup().join(
            filled(
                '<tr><td class="desk-number">{row}</td><td>{wrong}</td></tr>',
                row=fault.row,
                wrong=fault_text(language(), fault),
            )
            for fault in report.faults
        )
        with ui.element('div').classes('desk-import-faults'):
            head = filled(
                '<tr><th scope="col" class="desk-number">{row}</th><th scope="col">{wrong}</th></tr>',
                row=_('줄'),
                wrong=_('고칠 것'),
            )
            table = filled('<thead>{head}</thead><tbody>{lines}</tbody>', head=head, lines=lines)
            Piece('table', inside=table).classes('desk-table')
            if report.faulty > len(report.faults):
                ui.label(_('처음 {count}줄만 보입니다.', count=len(report.faults))).classes(
                    'desk-hint'
                )
        button(_('오류가 있는 줄 받기'), self._download_faulty)

    def _go_on(self, report: Report) -> None:
        count = report.new + report.changed
        leaves_out = ui.checkbox(_('오류가 있는 줄을 빼고 가져오기')) if report.faulty else None

        def write() -> None:
            if leaves_out is not None and not leaves_out.value:
                notices.tell(InvalidInputError('import.has_faults'))
                return
            self._go(is_trial=False, leaves_out_faulty=leaves_out is not None)

        if count:
            with ui.element('div').classes('desk-actions'):
                button(_('{count}명 가져오기', count=f'{count:,}'), write, Look.PRIMARY)

    async def _download_faulty(self) -> None:
        words = language()
        sentences = {key: text(words, key) for key in FAULTS} | {'heading': text(words, '오류')}
        path = await self._import.faulty_rows(self._file, sentences)
        ui.download.file(path, _('오류.csv'), media_type='text/csv; charset=utf-8')

    async def _leave(self) -> None:
        await self._give_up()
        await self._file.close()
