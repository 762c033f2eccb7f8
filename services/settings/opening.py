"""Whether queues are open, for customers who want to write and for the people who set the hours."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from desk import clock
from desk.errors import ConflictError
from models import EVERYWHERE, Agent, Queue, SettingKind
from services.settings import queries
from services.settings.access import own_queues
from services.settings.hours import ALWAYS, Hours, is_open, next_opening
from services.settings.hours_text import hours_from
from services.work.unit_of_work import UnitsOfWork

KINDS = (SettingKind.HOURS, SettingKind.CLOSED_DAYS)


@dataclass(frozen=True, slots=True)
class Closed:
    """A queue outside its business hours."""

    opens_at: datetime | None
    """When it opens, in UTC; ``None`` when it does not within the next year."""
    zone: ZoneInfo
    """Where it is: its opening is said by the clock there."""


class QueueClosedError(ConflictError):
    """The queue is outside its business hours."""

    def __init__(self, queue_id: UUID, closed: Closed) -> None:
        super().__init__('visit.closed')
        self.queue_id = queue_id
        self.closed = closed

    @property
    @override
    def details(self) -> dict[str, object]:
        """Return when the queue opens."""
        opens_at = self.closed.opens_at
        return {'opens_at': opens_at.isoformat() if opens_at else None}


def closed_now(hours: Hours) -> Closed | None:
    """Return when a queue with these hours opens; ``None`` while it is open."""
    now = clock.now()
    return None if is_open(hours, now) else Closed(next_opening(hours, now), hours.zone)


async def require_open(session: AsyncSession, queue_id: UUID) -> None:
    """Raise ``QueueClosedError`` outside the business hours of a queue."""
    if closed := closed_now((await hours_of(session, [queue_id]))[queue_id]):
        raise QueueClosedError(queue_id, closed)


@dataclass(frozen=True, slots=True)
class QueueHours:
    """A queue and its hours."""

    queue: Queue
    hours: Hours


class Opening:
    """The hours of queues, for those who may set them."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def overview(self, by: Agent) -> list[QueueHours]:
        """Return the queues whose hours a person may change, with their hours. Raises ``NotAllowedError``."""
        async with self._db.reading() as session:
            queues = await own_queues(session, by)
            hours = await hours_of(session, [one.id for one in queues])
        return [QueueHours(one, hours[one.id]) for one in queues]


async def hours_of(session: AsyncSession, queue_ids: Collection[UUID]) -> dict[UUID, Hours]:
    """Return the hours of queues; a queue without any is always open."""
    found = await queries.documents(session, KINDS, [*queue_ids, EVERYWHERE])
    closed = found.get((SettingKind.CLOSED_DAYS.value, EVERYWHERE), {})
    hours: dict[UUID, Hours] = {}
    for queue_id in queue_ids:
        own = found.get((SettingKind.HOURS.value, queue_id))
        hours[queue_id] = hours_from(own, closed) if own else ALWAYS
    return hours
