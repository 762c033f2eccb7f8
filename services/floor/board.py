"""The board: the numbers of the floor at one time, and the contacts behind each.

Pure: it reads nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from models import AgentRole, AgentStatus, Channel, Queue
from services.floor.ledger import Bucket, FloorContact, Ledger


class Number(StrEnum):
    """The numbers of a queue on the board."""

    WAITING = 'waiting'
    IN_PROGRESS = 'in_progress'
    ON_HOLD = 'on_hold'
    WRAP_UP = 'wrap_up'
    ANSWERED = 'answered'
    SERVICE_LEVEL = 'service_level'
    ANSWER_RATE = 'answer_rate'
    ABANDONED = 'abandoned'
    SHORT = 'short'


ANSWERED = (Bucket.IN_TIME, Bucket.LATE)
MADE_OF = {
    Number.WAITING: (Bucket.WAITING,),
    Number.IN_PROGRESS: (Bucket.IN_PROGRESS,),
    Number.ON_HOLD: (Bucket.ON_HOLD,),
    Number.WRAP_UP: (Bucket.WRAP_UP,),
    Number.ANSWERED: ANSWERED,
    Number.SERVICE_LEVEL: (*ANSWERED, Bucket.ABANDONED),
    Number.ANSWER_RATE: (*ANSWERED, Bucket.ABANDONED, Bucket.SHORT),
    Number.ABANDONED: (Bucket.ABANDONED,),
    Number.SHORT: (Bucket.SHORT,),
}
"""The contacts that make up a number; for a percentage, all contacts that it is a share of."""
SHARES = {Number.SERVICE_LEVEL: (Bucket.IN_TIME,), Number.ANSWER_RATE: ANSWERED}
"""For a percentage, the contacts that count towards it."""


class Target(NamedTuple):
    """A queue's target on a day: this percentage is answered within this many seconds."""

    seconds: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNow:
    """One agent at the time of the board."""

    id: UUID
    name: str
    role: AgentRole
    department: str
    capacity: int
    status: AgentStatus
    since: datetime
    reason_id: UUID | None
    next_status: AgentStatus | None = None
    next_reason_id: UUID | None = None
    is_active: bool = True

    @property
    def is_on_floor(self) -> bool:
        """Whether the board counts the agent: people who take contacts, and everybody signed in."""
        return self.status is not AgentStatus.OFFLINE or (
            self.is_active and self.role is AgentRole.AGENT
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLine:
    """One agent as the board shows them."""

    agent: AgentNow
    load: int
    channels: tuple[Channel, ...] = ()
    """Those of the contacts in hand."""
    handled: int
    average_seconds: float | None
    rated: int = 0
    rating: float | None = None
    """The mean of the day's ratings; ``None`` without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One queue as the board shows it."""

    queue_id: UUID
    name: str
    name_en: str
    department: str
    target_seconds: int
    target_percent: int
    numbers: Mapping[Number, int]
    """For a percentage, the number of contacts that it is a share of."""
    shares: Mapping[Number, int]
    """For a percentage, the number of contacts that count towards it."""
    waiting_since: datetime | None

    def percent(self, number: Number) -> float | None:
        """Return a percentage; ``None`` without any contact."""
        return 100 * self.shares[number] / self.numbers[number] if self.numbers[number] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The whole floor at one time."""

    at: datetime
    version: int
    """The version of the definition behind the figures."""
    queues: tuple[QueueLine, ...]
    agents: tuple[AgentLine, ...]

    def total(self, number: Number) -> int:
        """Return the sum of a number over all queues."""
        return sum(one.numbers[number] for one in self.queues)

    def percent(self, number: Number) -> float | None:
        """Return a percentage over all queues."""
        whole = self.total(number)
        return 100 * sum(one.shares[number] for one in self.queues) / whole if whole else None

    @property
    def waiting_since(self) -> datetime | None:
        """When the longest waiting customer came."""
        return min((one.waiting_since for one in self.queues if one.waiting_since), default=None)

    def with_status(self, status: AgentStatus) -> list[AgentLine]:
        """Return the agents with this status."""
        return [one for one in self.agents if one.agent.status is status]

    def of_department(self, department: str) -> 'Snapshot':
        """Return the part that concerns one department; all of it for an empty name."""
        return self.of_departments([department] if department else None)

    def of_departments(self, departments: Collection[str] | None) -> 'Snapshot':
        """Return the part that concerns these departments; all of it for ``None`` (``Agent.reach``)."""
        if departments is None:
            return self
        return Snapshot(
            at=self.at,
            version=self.version,
            queues=tuple(one for one in self.queues if one.department in departments),
            agents=tuple(one for one in self.agents if one.agent.department in departments),
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """One contact in a number's list."""

    contact: FloorContact
    counts: bool
    """For a percentage, whether it counts towards it; for other numbers always true."""


class Board:
    """The floor at one time: its ledger, agents and queues."""

    def __init__(
        self,
        ledger: Ledger,
        queues: Sequence[Queue],
        agents: Iterable[AgentNow],
        targets: Mapping[UUID, Target],
    ) -> None:
        self.ledger = ledger
        self.targets = targets
        self.queues = queues
        self.agents = {one.id: one for one in agents}

    def snapshot(self, at: datetime) -> Snapshot:
        """Return the numbers, dated ``at``."""
        shown = [one for one in self.agents.values() if one.is_on_floor]
        return Snapshot(
            at=at,
            version=self.ledger.definition.version,
            queues=tuple(self._queue_line(one) for one in self.queues if self._is_shown(one)),
            agents=tuple(self._agent_line(one) for one in shown),
        )

    def contacts(self, number: Number, queue_ids: Iterable[UUID]) -> list[Listed]:
        """Return the contacts behind a number of these queues, in order of arrival."""
        share = SHARES.get(number)
        found = [
            Listed(one, share is None or one.outcome in share)
            for queue_id in queue_ids
            for one in self.ledger.contacts(MADE_OF[number], queue_id)
        ]
        return sorted(found, key=lambda one: (one.contact.came_at, one.contact.id))

    def _is_shown(self, queue: Queue) -> bool:
        return queue.is_active or any(self.ledger.count(one, queue.id) for one in Bucket)

    def _queue_line(self, queue: Queue) -> QueueLine:
        def count(buckets: Iterable[Bucket]) -> int:
            return sum(self.ledger.count(bucket, queue.id) for bucket in buckets)

        return QueueLine(
            queue_id=queue.id,
            name=queue.name,
            name_en=queue.name_en,
            department=queue.department,
            target_seconds=self.targets[queue.id].seconds,
            target_percent=self.targets[queue.id].percent,
            numbers={number: count(buckets) for number, buckets in MADE_OF.items()},
            shares={number: count(buckets) for number, buckets in SHARES.items()},
            waiting_since=self.ledger.waiting_since(queue.id),
        )

    def _agent_line(self, agent: AgentNow) -> AgentLine:
        in_hand, handling = self.ledger.in_hand(agent.id), self.ledger.handled(agent.id)
        scores = [one.score or 0 for one in self.ledger.rated(agent.id).values()]
        return AgentLine(
            agent=agent,
            load=len(in_hand),
            channels=tuple(sorted({one.channel for one in in_hand.values()})),
            handled=len(handling.contacts),
            average_seconds=handling.average_seconds,
            rated=len(scores),
            rating=sum(scores) / len(scores) if scores else None,
        )
