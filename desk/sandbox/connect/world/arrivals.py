"""How contacts begin: incoming and outgoing calls, callbacks, chats, tasks, transfers, monitoring."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.directory import Endpoint, Flow
from desk.sandbox.connect.world.endings import Endings
from desk.sandbox.connect.world.hands import Hands
from desk.sandbox.connect.world.refusals import (
    NotPermitted,
    NotPossible,
    NotThere,
    OverQuota,
    Unwelcome,
)
from desk.sandbox.connect.world.rooms import Rooms
from desk.sandbox.connect.world.routing import Routing
from desk.sandbox.connect.world.state import Due
from desk.sandbox.connect.world.terms import (
    DEFAULT_PRIORITY,
    MAX_AGENT_QUEUE,
    MAX_SCHEDULE,
    MAX_TRANSFERS,
    AgentContactState,
    Channel,
    EndpointType,
    Initiation,
    LegKind,
    LegState,
    Reason,
    Stage,
)


@dataclass(slots=True, kw_only=True)
class Wish:
    """The details of a contact to start."""

    flow_id: str = ''
    queue_id: str | None = None
    name: str = ''
    description: str = ''
    attributes: dict[str, str] = field(default_factory=dict)
    segment_attributes: dict[str, str] = field(default_factory=dict)
    references: dict[str, dict[str, str]] = field(default_factory=dict)
    previous_id: str | None = None
    related_id: str | None = None
    priority: int = DEFAULT_PRIORITY


class Arrivals:
    """Starts contacts."""

    def __init__(
        self, core: Core, routing: Routing, rooms: Rooms, endings: Endings, hands: Hands
    ) -> None:
        self._core = core
        self._routing = routing
        self._rooms = rooms
        self._endings = endings
        self._hands = hands

    def ring(self, number: str, wish: Wish) -> Contact:
        """Let a customer call the centre."""
        contact = self._wished(Channel.VOICE, Initiation.INBOUND, wish)
        contact.customer_number = number
        contact.legs = [self._core.customer_leg(LegKind.INBOUND, LegState.CONNECTED, number)]
        self._enter(contact)
        self._routing.enqueue(contact, contact.queue_id or '')
        return contact

    def dial(self, number: str, wish: Wish, *, ring_seconds: int = 60) -> Contact:
        """Call a customer; a customer who answers goes into the queue (``StartOutboundVoiceContact``).

        Raises:
            NotThere: the flow or queue does not exist.
            NotPossible: no queue is given.
            NotPermitted: the country is not allowed, or the number must not be called.
            OverQuota: too many calls are open.
        """
        self._check_number(number)
        contact = self._wished(Channel.VOICE, Initiation.API, wish)
        contact.customer_number = number
        contact.legs = [self._core.customer_leg(LegKind.OUTBOUND, LegState.CONNECTING, number)]
        self._hands.dial(contact, number, ring_seconds)
        return contact

    def call_back(self, number: str, wish: Wish, *, in_seconds: int = 0) -> Contact:
        """Queue a callback for a customer, who does not wait on the line."""
        self._check_number(number)
        contact = self._wished(Channel.VOICE, Initiation.CALLBACK, wish)
        contact.customer_number, contact.is_callback = number, True
        contact.legs = [self._core.customer_leg(LegKind.OUTBOUND, LegState.INIT, number)]
        self._begin(contact, in_seconds)
        return contact

    def chat(self, name: str, wish: Wish, *, minutes: int, content_types: list[str]) -> Contact:
        """Start a chat; its room is ``rooms.room(contact)``.

        Raises:
            NotThere, NotPossible, OverQuota: as ``dial``.
        """
        contact = self._wished(Channel.CHAT, Initiation.API, wish)
        self._rooms.make(contact, name, minutes, content_types)
        self._enter(contact)
        self._routing.enqueue(contact, contact.queue_id or '')
        return contact

    def task(self, wish: Wish, at: datetime | None = None) -> Contact:
        """Start a task, now or at a time within ninety days.

        Raises:
            NotThere, NotPossible, OverQuota: as ``dial``; or the time is past or too late.
        """
        wait = (at - self._core.now).total_seconds() if at else 0.0
        if at and not 0 < wait <= MAX_SCHEDULE.total_seconds():
            raise NotPossible('ScheduledTime must be in the future and within 90 days')
        contact = self._wished(Channel.TASK, Initiation.API, wish)
        self._begin(contact, wait)
        return contact

    def transfer_task(self, contact_id: str, endpoint: Endpoint, flow_id: str) -> Contact:
        """Move a task to a queue or an agent, in a new contact (``TransferContact``).

        Raises:
            NotThere, Gone: the contact, flow, queue or user does not exist; the contact has ended.
            NotPossible: it is not a task, or is scheduled.
            OverQuota: it was moved eleven times.
        """
        contact = self._core.live(contact_id)
        self._flow(flow_id)
        self.check_endpoint(endpoint)
        if contact.channel is not Channel.TASK or contact.stage is Stage.SCHEDULED:
            raise NotPossible('Only active tasks and e-mails can be transferred')
        if contact.transfers >= MAX_TRANSFERS:
            raise OverQuota(f'A task can be transferred {MAX_TRANSFERS} times')
        return self._move(contact, endpoint)

    def transfer_chat(self, agent: Agent, contact_id: str, endpoint: Endpoint) -> Contact:
        """Move a chat with its room to a queue or an agent."""
        contact = self._core.talking(agent, contact_id)
        self.check_endpoint(endpoint)
        if contact.channel is not Channel.CHAT or endpoint.type is EndpointType.PHONE_NUMBER:
            raise NotPossible(f'Contact {contact_id} cannot be transferred there')
        return self._move(contact, endpoint)

    def assign(self, contact_id: str, agent_id: str) -> None:
        """Give a waiting chat or task to an agent, in any status (``AssociateContactWithUser``).

        Raises:
            NotThere, Gone: the contact or user does not exist; the contact has ended.
            NotPossible: it does not wait, is a call, is not in the agent's manual queues, or exceeds their capacity.
        """
        contact, agent = self._core.live(contact_id), self._core.agent(agent_id)
        profile = self._core.state.profiles[agent.profile.routing_profile_id]
        if contact.channel is Channel.VOICE or contact.stage is not Stage.QUEUED:
            raise NotPossible('Only queued chats and tasks can be assigned')
        if contact.queue_id not in profile.manual_queue_ids:
            raise NotPossible("The queue is not in the user's manual assignment queues")
        if contact_id in agent.assignments or not self._routing.has_slot(agent, contact.channel):
            raise NotPossible('The user has no free slot')
        self._routing.offer(contact, agent)

    def monitor(self, contact_id: str, agent_id: str, *, barge: bool = False) -> Contact:
        """Let a supervisor listen to a call or read a chat, in their own contact.

        Raises:
            NotThere, Gone: the contact or user does not exist; the contact has ended.
            NotPossible: no agent is connected, or the supervisor is offline, busy, or listens already.
        """
        contact, agent = self._core.live(contact_id), self._core.agent(agent_id)
        is_open = contact.stage is Stage.CONNECTED and contact.initiation is not Initiation.MONITOR
        if not is_open or contact.agent_id == agent.id or contact.channel is Channel.TASK:
            raise NotPossible('The contact cannot be monitored')
        others = [self._core.contact(other) for other in contact.monitor_ids]
        if any(other.agent_id == agent.id and not other.is_over for other in others):
            raise NotPossible('The user monitors this contact already')
        if not self._core.is_online(agent) or not self._routing.has_slot(agent, contact.channel):
            raise NotPossible('The user cannot take the contact')
        listening = self.make(contact.channel, Initiation.MONITOR)
        listening.initial_id, listening.related_id = contact.root_id, contact.id
        listening.monitors_id, listening.room_id = contact.id, contact.room_id
        contact.monitor_ids.append(listening.id)
        state = LegState.BARGE if barge else LegState.SILENT_MONITOR
        if contact.channel is Channel.VOICE:
            listening.legs = [self._core.customer_leg(LegKind.MONITORING, state, '')]
        self._routing.hand_over(listening, agent, AgentContactState.CONNECTING)
        self._hands.connect(listening)  # assumed: a monitor leg needs no accepting
        return listening

    def make(self, channel: Channel, initiation: Initiation) -> Contact:
        """Return a new contact without any step."""
        contact = Contact(
            id=self._core.new_id(),
            number=self._core.number(),
            channel=channel,
            initiation=initiation,
            initiated_at=self._core.now,
            updated_at=self._core.now,
        )
        self._core.open(contact)
        return contact

    def follow(self, contact: Contact, initiation: Initiation) -> Contact:
        """Return a new contact that continues another one."""
        new = self.make(contact.channel, initiation)
        new.initial_id, new.previous_id = contact.root_id, contact.id
        new.customer_number, new.name = contact.customer_number, contact.name
        new.description, new.references = contact.description, dict(contact.references)
        new.attributes = dict(contact.attributes)
        new.segment_attributes = dict(contact.segment_attributes)
        new.priority, new.room_id = contact.priority, contact.room_id
        new.connected_to_system_at = self._core.now
        new.transfers = contact.transfers + 1
        contact.next_ids.append(new.id)
        self._core.tell('INITIATED', new)
        return new

    def check_endpoint(self, endpoint: Endpoint) -> None:
        """Refuse an endpoint that cannot be called.

        Raises:
            NotThere: the user or queue does not exist.
            OverQuota: the agent's own queue is full.
            NotPermitted: the number may not be called.
        """
        if endpoint.type is EndpointType.PHONE_NUMBER:
            self._check_number(endpoint.phone_number)
            return
        queue = self._routing.queue(self.queue_of(endpoint))
        waiting = sum(len(places) for places in queue.waiting.values())
        if queue.agent_id is not None and waiting >= MAX_AGENT_QUEUE:
            raise OverQuota("The agent's queue is full")

    def queue_of(self, endpoint: Endpoint) -> str:
        """Return the queue in which contacts for an agent or a queue wait."""
        if endpoint.type is EndpointType.AGENT:
            return self._core.agent(endpoint.user_id).queue_id
        return endpoint.queue_id

    def begin(self, contact: Contact) -> None:
        """Start a scheduled contact, whose time has come."""
        self._enter(contact)
        self._routing.enqueue(contact, contact.queue_id or '')

    def _move(self, contact: Contact, endpoint: Endpoint) -> Contact:
        is_agent = endpoint.type is EndpointType.AGENT
        new = self.follow(contact, Initiation.TRANSFER if is_agent else Initiation.QUEUE_TRANSFER)
        if contact.room_id:
            self._rooms.carry_over(contact, new)
        reason = Reason.AGENT if contact.channel is Channel.CHAT else Reason.API
        self._endings.end(contact, reason, keep_room=True)
        self._routing.enqueue(new, self.queue_of(endpoint))
        return new

    def _begin(self, contact: Contact, wait_seconds: float) -> None:
        if wait_seconds <= 0:
            self.begin(contact)
            return
        contact.stage = Stage.SCHEDULED
        contact.scheduled_at = self._core.now + timedelta(seconds=wait_seconds)
        self._core.later(wait_seconds, Due.BEGIN, contact.id)

    def _wished(self, channel: Channel, initiation: Initiation, wish: Wish) -> Contact:
        flow = self._flow(wish.flow_id) if wish.flow_id else None
        queue_id = wish.queue_id or (flow and flow.queue_id)
        if not queue_id:
            raise NotPossible('Neither the flow nor the request names a queue')
        self._routing.queue(queue_id)
        self._check_quota(channel)
        for other_id in (wish.previous_id, wish.related_id):
            if other_id:
                self._core.contact(other_id)
        contact = self.make(channel, initiation)
        contact.flow_id, contact.queue_id = wish.flow_id or None, queue_id
        contact.name, contact.description = wish.name, wish.description
        contact.attributes, contact.references = dict(wish.attributes), dict(wish.references)
        contact.segment_attributes = dict(wish.segment_attributes)
        contact.related_id, contact.previous_id = wish.related_id, wish.previous_id
        contact.priority = wish.priority
        if wish.previous_id:
            contact.initial_id = self._core.contact(wish.previous_id).root_id
        self._core.tell('INITIATED', contact)
        return contact

    def _flow(self, flow_id: str) -> Flow:
        if flow := self._core.state.flows.get(flow_id):
            return flow
        raise NotThere(f'Contact flow {flow_id} does not exist')

    def _check_quota(self, channel: Channel) -> None:
        if self._core.state.going.get(channel, 0) >= self._core.state.quotas[channel]:
            raise OverQuota(f'Quota of concurrent {channel} contacts exceeded')

    def _check_number(self, number: str) -> None:
        dialling = self._core.state.dialling
        if not number.startswith(dialling.countries):
            raise NotPermitted('Calls to this country are not allowed')
        if number in dialling.forbidden_numbers:
            raise Unwelcome('This number must not be called')

    def _enter(self, contact: Contact) -> None:
        contact.stage, contact.connected_to_system_at = Stage.SYSTEM, self._core.now
        self._core.tell('CONNECTED_TO_SYSTEM', contact)
