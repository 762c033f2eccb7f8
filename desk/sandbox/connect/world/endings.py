"""How contacts end, and the effect on connected contacts.

A contact ends once. Its agent keeps it as after-contact work, unless they dialled it and nobody
answered (streams#567); a failed call is cleared by itself (streams#241). A consulted agent's
contact ends with the call, unless the call was handed to them; the consulting agent's call
continues when the consulted one hangs up.
"""

from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.contact import Contact, Leg
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.rooms import Rooms
from desk.sandbox.connect.world.routing import Routing
from desk.sandbox.connect.world.state import Due
from desk.sandbox.connect.world.terms import (
    FAILED_SECONDS,
    AgentContactState,
    Initiation,
    LegKind,
    LegState,
    Reason,
    Stage,
)


class Endings:
    """The end of contacts, from either side."""

    def __init__(self, core: Core, routing: Routing, rooms: Rooms) -> None:
        self._core = core
        self._routing = routing
        self._rooms = rooms

    def end(
        self,
        contact: Contact,
        reason: Reason,
        *,
        remains: AgentContactState = AgentContactState.ENDED,
        keep_room: bool = False,
    ) -> None:
        """End an open contact.

        Args:
            contact: the contact.
            reason: why it ended.
            remains: the state for an agent who had answered or dialled it.
            keep_room: the chat continues in another contact.
        """
        if contact.stage is Stage.QUEUED:
            self._routing.leave(contact)
        was_offered = contact.stage is Stage.OFFERED
        self._core.close(contact, reason)
        self._hang_up_legs(contact)
        self._end_room(contact, keep=keep_room)
        if contact.agent_id is not None:
            self._leave_hands(contact, self._core.agent(contact.agent_id), was_offered, remains)
        self._end_monitors(contact)
        self._tell_upstream(contact)

    def far_end_gone(self, contact: Contact, leg: Leg) -> None:
        """Disconnect a leg of a contact; end the contact if the agent is left alone."""
        leg.turn(LegState.DISCONNECTED, self._core.now)
        if not contact.others_up:
            self.end(contact, Reason.THIRD_PARTY)
        elif (first := contact.first_leg) and first.state is LegState.HOLD:
            first.turn(LegState.CONNECTED, self._core.now)  # assumed: the customer is resumed
        if not contact.is_over:
            self.reckon_hold(contact)

    def reckon_hold(self, contact: Contact) -> None:
        """Update the agent's hold time, which runs while all others are on hold."""
        if contact.stage is not Stage.CONNECTED or contact.agent_id is None:
            return
        agent = self._core.agent(contact.agent_id)
        held = agent.assignments[contact.id]
        others = contact.others_up
        is_on_hold = bool(others) and all(leg.state is LegState.HOLD for leg in others)
        state = AgentContactState.CONNECTED_ONHOLD if is_on_hold else AgentContactState.CONNECTED
        if held.state is not state:
            self._core.turn(agent, held, state)
        self._core.touch(agent)
        self._count_hold(contact)

    def _count_hold(self, contact: Contact) -> None:
        first = contact.first_leg
        if first is not None and first.state is LegState.HOLD:
            contact.holds.begin(self._core.now)
        else:
            contact.holds.end(self._core.now)

    def _leave_hands(
        self, contact: Contact, agent: Agent, was_offered: bool, remains: AgentContactState
    ) -> None:
        held = agent.assignments[contact.id]
        has_failed = remains is AgentContactState.ERROR
        is_called_back = contact.is_callback and held.state is AgentContactState.CONNECTING
        if was_offered and not has_failed and not is_called_back:  # no agent keeps it
            del agent.assignments[contact.id]
            contact.agent_id = agent.id if contact.initiation is Initiation.OUTBOUND else None
            agent.idle_since = self._core.now
            self._core.touch(agent)
            self._routing.serve(agent)
            return
        self._core.turn(agent, held, remains)
        contact.after_work_started_at = self._core.now
        if remains is AgentContactState.ERROR:
            limit = FAILED_SECONDS
        else:
            limit = agent.profile.after_work_seconds.get(contact.channel, 0)
        if limit:
            self._core.later(limit, Due.CLEAR, contact.id, agent_id=agent.id, turn=held.turn)

    def _hang_up_legs(self, contact: Contact) -> None:
        for leg in contact.legs:
            was_up = leg.is_up
            leg.turn(LegState.DISCONNECTED, self._core.now)
            is_upstream = leg.is_initial and leg.kind is LegKind.INBOUND
            if was_up and leg.other_contact_id and not is_upstream:
                other = self._core.contact(leg.other_contact_id)
                if not other.is_over:
                    self.end(other, Reason.OTHER)

    def _end_room(self, contact: Contact, *, keep: bool) -> None:
        room = self._core.state.rooms.get(contact.room_id or '')
        if room and contact.initiation is Initiation.MONITOR:
            self._rooms.agent_leaves(room, contact.agent_id)
        elif room and not keep and room.contact_id == contact.id and room.ended_at is None:
            self._rooms.end(room)

    def _end_monitors(self, contact: Contact) -> None:
        for monitor_id in contact.monitor_ids:
            monitor = self._core.contact(monitor_id)
            if not monitor.is_over:
                self.end(monitor, Reason.OTHER)

    def _tell_upstream(self, contact: Contact) -> None:
        """Disconnect this contact in the call that it was added to."""
        if contact.upstream_id is None:
            return
        upstream = self._core.contact(contact.upstream_id)
        if upstream.is_over:
            return
        for leg in upstream.legs:
            if leg.other_contact_id == contact.id and leg.is_up:
                self.far_end_gone(upstream, leg)
