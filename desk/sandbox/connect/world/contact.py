"""A contact, its legs, and its history.

A contact is in one place (``Stage``). After-contact work and missed offers are in the agents' own
``Assignment``. A transfer makes a new contact that refers back to the earlier one.
"""

from dataclasses import dataclass, field
from datetime import datetime

from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.terms import (
    DEFAULT_PRIORITY,
    AgentContactState,
    Channel,
    Initiation,
    LegKind,
    LegState,
    Reason,
    Role,
    Stage,
)

UP = frozenset(
    {
        LegState.CONNECTING,
        LegState.CONNECTED,
        LegState.HOLD,
        LegState.SILENT_MONITOR,
        LegState.BARGE,
    }
)


@dataclass(slots=True, kw_only=True)
class Leg:
    """One end of a call, as the agent of the contact sees it."""

    id: str
    kind: LegKind
    state: LegState
    since: datetime
    is_initial: bool = False
    endpoint: Endpoint | None = None
    other_contact_id: str | None = None  # the contact at the other end, when it is in this centre
    is_muted: bool = False
    digits: str = ''  # the digits that the agent sent to it

    @property
    def is_up(self) -> bool:
        """Whether the party is connected, or may still answer."""
        return self.state in UP

    def turn(self, state: LegState, now: datetime) -> None:
        """Set the leg's state from now on."""
        if state is not self.state:
            self.state, self.since = state, now


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One offer to one agent, and its outcome."""

    agent_id: str
    at: datetime
    outcome: AgentContactState | None = None


@dataclass(slots=True, kw_only=True)
class Holds:
    """How often and how long an agent had the others on hold."""

    count: int = 0
    seconds: float = 0.0
    longest_seconds: float = 0.0
    since: datetime | None = None

    def begin(self, now: datetime) -> None:
        """Start a hold, unless one is running."""
        if self.since is None:
            self.since, self.count = now, self.count + 1

    def end(self, now: datetime) -> None:
        """End the running hold, if any."""
        if self.since is not None:
            lasted = (now - self.since).total_seconds()
            self.seconds += lasted
            self.longest_seconds = max(self.longest_seconds, lasted)
            self.since = None


@dataclass(slots=True, kw_only=True)
class Recording:
    """The recorded parts of a call."""

    started_at: datetime | None = None
    stopped_at: datetime | None = None
    suspended_since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Utterance:
    """A spoken text; there is no audio."""

    id: str
    role: Role
    at: datetime
    text: str


@dataclass(slots=True, kw_only=True)
class Contact:
    """One segment of a conversation: with one agent at most."""

    id: str
    number: int
    channel: Channel
    initiation: Initiation
    initiated_at: datetime
    updated_at: datetime
    stage: Stage = Stage.SYSTEM
    initial_id: str = ''
    previous_id: str | None = None
    related_id: str | None = None
    room_id: str | None = None
    monitors_id: str | None = None
    monitor_ids: list[str] = field(default_factory=list)
    flow_id: str | None = None

    name: str = ''
    description: str = ''
    attributes: dict[str, str] = field(default_factory=dict)
    segment_attributes: dict[str, str] = field(default_factory=dict)
    references: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    customer_number: str = ''
    system_number: str = ''
    is_callback: bool = False

    priority: int = DEFAULT_PRIORITY
    age_shift_seconds: int = 0
    queue_id: str | None = None
    enqueued_at: datetime | None = None
    dequeued_at: datetime | None = None
    agent_id: str | None = None
    attempts: list[Attempt] = field(default_factory=list)

    scheduled_at: datetime | None = None
    connected_to_system_at: datetime | None = None
    connected_to_agent_at: datetime | None = None
    disconnected_at: datetime | None = None
    reason: Reason | None = None
    after_work_started_at: datetime | None = None
    after_work_ended_at: datetime | None = None

    transfers: int = 0
    next_ids: list[str] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    left: list[Leg] = field(default_factory=list)  # the others, as they were when the agent left
    holds: Holds = field(default_factory=Holds)
    recording: Recording = field(default_factory=Recording)
    said: list[Utterance] = field(default_factory=list)
    pressed: str = ''  # the digits that the customer pressed

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.stage is Stage.ENDED

    @property
    def root_id(self) -> str:
        """Return the id of the conversation's first contact."""
        return self.initial_id or self.id

    @property
    def upstream_id(self) -> str | None:
        """Return the contact whose agent added this one to their call, while both are one call."""
        first = self.first_leg
        return first.other_contact_id if first and first.kind is LegKind.INBOUND else None

    @property
    def agent_leg(self) -> Leg | None:
        """Return the agent's end, or ``None``."""
        return next((leg for leg in self.legs if leg.kind is LegKind.AGENT), None)

    @property
    def first_leg(self) -> Leg | None:
        """Return the first other end of the contact: the customer's."""
        return next((leg for leg in self.legs if leg.is_initial), None)

    @property
    def third_legs(self) -> list[Leg]:
        """Return the parties added later, still connected or not."""
        return [leg for leg in self.legs if leg.kind is not LegKind.AGENT and not leg.is_initial]

    @property
    def others_up(self) -> list[Leg]:
        """Return all connected ends but the agent's."""
        return [leg for leg in self.legs if leg.kind is not LegKind.AGENT and leg.is_up]
