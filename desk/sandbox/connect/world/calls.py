"""Actions during a call: hold, consult, swap, conference, leave; by its agent and the other parties.

A party that is added to a call has its own contact, which refers back to the call. When an agent
leaves a call to which a party was added, the customer goes to that party.
"""

from dataclasses import replace

from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.arrivals import Arrivals
from desk.sandbox.connect.world.contact import Contact, Leg, Utterance
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.endings import Endings
from desk.sandbox.connect.world.hands import Hands
from desk.sandbox.connect.world.refusals import NotPossible, NotThere, OverQuota, Resumed
from desk.sandbox.connect.world.routing import Routing
from desk.sandbox.connect.world.terms import (
    MAX_CALL_LEGS,
    AgentContactState,
    Channel,
    EndpointType,
    Initiation,
    LegKind,
    LegState,
    Reason,
    Role,
    Stage,
)

INITIATIONS = {
    EndpointType.AGENT: Initiation.TRANSFER,
    EndpointType.QUEUE: Initiation.QUEUE_TRANSFER,
    EndpointType.PHONE_NUMBER: Initiation.EXTERNAL_OUTBOUND,
}
KEYS = frozenset('0123456789*#')


class Calls:
    """Connected voice contacts, and calls that agents make."""

    def __init__(
        self, core: Core, routing: Routing, endings: Endings, hands: Hands, arrivals: Arrivals
    ) -> None:
        self._core = core
        self._routing = routing
        self._endings = endings
        self._hands = hands
        self._arrivals = arrivals

    def hold(self, agent: Agent, contact_id: str, leg_id: str) -> None:
        """Put one of the other parties on hold."""
        self._turn(agent, contact_id, leg_id, LegState.CONNECTED, LegState.HOLD)

    def resume(self, agent: Agent, contact_id: str, leg_id: str) -> None:
        """Resume a held party.

        Raises:
            Resumed: the party is not on hold.
        """
        leg = self._leg(self._voice(agent, contact_id), leg_id)
        if leg.state is LegState.CONNECTED and leg.kind is not LegKind.AGENT:
            raise Resumed(f'Connection {leg_id} does not wait')
        self._turn(agent, contact_id, leg_id, LegState.HOLD, LegState.CONNECTED)

    def mute(self, agent: Agent, contact_id: str, leg_id: str, *, muted: bool) -> None:
        """Mute or unmute a party, including the agent."""
        contact = self._voice(agent, contact_id)
        self._leg(contact, leg_id).is_muted = muted
        self._core.touch(agent)

    def send_digits(self, agent: Agent, contact_id: str, leg_id: str, digits: str) -> None:
        """Send digits to one of the other parties.

        Raises:
            NotPossible: they are not digits, or the party is not connected.
        """
        leg = self._leg(self._voice(agent, contact_id), leg_id)
        if leg.state is not LegState.CONNECTED or not set(digits) <= KEYS | {','}:
            raise NotPossible('Digits need a connected leg and keys of a telephone')
        leg.digits += digits

    def add(self, agent: Agent, contact_id: str, endpoint: Endpoint) -> Contact:
        """Add a party to the call, with the customer on hold meanwhile; return the party's contact.

        Raises:
            NotThere, Gone, NotPossible: the call does not exist, or no party can be added now.
            OverQuota: the call, or the queue of the called agent, is full.
        """
        contact = self._voice(agent, contact_id)
        if len([leg for leg in contact.legs if leg.is_up]) >= MAX_CALL_LEGS:
            raise OverQuota('No more participants fit into the call')
        if any(leg.state is LegState.CONNECTING for leg in contact.third_legs):
            raise NotPossible('Somebody is being called already')
        self._arrivals.check_endpoint(endpoint)
        added = self._arrivals.follow(contact, INITIATIONS[endpoint.type])
        added.legs = [
            self._core.new_leg(LegKind.INBOUND, LegState.CONNECTED, to=contact.id, initial=True)
        ]
        is_queue = endpoint.type is EndpointType.QUEUE  # connected as soon as its flow begins
        state = LegState.CONNECTED if is_queue else LegState.CONNECTING
        contact.legs.append(self._core.new_leg(LegKind.OUTBOUND, state, endpoint, to=added.id))
        if (first := contact.first_leg) and first.is_up:
            first.turn(LegState.HOLD, self._core.now)  # assumed: a consult holds the customer
        self._endings.reckon_hold(contact)
        self._send_to(added, endpoint)
        return added

    def swap(self, agent: Agent, contact_id: str) -> None:
        """Swap the talking and the held party.

        Raises:
            NotPossible: there are not two parties to swap.
        """
        contact = self._voice(agent, contact_id)
        held = [leg for leg in contact.others_up if leg.state is LegState.HOLD]
        talking = [leg for leg in contact.others_up if leg.state is LegState.CONNECTED]
        if not held or not talking:
            raise NotPossible('There are no two legs to swap')
        for leg in held:
            leg.turn(LegState.CONNECTED, self._core.now)
        for leg in talking:
            leg.turn(LegState.HOLD, self._core.now)
        self._endings.reckon_hold(contact)

    def conference(self, agent: Agent, contact_id: str) -> None:
        """Connect all parties with each other.

        Raises:
            NotPossible: fewer than two other parties have answered.
        """
        contact = self._voice(agent, contact_id)
        there = [leg for leg in contact.others_up if leg.state is not LegState.CONNECTING]
        if len(there) < 2:
            raise NotPossible('There is nobody to join')
        for leg in there:
            leg.turn(LegState.CONNECTED, self._core.now)
        self._endings.reckon_hold(contact)

    def drop(self, agent: Agent, contact_id: str, leg_id: str) -> None:
        """Hang up on one of the other parties, or on all of them (the agent's own leg: ``leave``)."""
        contact = self._voice_in_hand(agent, contact_id)
        leg = self._leg(contact, leg_id)
        if leg.kind is LegKind.AGENT:
            self.leave(agent, contact_id)
        elif not leg.is_up:
            raise NotPossible(f'Connection {leg_id} is down')
        elif leg.other_contact_id and not (leg.is_initial and leg.kind is LegKind.INBOUND):
            self._endings.end(self._core.live(leg.other_contact_id), Reason.AGENT)
        elif len(contact.others_up) > 1:
            self._endings.far_end_gone(contact, leg)
        else:
            self._endings.end(contact, Reason.AGENT)

    def leave(self, agent: Agent, contact_id: str) -> None:
        """Hang up. The customer stays with the party that was added to the call."""
        contact = self._voice_in_hand(agent, contact_id)
        first = contact.first_leg
        thirds = [leg for leg in contact.third_legs if leg.is_up]
        if contact.stage is Stage.CONNECTED and thirds and first and first.is_up:
            self._hand_over(contact, first, thirds)
        self._endings.end(contact, Reason.AGENT)

    def say(self, contact_id: str, role: Role, text: str) -> None:
        """Let the customer or the agent of a call say something; a held or muted party is not heard.

        Raises:
            NotThere, Gone: the call does not exist, or has ended.
            NotPossible: agent and customer are not connected, or the role or the text is invalid.
        """
        contact = self._core.live(contact_id)
        leg = {Role.CUSTOMER: contact.first_leg, Role.AGENT: contact.agent_leg}.get(role)
        is_heard = leg is not None and leg.state is LegState.CONNECTED and not leg.is_muted
        if contact.stage is not Stage.CONNECTED or not is_heard or not text.strip():
            raise NotPossible('Nobody would hear it')
        said = Utterance(id=self._core.new_id(), role=role, at=self._core.now, text=text)
        contact.said.append(said)

    def press(self, contact_id: str, digits: str) -> None:
        """Let the customer of a call press keys. Flows only lead to queues, so keys have no effect.

        Raises:
            NotThere, Gone: the call does not exist, or has ended.
            NotPossible: they are not keys, or the customer is not on the line.
        """
        contact = self._core.live(contact_id)
        leg = contact.first_leg
        is_there = leg is not None and leg.state in {LegState.CONNECTED, LegState.HOLD}
        if not is_there or not digits or not set(digits) <= KEYS:
            raise NotPossible('Digits need a customer on the line and keys of a telephone')
        contact.pressed += digits

    def customer_leaves(self, contact_id: str) -> None:
        """Let the customer of a call hang up, in any stage of the call."""
        contact = self._core.live(contact_id)
        while contact.upstream_id is not None:
            contact = self._core.live(contact.upstream_id)
        first = contact.first_leg
        if first and contact.stage is Stage.CONNECTED and len(contact.others_up) > 1:
            first.turn(LegState.DISCONNECTED, self._core.now)
            self._endings.reckon_hold(contact)
        else:
            is_dialled = first is not None and first.state is LegState.CONNECTING
            remains = AgentContactState.ERROR if is_dialled else AgentContactState.ENDED
            self._endings.end(contact, Reason.CUSTOMER, remains=remains)

    def call(self, agent: Agent, endpoint: Endpoint, *, queue_id: str = '') -> Contact:
        """Let an agent call a number or a colleague, for a queue or their own; return the contact.

        Raises:
            NotPossible: the agent is offline, busy or talking, or calls themselves.
            NotThere, NotPermitted: the target does not exist, or may not be called.
        """
        if not self._core.is_online(agent) or not self._routing.has_slot(agent, Channel.VOICE):
            raise NotPossible('The agent cannot make a call now')
        if endpoint.type is EndpointType.QUEUE or endpoint.user_id == agent.id:
            raise NotPossible('This cannot be called')
        if queue_id:
            self._routing.queue(queue_id)
        self._arrivals.check_endpoint(endpoint)
        contact = self._arrivals.make(Channel.VOICE, Initiation.OUTBOUND)
        profile = self._core.state.profiles[agent.profile.routing_profile_id]
        contact.stage, contact.queue_id = Stage.OFFERED, queue_id or profile.outbound_queue_id
        contact.customer_number = endpoint.phone_number
        leg = self._core.new_leg(LegKind.OUTBOUND, LegState.CONNECTING, endpoint, initial=True)
        contact.legs = [leg]
        self._routing.hand_over(contact, agent, AgentContactState.CONNECTING)
        if endpoint.type is EndpointType.AGENT:
            added = self._arrivals.follow(contact, Initiation.TRANSFER)
            leg.other_contact_id = added.id
            added.legs = [
                self._core.new_leg(LegKind.INBOUND, LegState.CONNECTED, to=contact.id, initial=True)
            ]
            self._send_to(added, endpoint)
        else:
            self._hands.dial(contact, endpoint.phone_number)
        return contact

    def _hand_over(self, contact: Contact, first: Leg, thirds: list[Leg]) -> None:
        """Give the customer to the first added party; other added parties come along."""
        heir = self._core.live(thirds[0].other_contact_id or '')
        heir_leg = heir.first_leg
        if heir_leg is None:
            return
        contact.left = [replace(leg) for leg in (first, *thirds)]
        heir_leg.other_contact_id = first.other_contact_id
        heir_leg.kind = first.kind
        heir_leg.endpoint = first.endpoint
        heir.customer_number = contact.customer_number
        if heir_leg.is_up and heir.initiation is not Initiation.EXTERNAL_OUTBOUND:
            heir_leg.turn(LegState.CONNECTED, self._core.now)
        self._point_at(first.other_contact_id, contact.id, heir.id)
        for leg in thirds[1:]:
            heir.legs.append(leg)
            self._point_at(leg.other_contact_id, contact.id, heir.id)
        contact.legs = [leg for leg in contact.legs if leg not in thirds]
        first.other_contact_id = None

    def _point_at(self, whose_id: str | None, old_id: str, new_id: str) -> None:
        for leg in self._core.contact(whose_id).legs if whose_id else []:
            if leg.other_contact_id == old_id:
                leg.other_contact_id = new_id

    def _send_to(self, contact: Contact, endpoint: Endpoint) -> None:
        if endpoint.type is EndpointType.PHONE_NUMBER:
            self._hands.dial(contact, endpoint.phone_number)
        else:
            self._routing.enqueue(contact, self._arrivals.queue_of(endpoint))

    def _turn(
        self, agent: Agent, contact_id: str, leg_id: str, before: LegState, after: LegState
    ) -> None:
        contact = self._voice(agent, contact_id)
        leg = self._leg(contact, leg_id)
        if leg.state is not before or leg.kind is LegKind.AGENT:
            raise NotPossible(f'Connection {leg_id} is {leg.state}')
        leg.turn(after, self._core.now)
        self._endings.reckon_hold(contact)

    def _voice(self, agent: Agent, contact_id: str) -> Contact:
        contact = self._core.talking(agent, contact_id)
        if contact.channel is not Channel.VOICE or contact.initiation is Initiation.MONITOR:
            raise NotPossible(f'Contact {contact_id} is no call')
        return contact

    def _voice_in_hand(self, agent: Agent, contact_id: str) -> Contact:
        """Return a call that the agent talks in or has begun."""
        self._core.assignment(agent, contact_id)
        contact = self._core.live(contact_id)
        is_begun = contact.stage is Stage.CONNECTED or (
            contact.stage is Stage.OFFERED
            and (contact.initiation is Initiation.OUTBOUND or contact.is_callback)
            and contact.first_leg is not None
            and contact.first_leg.state is not LegState.INIT
        )
        if contact.agent_id != agent.id or contact.channel is not Channel.VOICE or not is_begun:
            raise NotPossible(f'Contact {contact_id} is no call of this agent')
        return contact

    def _leg(self, contact: Contact, leg_id: str) -> Leg:
        for leg in contact.legs:
            if leg.id == leg_id:
                return leg
        raise NotThere(f'Connection {leg_id} does not exist')
