"""The administrators' configuration: statuses, queues, routing profiles, flows, quick connects, users."""

from dataclasses import dataclass, field
from datetime import datetime

from desk.sandbox.connect.world.terms import Channel, EndpointType, QueueType, StatusType


@dataclass(slots=True, kw_only=True)
class Instance:
    """The contact centre itself."""

    id: str
    alias: str
    region: str
    account: str
    created_at: datetime

    @property
    def arn(self) -> str:
        """Return the instance's ARN."""
        return f'arn:aws:connect:{self.region}:{self.account}:instance/{self.id}'

    def arn_of(self, kind: str, thing_id: str) -> str:
        """Return the ARN of an object in the instance (``queue``, ``agent``, ``contact`` …)."""
        return f'{self.arn}/{kind}/{thing_id}'


@dataclass(slots=True, kw_only=True)
class AgentStatus:
    """A status that agents may choose."""

    id: str
    name: str
    type: StatusType


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A contact's place in a queue: the smallest key is next."""

    priority: int
    since: datetime
    number: int
    contact_id: str

    @property
    def key(self) -> tuple[int, datetime, int]:
        """Return the sort key in the queue."""
        return (self.priority, self.since, self.number)


@dataclass(slots=True, kw_only=True)
class Queue:
    """Waiting contacts, next one first."""

    id: str
    name: str
    type: QueueType = QueueType.STANDARD
    description: str = ''
    agent_id: str | None = None
    waiting: dict[Channel, list[Waiting]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ServedQueue:
    """A queue and channel that a routing profile serves; priority 1 is served first."""

    queue_id: str
    channel: Channel
    priority: int = 1
    delay_seconds: int = 0


@dataclass(slots=True, kw_only=True)
class RoutingProfile:
    """The contacts that its agents are offered, and how many at once."""

    id: str
    name: str
    description: str
    outbound_queue_id: str
    concurrency: dict[Channel, int]
    served: list[ServedQueue]
    manual_queue_ids: list[str] = field(default_factory=list)
    mixes_channels: bool = False  # CrossChannelBehavior ROUTE_ANY_CHANNEL


@dataclass(slots=True, kw_only=True)
class Flow:
    """A contact's entry point. In the simulator it leads straight into a queue."""

    id: str
    name: str
    type: str
    queue_id: str | None = None


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """A party that can be called."""

    type: EndpointType
    name: str = ''
    phone_number: str = ''
    user_id: str = ''
    queue_id: str = ''


@dataclass(slots=True, kw_only=True)
class QuickConnect:
    """A destination that agents pick by name."""

    id: str
    name: str
    description: str
    type: EndpointType
    flow_id: str = ''
    user_id: str = ''
    queue_id: str = ''
    phone_number: str = ''

    @property
    def endpoint(self) -> Endpoint:
        """Return its target."""
        return Endpoint(
            type=self.type,
            name=self.name,
            phone_number=self.phone_number,
            user_id=self.user_id,
            queue_id=self.queue_id,
        )


@dataclass(slots=True, kw_only=True)
class Profile:
    """A user's configuration."""

    username: str
    first_name: str
    last_name: str
    email: str
    routing_profile_id: str
    security_profile_id: str
    auto_accepts: tuple[Channel, ...] = ()
    after_work_seconds: dict[Channel, int] = field(default_factory=dict)  # none or 0: no limit
    desk_phone: str = ''  # the number for calls in place of the softphone
    preferences: dict[str, str] = field(default_factory=dict)
