"""상담원 하루: each agent's states of a day on a line of time, with the time in each and the occupancy."""

from datetime import datetime, timedelta

from markupsafe import Markup
from nicegui import ui

from models import AgentStatus
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.board_numbers import percent_text
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.status_names import status_names
from pages.parts.reports.shift_dialog import plan_shifts
from services.floor.definitions import beginning_of
from services.reports.adherence import WORK
from services.reports.agent_days import AgentDay
from services.reports.report_query import ReportQuery

WINDOW = 50
SHOWN = (
    AgentStatus.AVAILABLE, AgentStatus.BUSY, AgentStatus.AFTER_CONTACT, AgentStatus.AWAY, AgentStatus.DISCONNECTED,
    AgentStatus.CHECKING,
)  # fmt: skip
"""The states with a column of their own."""


class AgentDayList(Component):
    """A window of the agents who were there, by name."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self._days: list[AgentDay] = []
        self._query = ReportQuery()
        self._begin, self._midnight = 0, beginning_of(ReportQuery().days[1])
        self.classes('board-agents')
        with self:
            with ui.element('div').classes('board-panel-head'):
                self._title = Piece('h2')
                self._said = Piece('span').classes('desk-sub').props('role=status')
                ui.element('div').classes('desk-spring')
                button(_('근무표'), self._plan, ButtonStyle.QUIET)
                self._back = button(_('앞의 {count}명', count=WINDOW), lambda: self._turn(-WINDOW), ButtonStyle.QUIET)  # fmt: skip
                self._on = button(_('다음 {count}명', count=WINDOW), lambda: self._turn(WINDOW), ButtonStyle.QUIET)  # fmt: skip
            self._rows = Living().classes('board-rows')
        self.set_visibility(False)

    async def show(self, query: ReportQuery) -> None:
        """Show the last day of a report."""
        work = self._context.services.day_reports.agent_days(self._context.agent, query)
        self._days = await self.still(work)
        self._query = query
        self._begin, self._midnight = 0, beginning_of(query.days[1])
        self._draw()

    async def _plan(self) -> None:
        await plan_shifts(self._context, self._query.days[1], on_change=self._again)

    async def _again(self) -> None:
        await self.show(self._query)

    def _turn(self, step: int) -> None:
        self._begin = max(0, self._begin + step)
        self._draw()

    def _draw(self) -> None:
        day = times.day(self._midnight)
        self._title.set_inside(filled('{title}', title=_('상담원 하루 · {day}', day=day)))
        self._said.set_inside(filled('{count}', count=_('{count}명', count=len(self._days))))
        self._back.set_visibility(self._begin > 0)
        self._on.set_visibility(self._begin + WINDOW < len(self._days))
        if not self._days:
            empty = _('이 날 일한 상담원이 없습니다.')
            self._rows.set_inside(filled('<p class="desk-empty">{text}</p>', text=empty))
            return
        names = status_names()
        heads = (
            _('상담원'),
            _('0시 ~ 24시'),
            *(names[one] for one in SHOWN),
            _('점유율'),
            _('준수율'),
        )
        window = self._days[self._begin : self._begin + WINDOW]
        self._rows.set_inside(
            filled(
                '<table class="desk-table board-table report-days" aria-label="{label}"><thead><tr>{head}</tr></thead>'
                '<tbody>{rows}</tbody></table>',
                label=_('상담원 하루'),
                head=Markup().join(
                    filled('<th scope="col">{name}</th>', name=one) for one in heads
                ),
                rows=Markup().join(_row(one, self._midnight, names) for one in window),
            )
        )


def _row(day: AgentDay, midnight: datetime, names: dict[AgentStatus, str]) -> Markup:
    lengths = [times.length(timedelta(seconds=day.seconds_in(one))) for one in SHOWN]
    return filled(
        '<tr data-key="{id}"><th scope="row">{name}</th><td class="report-line">{line}</td>{lengths}<td>{occupancy}</td><td>{adherence}</td></tr>',
        id=day.agent_id,
        name=day.name,
        line=_line(day, midnight, names),
        lengths=Markup().join(filled('<td>{length}</td>', length=one) for one in lengths),
        occupancy=percent_text(day.occupancy),
        adherence=percent_text(day.adherence),
    )


def _line(day: AgentDay, midnight: datetime, names: dict[AgentStatus, str]) -> Markup:
    """Return the day as a drawing, 1 unit a minute; each state says itself when it is pointed at."""
    minute = timedelta(minutes=1)
    parts = [
        filled(
            '<rect data-status="{status}" x="{x}" y="0" width="{width}" height="20"><title>{name} {begin} ~ {end}</title></rect>',
            status=one.status.value,
            x=f'{(one.begin - midnight) / minute:.2f}',
            width=f'{max((one.end - one.begin) / minute, 0.5):.2f}',
            name=names[one.status],
            begin=times.hour(one.begin),
            end=times.hour(one.end),
        )
        for one in day.stretches
        if one.status is not AgentStatus.OFFLINE
    ]
    return filled(
        '<svg viewBox="0 0 1440 20" preserveAspectRatio="none" role="img" aria-label="{label}"{look}>{hours}{parts}{plan}</svg>',
        label=_('{name} 님의 하루', name=day.name),
        hours=Markup().join(
            filled('<line x1="{x}" x2="{x}" y1="0" y2="20"></line>', x=hour * 60)
            for hour in range(0, 25, 3)
        ),
        parts=Markup().join(parts),
        plan=Markup().join(_planned(day, midnight)),
        look=Markup(' data-planned') if day.plan else '',
    )


def _planned(day: AgentDay, midnight: datetime) -> list[Markup]:
    """Return the plan as a thin line below the states."""
    minute, names = timedelta(minutes=1), activity_names()
    return [
        filled(
            '<rect class="report-plan" data-plan="{kind}" x="{x}" y="16" width="{width}" height="4"><title>{name} {begin} ~ {end}</title></rect>',
            kind='work' if activity == WORK else 'away',
            x=f'{(begin - midnight) / minute:.2f}',
            width=f'{max((end - begin) / minute, 0.5):.2f}',
            name=_('계획: {activity}', activity=names.get(activity, activity)),
            begin=times.hour(begin),
            end=times.hour(end),
        )
        for activity, begin, end in day.plan
    ]


def activity_names() -> dict[str, str]:
    """Return the names of the usual planned activities."""
    return {
        WORK: _('근무'), 'meal': _('식사'), 'break': _('휴식'), 'training': _('교육'), 'meeting': _('회의'),
        'other': _('기타'),
    }  # fmt: skip
