"""Reports at ``/desk/reports``: the figures of any period by group, and the contacts behind each number.

The address holds the period, the grouping, the department and the open number, so that it can be saved and shared.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from nicegui import PageArguments, ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from pages import notices, shell
from pages.component import Component
from pages.locale import _, language
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import text_of
from pages.parts.kit.key_map import Keys
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled
from pages.parts.reports.agent_day_list import AgentDayList
from pages.parts.reports.contact_list import ReportContactList
from pages.parts.reports.export_dialog import export_report
from pages.parts.reports.heat_map import ReportHeat, place_chosen, place_name
from pages.parts.reports.query_bar import ReportBar
from pages.parts.reports.saved_row import SavedReportsRow
from pages.parts.reports.table import WINDOW, ReportTable, chosen, number_of, row_of
from pages.parts.reports.words import Words
from pages.shell import Shell
from services.floor.definitions import definition_of
from services.reports.report_query import ReportQuery, ReportView, read_query
from services.reports.reports import Choice, Report

REPORTS = '/desk/reports'
OPENS = '(event) => { const made = event.target.closest("[data-open]"); if (made) emit(made.dataset.open) }'


def register(screens: shell.Screens) -> None:
    """Serve the reports."""
    screens.add(REPORTS, reports)


async def reports(shell: Shell, args: PageArguments) -> None:
    """Draw the reports. Raises ``NotAllowedError`` for all but supervisors and administrators."""
    shell.services.reports.check(shell.agent)
    with ui.element('div').classes('desk-page'):
        screen = ReportsScreen(shell)
    await screen.open(dict(args.query_parameters))


def view_names() -> dict[ReportView, str]:
    """Return the names of the views that have a button."""
    return {
        ReportView.TABLE: _('표'),
        ReportView.HEAT: _('요일·시간대'),
        ReportView.DAYS: _('상담원 하루'),
    }


class ReportsScreen(Component):
    """The choice above, the table below it, and under both the contacts behind the chosen number."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.services.topics)
        self._shell = shell
        self._report: Report | None = None
        self._wanted = ReportQuery()
        self._open, self._begin = '', 0
        self.classes('board reports')
        with self:
            self._bar = ReportBar(self._choose)
            with self._bar:
                self._saved = SavedReportsRow(shell, REPORTS)
            with ui.element('div').classes('report-said'):
                self._views = {view: self._view_button(view) for view in view_names()}
                self._said = Piece('span').props('role=status')
                self._version = button('', self._explain, ButtonStyle.QUIET)
                ui.element('div').classes('desk-spring')
                button(_('내보내기'), self._export, ButtonStyle.QUIET)
                button(_('인쇄'), self._print, ButtonStyle.QUIET)
                self._back = button(_('앞의 {count}줄', count=WINDOW), lambda: self._turn(-WINDOW), ButtonStyle.QUIET)  # fmt: skip
                self._on = button(_('다음 {count}줄', count=WINDOW), lambda: self._turn(WINDOW), ButtonStyle.QUIET)  # fmt: skip
            self._table = Living().classes('report-rows')
            self._heat = ReportHeat(shell, self._choose_number, self._show_as)
            self._days = AgentDayList(shell)
            self._contacts = ReportContactList(shell)
        self._table.on('click', self._pressed, js_handler=OPENS)

    async def open(self, given: Mapping[str, str]) -> None:
        """Show the report and the open number of the address."""
        self._shell.keys.use(self._make_keys())
        self._shell.follow_address(self._follow)
        query, ignored = read_query(given)
        if ignored:
            told = _('주소에서 알아볼 수 없는 조건은 뺐습니다.')
            ui.notify(told, type='warning', position='top')
        choices = await self.still(self._shell.services.history.choices(self._shell.agent))
        self._bar.offer(choices.departments)
        self._report = await self.still(
            self._shell.services.reports.report(self._shell.agent, query)
        )
        self._open = given.get('show', '')
        await self.still(self._draw())
        await self._saved.load()

    # ---- choosing

    def _follow(self, path: str) -> None:
        """Show the report that a link on this screen leads to."""
        query, _ignored = read_query(dict(parse_qsl(urlsplit(path).query)))
        if self._report is not None and query != self._report.query:
            self.start(self._choose(query))

    async def _choose(self, query: ReportQuery) -> None:
        """Show another report; its first rows, and no list. Of several requests only the last one is shown."""
        self._wanted = query
        try:
            report = await self.still(self._shell.services.reports.report(self._shell.agent, query))
        except DeskError as error:
            notices.tell(error)
            return
        if query != self._wanted:
            return
        self._report, self._open, self._begin = report, '', 0
        await self._draw()

    async def _pressed(self, event: GenericEventArguments) -> None:
        await self._choose_number(text_of(event))

    async def _choose_number(self, what: str) -> None:
        self._open = '' if what == self._open else what
        await self._draw()

    async def _show_view(self, view: ReportView) -> None:
        """Show another view of the same period; the same one again shows the table."""
        if self._report is not None:
            is_shown = _button_of(self._report.query.view) is view
            view = ReportView.TABLE if is_shown else view
            self._open = ''
            await self._show_as(replace(self._report.query, view=view))

    async def _show_as(self, query: ReportQuery) -> None:
        """Show the same figures in another way."""
        if self._report is not None:
            self._report = replace(self._report, query=query)
            await self._draw()

    def _view_button(self, view: ReportView) -> Piece:
        return button(view_names()[view], lambda: self._show_view(view), ButtonStyle.QUIET)

    async def _toggle(self) -> None:
        if self._report is not None and _button_of(self._report.query.view) is ReportView.HEAT:
            await self._heat.toggle()

    async def _close(self) -> None:
        self._open = ''
        await self._draw()

    async def _turn(self, step: int) -> None:
        self._begin = max(0, self._begin + step)
        await self._draw()

    async def _group(self, step: int) -> None:
        if self._report is not None:
            await self._choose(self._bar.neighbour(self._report.query, step))

    def _make_keys(self) -> Keys:
        keys = Keys()
        keys.add('KeyJ', 'J', _('다음 기준으로 묶기'), lambda: self._group(1))
        keys.add('KeyK', 'K', _('앞 기준으로 묶기'), lambda: self._group(-1))
        keys.add('KeyH', 'H', _('요일과 시간대별 보기'), lambda: self._show_view(ReportView.HEAT))
        keys.add('KeyA', 'A', _('상담원 하루 보기'), lambda: self._show_view(ReportView.DAYS))
        keys.add('KeyG', 'G', _('그래프와 표 바꾸기'), self._toggle)
        keys.add('Escape', 'Esc', _('목록 닫기'), self._close)
        return keys

    def _export(self) -> None:
        if self._report is not None:
            export_report(self._shell, self._report.query)

    @staticmethod
    def _print() -> None:
        ui.run_javascript('window.print()')

    def _explain(self) -> None:
        if self._report is not None:
            explain(self._shell, self._report)

    # ---- drawing

    async def _draw(self) -> None:
        report = self._report
        if report is None:
            return
        self._bar.show(report.query)
        self._saved.show(report.query)
        self._write_address(report.query)
        self._say(report)
        await self.still(self._draw_view(report))
        choice = place_chosen(self._open) or chosen(report, self._open)
        self._contacts.set_visibility(choice is not None)
        if choice is not None:
            show = self._contacts.show(report.query, choice, _whose(report, choice))
            count = await self.still(show)
            expected = number_of(report, choice)
            if count is not None and expected is not None and count != expected:
                await self._catch_up(report)

    async def _catch_up(self, old: Report) -> None:
        """Show the report as it is now: its list is newer than its numbers."""
        work = self._shell.services.reports.report(self._shell.agent, old.query)
        report = await self.still(work)
        if self._report is old:
            self._report = report
            self._say(report)
            await self._draw_view(report)

    async def _draw_view(self, report: Report) -> None:
        shown = _button_of(report.query.view)
        is_table = shown is ReportView.TABLE
        for view, made in self._views.items():
            made.set_attribute('aria-pressed', 'true' if view is shown else 'false')
        self._table.set_visibility(is_table)
        self._heat.set_visibility(shown is ReportView.HEAT)
        self._days.set_visibility(shown is ReportView.DAYS)
        self._back.set_visibility(is_table and self._begin > 0)
        self._on.set_visibility(is_table and self._begin + WINDOW < len(report.rows))
        if is_table:
            table = ReportTable(report=report, begin=self._begin, chosen=self._open)
            self._table.set_inside(table.markup())
        elif shown is ReportView.HEAT:
            await self._heat.show(report.query, self._open)
        else:
            await self._days.show(report.query)

    def _say(self, report: Report) -> None:
        days = [report.since.isoformat(), report.until.isoformat()]
        said = [' ~ '.join(dict.fromkeys(days)), _('{moment} 기준', moment=times.full(report.computed_at))]  # fmt: skip
        if report.waiting:
            said.append(_('{count}건은 아직 세는 중입니다.', count=f'{report.waiting:,}'))
        self._said.set_inside(filled('{text}', text=' · '.join(said)))
        versions = ', '.join(f'v{one}' for one in report.versions)
        self._version.set_inside(filled('{text}', text=_('정의 {versions}', versions=versions)))

    def _write_address(self, query: ReportQuery) -> None:
        parts = [query.address, f'show={self._open}' if self._open else '']
        self._shell.set_address(f'{REPORTS}?{"&".join(filter(None, parts))}')


def _button_of(view: ReportView) -> ReportView:
    """Return the view whose button is pressed: the heat map has two forms."""
    return ReportView.HEAT if view is ReportView.HEAT_TABLE else view


def _whose(report: Report, choice: Choice) -> str:
    """Return the name of what a chosen number is about."""
    if choice.weekday is not None:
        return place_name(choice)
    row = row_of(report, choice)
    return Words(language()).row(report.query.group, row) if row else _('전체')


def explain(shell: Shell, report: Report) -> None:
    """Open a dialog that defines the figures."""
    definition = definition_of(report.until)
    with dialog.titled(shell.dialogs, _('숫자의 정의')) as opened:
        for text in (
            _('인입: 기간에 온 상담. 응대와 포기는 기다림이 끝난 날과 시간에 한 번만 셉니다.'),
            _('서비스 레벨: 목표 시간 안에 응대 ÷ (응대 + 포기). 짧은 포기는 빼고 셉니다.'),
            _('응대율: 응대 ÷ (응대 + 포기 + 짧은 포기).'),
            _('짧은 포기: {seconds}초 안에 나간 고객. 대기 시간은 고객이 온 때부터 셉니다.', seconds=definition.short_seconds),
            _('첫 응답: 고객이 온 때부터 상담원의 첫 메시지까지. 끝난 채팅만 셉니다.'),
            _('처리: 상담원별로 하루에 끝낸 상담. 두 상담원이 맡은 상담은 두 건입니다.'),
            _('평균 처리: (진행 + 보류 + 후처리 시간) ÷ 처리. 채팅의 보류 시간은 뺍니다.'),
            _('재문의: 같은 고객이 7일 안에 다시 온 상담 ÷ 응대.'),
            _('부정 감정: 고객이 전체적으로 부정적인 상담 ÷ 감정을 분석한 상담.'),
            _('약속 이행: 약속을 모두 지킨 상담 ÷ 지켰거나 못 지킨 약속이 있는 상담.'),
            _('준수율: 계획대로 보낸 시간 ÷ 계획한 시간. 계획이 바뀌는 때의 앞뒤 몇 분은 봐줍니다(근무·휴식 3분, 식사·교육·회의 5분).'),
            _('만족도: 점수의 합 ÷ 평가한 상담. 마지막 상담원에게, 처음 평가한 때에 셉니다.'),
        ):  # fmt: skip
            ui.label(text)
        with ui.element('div').classes('desk-actions'):
            button(_('닫기'), opened.close, ButtonStyle.PRIMARY).props('autofocus')
