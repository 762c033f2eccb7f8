"""Keeps 상담 상태 and Connect's agent status equal: a change of one changes the other.

When a page opens, the desk's status wins; from then on the side that changed wins. Connect's own statuses (Busy, AfterCallWork,
errors) are nobody's choice and are ignored. Setting a status during the wrap-up of the only contact would close the contact at
Connect (streams#952), so the link waits until the contact is cleared.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from desk.errors import DeskError
from models import AgentStatus
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.parts.calls.phone_state import AgentState, Phase
from pages.parts.calls.softphone import Softphone
from services.people.events import AgentStatusChanged, agent_topic
from services.people.states import OTHER, event_of

TYPES: Mapping[AgentStatus, str] = MappingProxyType(
    {
        AgentStatus.AVAILABLE: 'routable',
        AgentStatus.AWAY: 'not_routable',
        AgentStatus.OFFLINE: 'offline',
    }
)
"""The desk's statuses that can be chosen, and Connect's equivalent types."""
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        'meal': ('식사', '점심', 'Lunch', 'Meal'),
        'break': ('휴식', 'Break'),
        'training': ('교육', 'Training'),
        'meeting': ('회의', 'Meeting'),
    }
)
"""The reasons of 이석 by code, and the names of Connect's equivalent statuses."""


class Wish(NamedTuple):
    """The status that the agent wants on the desk, with the reason's code for 이석."""

    status: AgentStatus
    reason: str = ''


class StatusLink(Component):
    """Keeps both statuses equal, in the tab that has the sound."""

    def __init__(self, context: PageContext, phone: Softphone) -> None:
        super().__init__(context.services.topics, 'span')
        self._context, self._phone = context, phone
        self._states = context.services.agent_states
        self._shown = event_of(context.agent)
        self._codes: dict[UUID, str] | None = None
        self._agreed: tuple[Wish, str] | None = None
        """Both statuses when they last were equal."""
        self._pushed: tuple[Wish, str] | None = None
        """What Connect was last told, until its state says so. The desk's status may be another one by then."""
        self._is_busy = False
        self.set_visibility(False)
        self.listen(agent_topic(context.agent.id), self._hear, draws=False)
        phone.on_change(self._fit)
        self.start(self._load())

    async def _load(self) -> None:
        reasons = await self.still(self._states.reasons())
        self._codes = {reason.id: reason.code for reason in reasons}
        self._fit()

    def _hear(self, event: object) -> None:
        if isinstance(event, AgentStatusChanged):
            self._shown = event
            self._fit()

    def _fit(self) -> None:
        """Change the side that did not change, so that both are equal again."""
        state, here = self._phone.state, self._wish()
        can = state.is_ready and state.owner and not self._phone.view.pending and not self._is_busy
        there = state.agent.wanted if state.agent else None
        if not can or here is None or there is None:
            return
        if self._pushed is not None and there.name == self._pushed[1]:
            self._agreed, self._pushed = self._pushed, None
        if fits(here, there, state.agent.states if state.agent else []):
            self._agreed, self._pushed = (here, there.name), None
            if self.props.get('data-in-step') != there.name:
                self.props['data-in-step'] = there.name
        elif self._agreed is not None and here == self._agreed[0] and there.name == self._agreed[1]:
            return  # refused before: wait until one side changes
        elif self._agreed is not None and here == self._agreed[0]:
            self._is_busy = True
            self.start(self._adopt(here, there))
        elif not any(call.phase is Phase.WRAP_UP for call in state.calls):
            self._is_busy = True
            self.start(self._push(here, there))

    def _wish(self) -> Wish | None:
        """Return the status that the agent wants on the desk; ``None`` while it is unknown."""
        event, codes = self._shown, self._codes
        if codes is None or event.status is AgentStatus.DISCONNECTED:
            return None
        if event.next_status is not None:
            return Wish(event.next_status, codes.get(event.next_reason_id or UUID(int=0), ''))
        match event.status:
            case AgentStatus.AWAY:
                return Wish(AgentStatus.AWAY, codes.get(event.reason_id or UUID(int=0), ''))
            case AgentStatus.CHECKING:
                return Wish(AgentStatus.AWAY)
            case AgentStatus.OFFLINE:
                return Wish(AgentStatus.OFFLINE)
            case _:  # an agent with open contacts is available for more
                return Wish(AgentStatus.AVAILABLE)

    async def _push(self, here: Wish, there: AgentState) -> None:
        agent = self._phone.state.agent
        goal = connect_status(here, agent.states if agent else [])
        try:
            await self.still(self._phone.command('set_state', name=goal.name, type=goal.type))
            self._pushed = (here, goal.name)
        except DeskError as error:
            self._agreed = (here, there.name)
            notices.tell(error)
        finally:
            self._is_busy = False

    async def _adopt(self, here: Wish, there: AgentState) -> None:
        goal = desk_status(there)
        try:
            if goal is not None:
                self._shown = await self.still(
                    self._states.choose(
                        self._context.agent.id, goal.status, reason=goal.reason or OTHER
                    )
                )
            else:
                self._agreed = (here, there.name)
        except DeskError as error:
            self._agreed = (here, there.name)
            notices.tell(error)
        finally:
            self._is_busy = False


def fits(here: Wish, there: AgentState, states: list[AgentState]) -> bool:
    """Return whether both statuses are equal; a reason that Connect does not know is equal to every status of its type."""
    if TYPES.get(here.status) != there.type:
        return False
    return here.reason not in NAMES or there.name == connect_status(here, states).name


def connect_status(here: Wish, states: list[AgentState]) -> AgentState:
    """Return Connect's status for a desk status: one of the same type, preferably with the name of the same reason."""
    wanted = TYPES[here.status]
    fitting = [one for one in states if one.type == wanted]
    named = (one for one in fitting if one.name in NAMES.get(here.reason, ()))
    return next(named, fitting[0] if fitting else AgentState(name='', type=wanted))


def desk_status(there: AgentState) -> Wish | None:
    """Return the desk's status for one of Connect's; ``None`` for a status that nobody can choose."""
    status = next((status for status, kind in TYPES.items() if kind == there.type), None)
    if status is None:
        return None
    if status is not AgentStatus.AWAY:
        return Wish(status)
    return Wish(status, next((code for code, names in NAMES.items() if there.name in names), OTHER))
