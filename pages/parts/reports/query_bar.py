"""The choice of a report: period, days, grouping, department."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from nicegui import ui
from nicegui.events import GenericEventArguments

from pages.locale import _, language
from pages.parts.kit.form_values import text_of
from pages.parts.kit.markup import Piece, options
from pages.parts.reports.words import PERIODS, Words
from services.reports.report_query import Grouping, ReportQuery, read_query

VALUE = '(event) => emit(event.target.value)'


class ReportBar(ui.element):
    """The fields above a report; a complete change of them asks for another report."""

    def __init__(self, on_choose: Callable[[ReportQuery], Awaitable[None]]) -> None:
        super().__init__('div')
        self._on_choose = on_choose
        self._query = ReportQuery()
        self._names: Sequence[str] = ()
        self.classes('desk-page-head board-head report-head')
        with self:
            self._period = self._select(_('기간'), self._take_period)
            self._since = self._day(_('시작일'), self._take_since)
            self._until = self._day(_('종료일'), self._take_until)
            self._group = self._select(_('묶는 기준'), self._take_group)
            self._department = self._select(_('부서'), self._take_department)

    def offer(self, departments: Sequence[str]) -> None:
        """Offer these departments."""
        self._names = departments

    def show(self, query: ReportQuery) -> None:
        """Show a query."""
        self._query = query
        words = Words(language())
        periods = [(one.value, words.text(name)) for one, name in PERIODS.items()]
        self._period.set_inside(options([('', _('직접 고름')), *periods], query.period or ''))
        groups = [(one.value, words.grouping(one)) for one in Grouping]
        self._group.set_inside(options(groups, query.group))
        names = sorted({*self._names, *filter(None, [query.department])})
        departments = [('', _('모든 부서')), *((one, words.text(one)) for one in names)]
        self._department.set_inside(options(departments, query.department))
        for field, day in zip((self._since, self._until), query.days, strict=True):
            field.props['value'] = day.isoformat()
            field.update()

    @staticmethod
    def neighbour(query: ReportQuery, step: int) -> ReportQuery:
        """Return the same report by the next grouping, or by the one before."""
        groups = list(Grouping)
        return replace(query, group=groups[(groups.index(query.group) + step) % len(groups)])

    def _select(self, name: str, take: Callable[[GenericEventArguments], Awaitable[None]]) -> Piece:
        field = Piece('select').classes('desk-input').on('change', take, js_handler=VALUE)
        field.props['aria-label'] = name
        return field

    def _day(self, name: str, take: Callable[[GenericEventArguments], Awaitable[None]]) -> Piece:
        field = Piece('input').classes('desk-input').props('type=date')
        field.props['aria-label'] = name
        return field.on('change', take, js_handler=VALUE)

    async def _take_period(self, event: GenericEventArguments) -> None:
        since, until = self._query.days
        if value := text_of(event):
            await self._take(period=value)
        else:
            await self._take(since=since.isoformat(), until=until.isoformat())

    async def _take_since(self, event: GenericEventArguments) -> None:
        until = self._query.days[1].isoformat()
        await self._take(since=text_of(event), until=max(until, text_of(event)))

    async def _take_until(self, event: GenericEventArguments) -> None:
        since = self._query.days[0].isoformat()
        await self._take(since=min(since, text_of(event)), until=text_of(event))

    async def _take(self, *, period: str = '', since: str = '', until: str = '') -> None:
        """Ask for another period; an incomplete or impossible one changes nothing."""
        wanted, ignored = read_query({'period': period, 'from': since, 'to': until})
        if ignored:
            self.show(self._query)
            return
        moved = replace(self._query, period=wanted.period, since=wanted.since, until=wanted.until)
        await self._on_choose(moved)

    async def _take_group(self, event: GenericEventArguments) -> None:
        if (group := text_of(event)) in set(Grouping):
            await self._on_choose(replace(self._query, group=Grouping(group)))

    async def _take_department(self, event: GenericEventArguments) -> None:
        await self._on_choose(replace(self._query, department=text_of(event)))
