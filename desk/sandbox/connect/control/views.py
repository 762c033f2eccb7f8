"""The centre's current state, as the JSON API answers and the page shows it.

Numbers come from the metrics of GetCurrentMetricData: the same values that boto3 gets.
"""

from datetime import datetime
from itertools import islice
from typing import Literal

from pydantic import BaseModel

from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.contact import Contact, Leg, Recording
from desk.sandbox.connect.world.directory import Queue
from desk.sandbox.connect.world.realtime_metrics import RealtimeMetrics
from desk.sandbox.connect.world.room import ItemType
from desk.sandbox.connect.world.terms import (
    AgentContactState,
    Channel,
    EndpointType,
    Initiation,
    LegKind,
    LegState,
    QueueType,
    Reason,
    Role,
    Stage,
    StatusType,
)

MOST_CONTACTS = 200
SPOKEN = frozenset({ItemType.MESSAGE, ItemType.ATTACHMENT})


class HeldView(BaseModel):
    """A contact's state for one of its agents."""

    contact_id: str
    channel: Channel
    state: AgentContactState
    since: datetime


class AgentView(BaseModel):
    """An agent with their contacts."""

    id: str
    username: str
    name: str
    status: str
    status_type: StatusType
    since: datetime
    next_status: str | None
    is_available: bool
    contacts: list[HeldView]


class QueueView(BaseModel):
    """A queue with its waiting contacts and its agents."""

    id: str
    name: str
    waiting: dict[Channel, int]
    oldest_seconds: float
    agents_online: int
    agents_available: int
    agents_on_contact: int


class LegView(BaseModel):
    """One end of a call."""

    id: str
    kind: LegKind
    state: LegState
    since: datetime
    who: str
    is_initial: bool
    is_muted: bool


class LineView(BaseModel):
    """A spoken or written line of a conversation."""

    at: datetime
    role: Role
    text: str


class ContactView(BaseModel):
    """A contact with its place and history."""

    id: str
    channel: Channel
    initiation: Initiation
    stage: Stage
    queue: str | None
    agent: str | None
    customer: str
    name: str
    attributes: dict[str, str]
    initiated_at: datetime
    enqueued_at: datetime | None
    connected_at: datetime | None
    disconnected_at: datetime | None
    reason: Reason | None
    previous_id: str | None
    related_id: str | None
    legs: list[LegView]
    digits: str
    recording: Literal['none', 'on', 'paused', 'over']
    said: list[LineView]


def agents(world: World) -> list[AgentView]:
    """Return every agent, in the order of the configuration."""
    live = RealtimeMetrics(world.core)
    return [_agent(world, live, agent) for agent in world.state.agents.values()]


def queues(world: World) -> list[QueueView]:
    """Return every queue but the agents' own."""
    live = RealtimeMetrics(world.core)
    standard = [each for each in world.state.queues.values() if each.type is QueueType.STANDARD]
    return [_queue(live, queue) for queue in standard]


def contacts(
    world: World, *, is_over: bool = False, limit: int = MOST_CONTACTS
) -> list[ContactView]:
    """Return the newest current or ended contacts, newest first; without conversations."""
    newest = (each for each in reversed(world.state.contacts.values()) if each.is_over is is_over)
    return [contact(world, each, is_whole=False) for each in islice(newest, limit)]


def contact(world: World, contact: Contact, *, is_whole: bool = True) -> ContactView:
    """Return one contact, by default with its conversation."""
    state = world.state
    queue, agent = (
        state.queues.get(contact.queue_id or ''),
        state.agents.get(contact.agent_id or ''),
    )
    return ContactView(
        id=contact.id,
        channel=contact.channel,
        initiation=contact.initiation,
        stage=contact.stage,
        queue=queue.name if queue else None,
        agent=agent.profile.username if agent else None,
        customer=_customer(world, contact),
        name=contact.name,
        attributes=contact.attributes,
        initiated_at=contact.initiated_at,
        enqueued_at=contact.enqueued_at,
        connected_at=contact.connected_to_agent_at,
        disconnected_at=contact.disconnected_at,
        reason=contact.reason,
        previous_id=contact.previous_id,
        related_id=contact.related_id,
        legs=[_leg(leg) for leg in contact.legs],
        digits=contact.pressed,
        recording=_recording(contact.recording),
        said=_said(world, contact) if is_whole else [],
    )


def _recording(recording: Recording) -> Literal['none', 'on', 'paused', 'over']:
    if recording.started_at is None:
        return 'none'
    if recording.stopped_at is not None:
        return 'over'
    return 'paused' if recording.suspended_since else 'on'


def name_of(agent: Agent) -> str:
    """Return an agent's name, family name first."""
    return f'{agent.profile.last_name}{agent.profile.first_name}'


def _agent(world: World, live: RealtimeMetrics, agent: Agent) -> AgentView:
    status = world.state.statuses[agent.status_id]
    following = world.state.statuses.get(agent.next_status_id or '')
    return AgentView(
        id=agent.id,
        username=agent.profile.username,
        name=name_of(agent),
        status=status.name,
        status_type=status.type,
        since=agent.status_since,
        next_status=following.name if following else None,
        is_available=live.is_available(agent),
        contacts=[
            HeldView(
                contact_id=held.contact_id,
                channel=held.channel,
                state=held.state,
                since=held.since,
            )
            for held in agent.assignments.values()
        ],
    )


def _queue(live: RealtimeMetrics, queue: Queue) -> QueueView:
    serving = live.agents(queue_id=queue.id)
    return QueueView(
        id=queue.id,
        name=queue.name,
        waiting={channel: live.in_queue(queue.id, channel) for channel in Channel},
        oldest_seconds=live.oldest_seconds(queue.id),
        agents_online=live.count_agents('AGENTS_ONLINE', serving),
        agents_available=live.count_agents('AGENTS_AVAILABLE', serving),
        agents_on_contact=live.count_agents('AGENTS_ON_CONTACT', serving),
    )


def _leg(leg: Leg) -> LegView:
    end = leg.endpoint
    who = (end.name or end.phone_number or end.user_id or end.queue_id) if end else ''
    if end and end.type is EndpointType.AGENT and not end.name:
        who = end.user_id
    return LegView(
        id=leg.id,
        kind=leg.kind,
        state=leg.state,
        since=leg.since,
        who=who,
        is_initial=leg.is_initial,
        is_muted=leg.is_muted,
    )


def _customer(world: World, contact: Contact) -> str:
    """Return the customer's number, or their name in the chat."""
    if contact.channel is not Channel.CHAT:
        return contact.customer_number
    people = world.rooms.of(contact).participants.values()
    return next((each.name for each in people if each.role is Role.CUSTOMER), '')


def _said(world: World, contact: Contact) -> list[LineView]:
    if contact.channel is Channel.CHAT:
        return [
            LineView(at=item.at, role=item.role, text=item.content or item.type.value)
            for item in world.rooms.of(contact).items
            if item.type in SPOKEN
        ]
    return [LineView(at=said.at, role=said.role, text=said.text) for said in contact.said]
