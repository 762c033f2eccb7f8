"""An agent's actions on offers: status, accept, reject, miss, clear."""

from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.endings import Endings
from desk.sandbox.connect.world.refusals import NotPossible, NotThere
from desk.sandbox.connect.world.rooms import Rooms
from desk.sandbox.connect.world.routing import Routing
from desk.sandbox.connect.world.state import Due
from desk.sandbox.connect.world.terms import (
    CLEARABLE,
    FAILED_SECONDS,
    RINGING,
    AgentContactState,
    Channel,
    Initiation,
    LegKind,
    LegState,
    Reason,
    Stage,
    StatusType,
)


class Hands:
    """An agent's actions on status and offers."""

    def __init__(self, core: Core, routing: Routing, rooms: Rooms, endings: Endings) -> None:
        self._core = core
        self._routing = routing
        self._rooms = rooms
        self._endings = endings

    def choose_status(self, agent: Agent, status_id: str) -> None:
        """Set an agent's status, or the next one while they have a contact.

        Raises:
            NotThere: the status does not exist.
        """
        if status_id not in self._core.state.statuses:
            raise NotThere(f'Agent status {status_id} does not exist')
        if agent.assignments:
            is_back = status_id == agent.status_id  # assumed: choosing the current one cancels it
            agent.next_status_id = None if is_back else status_id
            agent.next_status_since = None if is_back else self._core.now
            self._core.touch(agent)
            self._routing.serve(agent)
        else:
            self._set_status(agent, status_id)

    def rings(self, agent: Agent, contact_id: str) -> bool:
        """Whether a contact is offered to the agent."""
        try:
            self._ringing(agent, contact_id)
        except (NotThere, NotPossible):
            return False
        return True

    def accept(self, agent: Agent, contact_id: str) -> None:
        """Accept an offered contact. A callback is dialled first.

        Raises:
            NotThere: the agent does not have it.
            NotPossible: it is not offered.
        """
        held = self._ringing(agent, contact_id)
        contact = self._core.live(contact_id)
        if contact.is_callback:
            self._core.turn(agent, held, AgentContactState.CONNECTING)
            self._dial(contact)
        else:
            self.connect(contact)

    def reject(self, agent: Agent, contact_id: str) -> None:
        """Reject an offered contact.

        Rejected voice shows as missed (admin guide, "about contact states").

        Raises:
            NotThere, NotPossible: as ``accept``.
        """
        held = self._ringing(agent, contact_id)
        is_voice = held.channel is Channel.VOICE
        state = AgentContactState.MISSED if is_voice else AgentContactState.REJECTED
        self._not_taken(agent, held, state)

    def miss(self, agent: Agent, contact_id: str) -> None:
        """End an offer that timed out."""
        self._not_taken(agent, self._ringing(agent, contact_id), AgentContactState.MISSED)

    def fail(self, agent: Agent, contact_id: str) -> None:
        """Fail to connect an accepted offer. It is cleared by itself (streams#289)."""
        held = self._ringing(agent, contact_id)
        self._not_taken(agent, held, AgentContactState.ERROR)
        self._core.later(FAILED_SECONDS, Due.CLEAR, contact_id, agent_id=agent.id, turn=held.turn)

    def clear(self, agent: Agent, contact_id: str) -> None:
        """Clear an ended contact, which frees its slot.

        Raises:
            NotThere: the agent does not have it.
            NotPossible: it is not missed, rejected, failed or ended.
        """
        held = self._core.assignment(agent, contact_id)
        if held.state not in CLEARABLE:
            raise NotPossible(f'Contact {contact_id} is {held.state}: it cannot be dismissed')
        del agent.assignments[contact_id]
        self._core.touch(agent)
        contact = self._core.contact(contact_id)
        if contact.is_over and contact.agent_id == agent.id and contact.after_work_ended_at is None:
            contact.after_work_ended_at = self._core.now
            self._core.tell('COMPLETED', contact)
        agent.idle_since = self._core.now
        if not agent.assignments and agent.next_status_id is not None:
            self._set_status(agent, agent.next_status_id)
        else:
            self._routing.serve(agent)

    def connect(self, contact: Contact) -> None:
        """Connect a contact with the agent it was offered to."""
        agent = self._core.agent(contact.agent_id or '')
        held = self._core.assignment(agent, contact.id)
        contact.stage, contact.connected_to_agent_at = Stage.CONNECTED, self._core.now
        if contact.enqueued_at is not None:
            contact.dequeued_at = self._core.now
        if contact.attempts:
            contact.attempts[-1].outcome = AgentContactState.CONNECTED
        held.connected_at = self._core.now
        self._core.turn(agent, held, AgentContactState.CONNECTED)
        self._connect_legs(contact)
        if contact.room_id:
            self._rooms.agent_joins(contact, agent)
        self._core.tell('CONNECTED_TO_AGENT', contact)

    def answered(self, contact: Contact) -> None:
        """Connect a dialled party that has answered: a customer, or an outside party of a call."""
        if contact.initiation is Initiation.EXTERNAL_OUTBOUND:
            contact.connected_to_system_at = self._core.now
            self._core.tell('CONNECTED_TO_SYSTEM', contact)
            self._connect_upstream(contact)
        elif contact.agent_id is not None:
            self.connect(contact)
        elif first := contact.first_leg:
            first.turn(LegState.CONNECTED, self._core.now)
            contact.connected_to_system_at = self._core.now
            self._core.tell('CONNECTED_TO_SYSTEM', contact)
            self._routing.enqueue(contact, contact.queue_id or '')

    def gave_up(self, contact: Contact) -> None:
        """End the dialling of a party that did not answer."""
        self._endings.end(contact, Reason.TELECOM, remains=AgentContactState.ERROR)

    def dial(self, contact: Contact, number: str, ring_seconds: int = 60) -> None:
        """Dial a number; a timer decides whether it is answered."""
        dialling = self._core.state.dialling
        if number in dialling.silent_numbers or dialling.answer_seconds > ring_seconds:
            self._core.later(ring_seconds, Due.GIVE_UP, contact.id)
        else:
            self._core.later(dialling.answer_seconds, Due.ANSWER, contact.id)

    def _dial(self, contact: Contact) -> None:
        """Dial the customer of a callback."""
        if leg := contact.agent_leg:
            leg.turn(LegState.CONNECTED, self._core.now)
        if leg := contact.first_leg:
            leg.turn(LegState.CONNECTING, self._core.now)
        self.dial(contact, contact.customer_number)

    def _ringing(self, agent: Agent, contact_id: str) -> Assignment:
        held = self._core.assignment(agent, contact_id)
        contact = self._core.contact(contact_id)
        is_dialled = contact.first_leg is not None and contact.first_leg.kind is LegKind.OUTBOUND
        is_waiting_for_customer = is_dialled and contact.enqueued_at is None
        was_accepted = contact.is_callback and held.state is AgentContactState.CONNECTING
        if held.state not in RINGING or is_waiting_for_customer or was_accepted:
            raise NotPossible(f'Contact {contact_id} does not ring')
        return held

    def _not_taken(self, agent: Agent, held: Assignment, state: AgentContactState) -> None:
        contact = self._core.live(held.contact_id)
        contact.attempts[-1].outcome = state
        if contact.room_id:
            self._rooms.agent_leaves(self._rooms.of(contact), agent.id)
        self._core.turn(agent, held, state)
        self._routing.requeue(contact)

    def _set_status(self, agent: Agent, status_id: str) -> None:
        agent.status_id, agent.status_since = status_id, self._core.now
        agent.next_status_id = agent.next_status_since = None
        if self._core.state.statuses[status_id].type is StatusType.ROUTABLE:
            agent.idle_since = self._core.now
        self._core.touch(agent)
        self._routing.serve(agent)

    def _connect_legs(self, contact: Contact) -> None:
        for leg in contact.legs:
            if leg.state is LegState.CONNECTING:
                leg.turn(LegState.CONNECTED, self._core.now)
        self._connect_upstream(contact)

    def _connect_upstream(self, contact: Contact) -> None:
        """Connect this contact in the call that it was added to."""
        if contact.upstream_id is None:
            return
        upstream = self._core.contact(contact.upstream_id)
        for leg in upstream.legs:
            if leg.other_contact_id == contact.id and leg.state is LegState.CONNECTING:
                leg.turn(LegState.CONNECTED, self._core.now)
        if upstream.stage is Stage.OFFERED:
            self.connect(upstream)
        elif not upstream.is_over:
            self._endings.reckon_hold(upstream)
