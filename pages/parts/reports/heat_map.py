"""The heat map of a report: a figure by weekday and hour, as a chart or as a table whose numbers open their contacts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.events import EChartPointClickEventArguments, GenericEventArguments

from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.floor.board_numbers import number_button
from pages.parts.floor.board_today import colour
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import text_of
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled, options
from pages.parts.reports.words import Words, value_text
from services.reports.figures import FORMULAS, Figure, Unit
from services.reports.report_query import ReportQuery, ReportView
from services.reports.reports import Choice, Numbers

HOURS, WEEKDAYS = range(24), range(7)
PRESSED = '(event) => { const made = event.target.closest("[data-open]"); if (made) emit(made.dataset.open) }'
CHOSEN = '(event) => emit(event.target.value)'
Place = tuple[int, int]
"""A weekday (0 for Monday) and an hour."""


class ReportHeat(Component):
    """The heat map; ``toggle`` shows its table instead."""

    def __init__(
        self,
        context: PageContext,
        on_open: Callable[[str], Awaitable[None]],
        on_change: Callable[[ReportQuery], Awaitable[None]],
    ) -> None:
        """Draw nothing yet.

        Args:
            context: the page.
            on_open: called with the number that was pressed.
            on_change: called with the query when its figure or form was changed.
        """
        super().__init__(context.services.topics)
        self._context, self._on_open, self._on_change = context, on_open, on_change
        self._query, self._chosen = ReportQuery(), ''
        self._numbers: Mapping[Place, Numbers] = {}
        self._chart: ui.echart | None = None
        self.classes('report-heat')
        with self:
            with ui.element('div').classes('board-find'):
                self._choice = Piece('select').classes('desk-input')
                self._choice.props['aria-label'] = _('숫자')
                self._choice.on('change', self._choose, js_handler=CHOSEN)
                ui.element('div').classes('desk-spring')
                self._way = button('', self.toggle, ButtonStyle.QUIET)
            self._place = ui.element('div').classes('report-heat-chart')
            self._table = Living().classes('board-rows')
            self._table.on('click', self._pressed, js_handler=PRESSED)
        self.set_visibility(False)

    async def show(self, query: ReportQuery, chosen: str) -> None:
        """Read and draw the heat map of a report; ``chosen`` is the open number."""
        self._query, self._chosen = query, chosen
        work = self._context.services.reports.heat(self._context.agent, query)
        self._numbers = await self.still(work)
        self._draw()

    async def toggle(self) -> None:
        """Switch between the chart and the table."""
        view = ReportView.HEAT if self._is_table else ReportView.HEAT_TABLE
        await self._on_change(replace(self._query, view=view))

    @property
    def _is_table(self) -> bool:
        return self._query.view is ReportView.HEAT_TABLE

    @property
    def _figure(self) -> Figure:
        return self._query.figure

    async def _choose(self, event: GenericEventArguments) -> None:
        if (figure := text_of(event)) in set(Figure):
            await self._on_change(replace(self._query, figure=Figure(figure)))

    async def _pressed(self, event: GenericEventArguments) -> None:
        await self._on_open(text_of(event))

    async def _clicked(self, event: EChartPointClickEventArguments) -> None:
        if isinstance(event.value, list):
            hour, weekday = event.value[:2]
            await self._on_open(place_target(self._figure, weekday, hour))

    def _draw(self) -> None:
        words = Words(language())
        names = [(one.value, words.figure(one)) for one in Figure]
        self._choice.set_inside(options(names, self._figure))
        text = _('그래프 보기') if self._is_table else _('표로 보기')
        self._way.set_inside(filled('{text}', text=text))
        self._place.set_visibility(not self._is_table)
        self._table.set_visibility(self._is_table)
        self._table.set_inside(self._markup(words) if self._is_table else Markup())
        drawn = self._options()
        if self._chart is not None:
            self._chart.run_chart_method('setOption', drawn)
            return
        with self._place:
            self._chart = ui.echart(drawn, on_point_click=self._clicked).classes('board-chart')
            self._chart.props('role=img')
            self._chart.props['aria-label'] = _('요일과 시간대별 그래프. 표로 볼 수 있습니다.')

    def _value(self, weekday: int, hour: int) -> float | None:
        numbers = self._numbers.get((weekday, hour))
        return numbers.value(self._figure) if numbers else None

    def _options(self) -> dict[str, Any]:
        values = {(day, hour): self._value(day, hour) for day in WEEKDAYS for hour in HOURS}
        data = [
            [hour, day, round(one, 1)] for (day, hour), one in values.items() if one is not None
        ]
        label: dict[str, Any] = {':color': colour('text-2'), 'fontSize': 12}
        text = {'text': self._name(), 'textStyle': {':color': colour('text'), 'fontSize': 13}}
        return {
            'animation': False,
            'title': {**text, 'left': 8, 'top': 4},
            'grid': {'left': 44, 'right': 16, 'top': 32, 'bottom': 56},
            'tooltip': {},
            'xAxis': {'type': 'category', 'data': [f'{one:02}' for one in HOURS], 'axisLabel': label},
            'yAxis': {'type': 'category', 'data': _weekdays(), 'inverse': True, 'axisLabel': label},
            'visualMap': {
                'min': 0, 'max': max((one[2] for one in data), default=1) or 1, 'orient': 'horizontal', 'left': 'center',
                'bottom': 0, 'itemHeight': 96, 'textStyle': label,
                'inRange': {':color': _SCALE},
            },
            'series': [{'type': 'heatmap', 'data': data, 'label': {'show': True, 'fontSize': 11}}],
        }  # fmt: skip

    def _name(self) -> str:
        return Words(language()).figure(self._figure)

    def _markup(self, words: Words) -> Markup:
        heads = [_('요일'), *(f'{one:02}' for one in HOURS)]
        rows = [
            filled(
                '<tr data-key="w{day}"><th scope="row">{name}</th>{cells}</tr>',
                day=day,
                name=name,
                cells=Markup().join(self._cell(words, name, day, hour) for hour in HOURS),
            )
            for day, name in enumerate(_weekdays())
        ]
        return filled(
            '<table class="desk-table board-table report-table" aria-label="{label}"><thead><tr>{head}</tr></thead>'
            '<tbody>{rows}</tbody></table>',
            label=_('요일과 시간대별 {figure}', figure=words.figure(self._figure)),
            head=Markup().join(filled('<th scope="col">{name}</th>', name=one) for one in heads),
            rows=Markup().join(rows),
        )

    def _cell(self, words: Words, name: str, weekday: int, hour: int) -> Markup:
        numbers = self._numbers.get((weekday, hour))
        found = self._value(weekday, hour)
        if found is None and FORMULAS[self._figure].unit is Unit.CONTACTS:
            found = 0
        value = value_text(self._figure, found)
        count = numbers.count(self._figure) if numbers else 0
        made = number_button(
            opens=place_target(self._figure, weekday, hour),
            name=words.figure(self._figure),
            value=f'{value}, {name} {hour:02}',
            chosen=self._chosen,
            inside=filled('{value}', value=value),
            look='board-number' + ('' if count else ' board-none'),
        )
        return filled('<td>{made}</td>', made=made)


def place_target(figure: Figure, weekday: int, hour: int) -> str:
    """Return what a number of the heat map opens, as an address carries it."""
    return f'{figure}:w{weekday}h{hour}'


def place_chosen(given: str) -> Choice | None:
    """Return the number of the heat map that an address opens."""
    name, _colon, place = given.partition(':w')
    weekday, _h, hour = place.partition('h')
    if name not in set(Figure) or not (weekday.isdecimal() and hour.isdecimal()):
        return None
    if int(weekday) not in WEEKDAYS or int(hour) not in HOURS:
        return None
    return Choice(figure=Figure(name), weekday=int(weekday), hour=int(hour))


def place_name(choice: Choice) -> str:
    """Return the name of a chosen place."""
    return f'{_weekdays()[choice.weekday or 0]} {choice.hour or 0:02}:00'


def _weekdays() -> list[str]:
    return [_(one) for one in times.WEEKDAYS]


_SCALE = f'[{colour("surface-2")}, {colour("accent")}]'
