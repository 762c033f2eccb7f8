"""The whole simulated centre: its parts and its time.

It knows nothing of HTTP. An interface calls ``run_to`` with the current time, then one action of
one part, then ``settle``; ``told`` then holds the events to publish.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from desk.sandbox.connect.world.arrivals import Arrivals
from desk.sandbox.connect.world.calls import Calls
from desk.sandbox.connect.world.chats import Chats
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.endings import Endings
from desk.sandbox.connect.world.events import Event
from desk.sandbox.connect.world.hands import Hands
from desk.sandbox.connect.world.refusals import NotPossible
from desk.sandbox.connect.world.rooms import Rooms
from desk.sandbox.connect.world.routing import Routing
from desk.sandbox.connect.world.state import Due, State, Timer
from desk.sandbox.connect.world.terms import (
    CLEARABLE,
    HEARTBEAT_SECONDS,
    RINGING,
    Channel,
    Initiation,
    LegState,
    Reason,
    Role,
    Stage,
)

UNSTOPPABLE = frozenset(
    {
        Initiation.TRANSFER,
        Initiation.QUEUE_TRANSFER,
        Initiation.EXTERNAL_OUTBOUND,
        Initiation.MONITOR,
    }
)
"""Voice contacts that ``StopContact`` refuses to end."""


class World:
    """A contact centre in memory."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.core = Core(state)
        self.rooms = Rooms(self.core)
        self.routing = Routing(self.core)
        self.endings = Endings(self.core, self.routing, self.rooms)
        self.hands = Hands(self.core, self.routing, self.rooms, self.endings)
        self.arrivals = Arrivals(self.core, self.routing, self.rooms, self.endings, self.hands)
        self.calls = Calls(self.core, self.routing, self.endings, self.hands, self.arrivals)
        self.chats = Chats(self.core, self.rooms, self.endings)
        self.on_due: Callable[[Timer], None] = lambda _timer: None
        self._beaten_at = state.now

    @property
    def now(self) -> datetime:
        """Return the world's current time."""
        return self.state.now

    def run_to(self, moment: datetime) -> None:
        """Advance to a time; timers on the way run in order."""
        while self.state.timers and self.state.timers[0].at <= moment:
            timer = heapq.heappop(self.state.timers)
            self.state.now = max(self.state.now, timer.at)
            self._happen(timer)
            self.core.tell_agents()
            self.on_due(timer)
        self.state.now = max(self.state.now, moment)
        self._beat()

    def settle(self) -> None:
        """Run timers that are due now, and publish agents' changes."""
        self.run_to(self.state.now)
        self.core.tell_agents()

    def take_told(self) -> list[Event]:
        """Return the events since the last call, oldest first."""
        told, self.core.told = self.core.told, []
        return told

    def stop(self, contact_id: str) -> None:
        """End a contact from outside (``StopContact``).

        Raises:
            NotThere, Gone: it does not exist, or has ended.
            NotPossible: it is a voice contact that cannot be stopped this way.
        """
        contact = self.core.live(contact_id)
        if contact.channel is Channel.VOICE and contact.initiation in UNSTOPPABLE:
            raise NotPossible(f'A contact of initiation {contact.initiation} cannot be stopped')
        self.endings.end(contact, Reason.API)

    def end_for_agent(self, agent_id: str, contact_id: str) -> None:
        """Let an agent end a contact: leave a call, end a chat, finish a task."""
        agent = self.core.agent(agent_id)
        contact = self.core.live(contact_id)
        if contact.channel is Channel.VOICE and contact.initiation is not Initiation.MONITOR:
            self.calls.leave(agent, contact_id)
        else:
            self.endings.end(self.core.talking(agent, contact_id), Reason.AGENT)

    def _happen(self, timer: Timer) -> None:
        if timer.due in {Due.EXPIRE, Due.LEAVE}:
            self._room_due(timer)
        elif timer.due in {Due.ACCEPT, Due.MISS, Due.CLEAR}:
            self._hands_due(timer)
        else:
            contact = self.state.contacts.get(timer.subject_id)
            if contact is not None and not contact.is_over:
                self._contact_due(timer, contact)

    def _hands_due(self, timer: Timer) -> None:
        agent = self.state.agents.get(timer.agent_id)
        held = agent.assignments.get(timer.subject_id) if agent else None
        if agent is None or held is None or held.turn != timer.turn:
            return
        if timer.due is Due.ACCEPT and held.state in RINGING:
            self.hands.accept(agent, timer.subject_id)
        elif timer.due is Due.MISS and held.state in RINGING:
            self.hands.miss(agent, timer.subject_id)
        elif timer.due is Due.CLEAR and held.state in CLEARABLE:
            self.hands.clear(agent, timer.subject_id)

    def _contact_due(self, timer: Timer, contact: Contact) -> None:
        if timer.due is Due.BEGIN and contact.stage is Stage.SCHEDULED:
            self.arrivals.begin(contact)
        elif timer.due is Due.CONSIDER and contact.stage is Stage.QUEUED:
            self.routing.consider(contact)
        elif timer.due in {Due.ANSWER, Due.GIVE_UP} and self._is_dialled(contact):
            (self.hands.answered if timer.due is Due.ANSWER else self.hands.gave_up)(contact)

    def _is_dialled(self, contact: Contact) -> bool:
        if contact.initiation is Initiation.EXTERNAL_OUTBOUND:
            return contact.stage is Stage.SYSTEM
        first = contact.first_leg
        return first is not None and first.state is LegState.CONNECTING

    def _room_due(self, timer: Timer) -> None:
        room = self.state.rooms.get(timer.subject_id)
        if room is None or room.ended_at is not None:
            return
        if timer.due is Due.LEAVE:
            participant = room.participants[timer.detail]
            if participant.joined_at is None:
                self.rooms.leave(room, participant)
            return
        customer = room.first(Role.CUSTOMER)
        never_came = customer is None or customer.joined_at is None
        if timer.detail != 'unjoined' or never_came:
            self.endings.end(self.core.live(room.contact_id), Reason.EXPIRED)

    def _beat(self) -> None:
        """Publish a heartbeat of every agent at work, every two minutes."""
        if self.state.now - self._beaten_at >= timedelta(seconds=HEARTBEAT_SECONDS):
            self._beaten_at = self.state.now
            for agent in self.state.agents.values():
                if self.core.is_online(agent):
                    self.core.beat(agent)
