"""오늘: the day by quarter hour, compared to the usual same weekday, as charts or as a table."""

from typing import Any

from markupsafe import Markup
from nicegui import ui

from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.board_numbers import NOTHING
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.living import Living
from pages.parts.kit.markup import figures_table, filled
from services.floor.today import NUMBERS, QUARTERS, DayCurves, Measure, Row

AGAIN_SECONDS = 60.0
COLOUR = 'getComputedStyle(document.documentElement).getPropertyValue("--{name}").trim()'


class BoardToday(Component):
    """Small charts with one time axis; ``toggle`` shows their table instead."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self._curves: DayCurves | None = None
        self._is_table = False
        self.classes('board-today')
        with self:
            with ui.element('div').classes('board-find'):
                self._said = Living().classes('desk-sub')
                self._way = button('', self.toggle, ButtonStyle.QUIET)
            self._place = ui.element('div').classes('board-charts').props('tabindex=0')
            self._table = Living().classes('board-rows')
        self._charts: dict[Measure, ui.echart] = {}

    async def show(self) -> None:
        """Read and draw the day, again every minute while it is shown."""
        self._curves = await self.still(self._context.services.today.curves(self._context.agent))
        self._draw()
        self.within(AGAIN_SECONDS, self._again)

    def toggle(self) -> None:
        """Switch between the charts and the table."""
        self._is_table = not self._is_table
        self._draw()

    async def _again(self) -> None:
        if self.visible:
            await self.show()

    def _draw(self) -> None:
        curves = self._curves
        if curves is None:
            return
        self._place.set_visibility(not self._is_table)
        self._table.set_visibility(self._is_table)
        self._way.set_inside(
            filled('{text}', text=_('그래프 보기') if self._is_table else _('표로 보기'))
        )
        usual = _('회색 선: 지난 {weeks}주 같은 요일의 평균', weeks=curves.weeks)
        self._said.set_inside(
            filled('{text}', text=usual if curves.weeks else _('비교할 지난주 기록이 없습니다.'))
        )
        self._table.set_inside(_table(curves) if self._is_table else Markup())
        for measure, name in measure_names().items():
            options = _options(curves, measure, name)
            if measure in self._charts:
                self._charts[measure].run_chart_method('setOption', options)
                continue
            with self._place:
                chart = ui.echart(options).classes('board-chart').props('role=img')
                chart.props['aria-label'] = _('{name}, 15분 단위. 표로 볼 수 있습니다.', name=name)
                self._charts[measure] = chart


def measure_names() -> dict[Measure, str]:
    """Return the names of the curves, with their units."""
    return {
        Measure.ARRIVED: _('인입(건)'),
        Measure.WAIT: _('평균 대기(초)'),
        Measure.ABANDONED: _('포기(건)'),
        Measure.FIRST_RESPONSE: _('첫 응답(초)'),
        Measure.HANDLING: _('평균 처리(초)'),
        Measure.WRAP_UP: _('평균 후처리(초)'),
        Measure.RATING: _('만족도(점)'),
        Measure.NEGATIVE: _('부정 비율(%)'),
    }


def _time(quarter: int) -> str:
    return f'{quarter // 4:02}:{quarter % 4 * 15:02}'


def colour(name: str) -> str:
    """Return a JavaScript expression for a colour of the stylesheet: charts are drawn on a canvas, which knows none."""
    return COLOUR.replace('{name}', name)


def _options(curves: DayCurves, measure: Measure, name: str) -> dict[str, Any]:
    is_bar = measure in NUMBERS
    label: dict[str, Any] = {':color': colour('text-2'), 'fontSize': 12}
    axis: dict[str, Any] = {
        'axisLabel': label,
        'axisLine': {'lineStyle': {':color': colour('line-strong')}},
    }
    return {
        'animation': False,
        'title': {'text': name, 'left': 8, 'top': 4, 'textStyle': {':color': colour('text'), 'fontSize': 13}},
        'grid': {'left': 44, 'right': 12, 'top': 32, 'bottom': 24},
        'tooltip': {'trigger': 'axis'},
        'xAxis': {'type': 'category', 'data': [_time(one) for one in range(QUARTERS)], **axis,
                  'axisLabel': {**label, 'interval': 11}},
        'yAxis': {'type': 'value', 'min': 0, 'minInterval': 1, **axis,
                  'splitLine': {'lineStyle': {':color': colour('line')}}},
        'series': [
            {'name': _('오늘'), 'type': 'bar' if is_bar else 'line', 'showSymbol': True, 'symbolSize': 4,
             'data': _rounded(curves.today[measure]), 'itemStyle': {':color': colour('accent')}},
            {'name': _('평소'), 'type': 'line', 'showSymbol': False, 'lineStyle': {'width': 1.5, ':color': colour('line-strong')},
             'itemStyle': {':color': colour('line-strong')}, 'data': _rounded(curves.usual[measure])},
        ],
    }  # fmt: skip


def _rounded(row: Row) -> list[float | None]:
    return [None if one is None else round(one, 1) for one in row]


def _table(curves: DayCurves) -> Markup:
    names = measure_names()
    heads = [_('시각')]
    for name in names.values():
        heads += [f'{name} {_("오늘")}', f'{name} {_("평소")}']
    rows = []
    for quarter in range(QUARTERS):
        values = [
            row[quarter]
            for measure in names
            for row in (curves.today[measure], curves.usual[measure])
        ]
        if any(values):
            cells = Markup().join(filled('<td>{value}</td>', value=_value(one)) for one in values)
            rows.append(filled('<tr><th scope="row">{time}</th>{cells}</tr>', time=_time(quarter), cells=cells))  # fmt: skip
    return figures_table(_('15분 단위 오늘과 평소'), heads, Markup().join(rows))


def _value(value: float | None) -> str:
    return NOTHING if value is None else f'{value:.1f}'.removesuffix('.0')
