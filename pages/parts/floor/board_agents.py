"""The board's table of agents: sorted, filtered, searched, scrolled as a window of rows; and the button to act on one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from models import AgentStatus, Channel
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.agent_dialog import act_on_agent
from pages.parts.floor.board_numbers import NOTHING, STATUSES, number_button, passed
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import pair_of, text_of
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.status_names import status_names
from services.floor.board import AgentLine

WINDOW = 40
"""Rows that are drawn at once."""
PRESS = (
    '(event) => { const sort = event.target.closest("[data-sort]"); const act = event.target.closest("[data-act]"); const open = event.target.closest("[data-open]");'
    ' if (sort) emit(["sort", sort.dataset.sort]); else if (act) emit(["act", act.dataset.act]); else if (open) emit(["open", open.dataset.open]) }'
)
TYPED = '(event) => emit(event.target.value)'
ORDER = {status: place for place, status in enumerate(STATUSES)}
SORTS: dict[str, Callable[[AgentLine], tuple[object, ...]]] = {
    'name': lambda one: (one.agent.name,),
    'department': lambda one: (one.agent.department, one.agent.name),
    'status': lambda one: (ORDER[one.agent.status], one.agent.since),
    'since': lambda one: (one.agent.since,),
    'load': lambda one: (-one.load, one.agent.name),
    'handled': lambda one: (-one.handled, one.agent.name),
    'average': lambda one: (-(one.average_seconds or 0), one.agent.name),
    'rating': lambda one: (one.rating is None, one.rating or 0.0, one.agent.name),
}
"""The sort order of each column: the most interesting values first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentList:
    """The agents to show, the names of the away reasons, and whether they are of the past."""

    lines: Sequence[AgentLine]
    reasons: Mapping[UUID, str]
    until: datetime | None
    chosen: str


class BoardAgents(Component):
    """A table of agents that follows the board."""

    def __init__(self, context: PageContext, *, on_open: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(context.services.topics)
        self._context, self._on_open = context, on_open
        self._list: AgentList | None = None
        self._sort, self._looked_for, self._begin = 'status', '', 0
        self.classes('board-agents')
        with self:
            with ui.element('div').classes('board-find'):
                find = Piece('input').classes('desk-input').props('type=search id=board-find')
                find.props['aria-label'] = find.props['placeholder'] = _('상담원 이름, 부서')
                find.on('input', self._typed, js_handler=TYPED, throttle=0.2)
                self._said = Piece('span').props('role=status').classes('desk-sub')
            self._rows = Living().classes('board-rows')
            self._rows.on('click', self._press, js_handler=PRESS)
            with ui.element('div').classes('desk-list-foot'):
                self._back = button(
                    _('앞의 {count}명', count=WINDOW),
                    lambda: self._turn(-WINDOW),
                    ButtonStyle.QUIET,
                )
                self._on = button(
                    _('다음 {count}명', count=WINDOW), lambda: self._turn(WINDOW), ButtonStyle.QUIET
                )

    def show(self, shown: AgentList, *, anew: bool) -> None:
        """Show agents; ``anew`` scrolls to the top."""
        self._list = shown
        if anew:
            self._begin = 0
        self._draw()

    def find(self) -> None:
        """Put the caret into the search field."""
        ui.run_javascript('document.getElementById("board-find")?.focus()')

    def _found(self) -> list[AgentLine]:
        if self._list is None:
            return []
        text = self._looked_for.casefold()
        found = [
            one
            for one in self._list.lines
            if text in one.agent.name.casefold() or text in _(one.agent.department).casefold()
        ]
        return sorted(found, key=SORTS[self._sort])

    def _typed(self, event: GenericEventArguments) -> None:
        self._looked_for, self._begin = text_of(event).strip(), 0
        self._draw()

    def _turn(self, step: int) -> None:
        self._begin = max(0, self._begin + step)
        self._draw()

    async def _press(self, event: GenericEventArguments) -> None:
        what, given = pair_of(event)
        if what == 'sort' and given in SORTS:
            self._sort, self._begin = given, 0
            self._draw()
        elif what == 'open':
            await self._on_open(given)
        elif what == 'act' and self._list is not None:
            line = next((one for one in self._list.lines if str(one.agent.id) == given), None)
            if line is not None:
                await act_on_agent(self._context, line.agent)

    def _draw(self) -> None:
        shown, found = self._list, self._found()
        if shown is None:
            return
        self._begin = max(0, min(self._begin, (len(found) - 1) // WINDOW * WINDOW))
        self._back.set_visibility(self._begin > 0)
        self._on.set_visibility(self._begin + WINDOW < len(found))
        self._said.set_inside(filled('{text}', text=_('{count}명', count=len(found))))
        if not found:
            self._rows.set_inside(
                filled('<p class="desk-empty">{text}</p>', text=_('해당하는 상담원이 없습니다.'))
            )
            return
        rows = Markup().join(
            self._row(shown, one) for one in found[self._begin : self._begin + WINDOW]
        )
        self._rows.set_inside(
            filled(
                '<table class="desk-table board-list board-people" aria-label="{label}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
                label=_('상담원 현황'),
                head=self._head(),
                rows=rows,
            )
        )

    def _head(self) -> Markup:
        names = {
            'name': _('상담원'), 'department': _('부서'), 'status': _('상태'), 'since': _('경과'),
            'next': _('다음 상태'), 'load': _('상담/정원'),
            'channel': _('채널'), 'handled': _('오늘 처리'), 'average': _('평균 처리'),
            'rating': _('만족도'),
        }  # fmt: skip
        cells = [
            filled(
                '<th scope="col" aria-sort="{sort}"><button type="button" data-sort="{key}">{name}</button></th>',
                sort='ascending' if key == self._sort else 'none',
                key=key,
                name=name,
            )
            if key in SORTS
            else filled('<th scope="col">{name}</th>', name=name)
            for key, name in names.items()
        ]
        return Markup().join([*cells, Markup('<td></td>')])

    def _row(self, shown: AgentList, line: AgentLine) -> Markup:
        agent, states = line.agent, status_names()
        channels = {Channel.CHAT: _('채팅'), Channel.CALL: _('통화')}
        reason = shown.reasons.get(agent.reason_id, '') if agent.reason_id else ''
        average = line.average_seconds
        return filled(
            '<tr data-key="{id}"><th scope="row">{name}</th><td>{department}</td>'
            '<td><span class="board-state" data-status="{status}" aria-hidden="true"></span>{state}{reason}</td>'
            '<td>{since}</td><td>{next}</td><td>{load}</td><td>{channel}</td><td>{handled}</td><td>{average}</td><td>{rating}</td><td>{act}</td></tr>',
            id=agent.id,
            name=agent.name,
            department=_(agent.department),
            status=agent.status.value,
            state=states[agent.status],
            reason=f' · {reason}' if reason else '',
            since=passed(agent.since, until=shown.until),
            next=_next(shown, line),
            load=number_button(
                opens=f'hand:{agent.id}',
                name=_('맡은 상담'),
                value=f'{line.load}, {agent.name}',
                chosen=shown.chosen,
                inside=filled('{load}/{capacity}', load=line.load, capacity=agent.capacity),
                look='board-number' + (' board-full' if line.load >= agent.capacity else ''),
            ),
            channel=', '.join(channels[one] for one in line.channels),
            handled=number_button(
                opens=f'handled:{agent.id}',
                name=_('오늘 처리'),
                value=f'{line.handled}, {agent.name}',
                chosen=shown.chosen,
                inside=filled('{handled}', handled=line.handled),
                look='board-number' + ('' if line.handled else ' board-none'),
            ),
            average=times.length(timedelta(seconds=average)) if average is not None else NOTHING,
            rating=number_button(
                opens=f'rated:{agent.id}',
                name=_('만족도'),
                value=f'{_points(line.rating)}, {agent.name}',
                chosen=shown.chosen,
                inside=filled('{rating}', rating=_points(line.rating)),
                look='board-number' + ('' if line.rated else ' board-none'),
            ),
            act=_act(agent.id, agent.name) if shown.until is None else '',
        )


def _points(rating: float | None) -> str:
    return NOTHING if rating is None else f'{rating:.1f}'


def _next(shown: AgentList, line: AgentLine) -> str:
    agent = line.agent
    if agent.next_status is None:
        return '' if shown.until is None else NOTHING
    is_away = agent.next_status is AgentStatus.AWAY and agent.next_reason_id is not None
    reason = shown.reasons.get(agent.next_reason_id, '') if agent.next_reason_id else ''
    name = status_names()[agent.next_status]
    return f'{name} · {reason}' if is_away and reason else name


def _act(agent_id: UUID, name: str) -> Markup:
    return filled(
        '<button type="button" class="desk-button desk-quiet" data-act="{id}" aria-label="{label}">{text}</button>',
        id=agent_id,
        label=_('상태 바꾸기: {name}', name=name),
        text=_('상태 바꾸기'),
    )
