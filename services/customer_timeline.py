"""All that happened with one customer: chats, calls, notes and changes of the record, newest first, a page at a time.

Chats and calls that one may not see are as if they were not there. Changes are those of the record and of all that were
merged into it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, Call, CustomerChange, CustomerMerge, Note
from services import chat_queries, customer_queries
from services import customer_timeline_queries as queries
from services.chat_events import ChatCard
from services.customer_records import found
from services.customer_work import CustomerWorkshop
from services.places import Place

PAGE = 30
MAX_PAGE = 100


class TimelineKind(StrEnum):
    """What an entry is about; a merge is a change."""

    CHAT = 'chat'
    CALL = 'call'
    NOTE = 'note'
    CHANGE = 'change'


EVERY_KIND = frozenset(TimelineKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """Something that happened: exactly one of ``chat``, ``call``, ``note`` and ``change`` is there."""

    kind: TimelineKind
    at: datetime
    id: UUID
    agent_name: str = ''
    """Who held, wrote or changed it; empty for nobody and for the desk itself."""
    chat: ChatCard | None = None
    call: Call | None = None
    note: Note | None = None
    change: CustomerChange | None = None
    merge: CustomerMerge | None = None
    """Beside a change that was a merge: ``customer_merging.undo_until`` says how long it can be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """Some entries of a timeline, and whether nothing follows."""

    customer_id: UUID
    """Whose it is: of a merged record, the one that it became part of."""
    entries: list[TimelineEntry]
    is_last: bool

    @property
    def place(self) -> Place:
        """Where the next page begins."""
        last = self.entries[-1]
        return Place(last.at, last.id)


class CustomerTimeline:
    """Timelines of customers."""

    def __init__(self, workshop: CustomerWorkshop) -> None:
        self._db = workshop.db

    async def page(
        self,
        agent: Agent,
        customer_id: UUID,
        *,
        kinds: Collection[TimelineKind] = EVERY_KIND,
        after: Place | None = None,
        limit: int = PAGE,
    ) -> TimelinePage:
        """Return the entries behind a place, newest first. At most five queries. Raises ``NotFoundError``."""
        limit = min(limit, MAX_PAGE)
        place = after.timed if after else None
        entries: list[TimelineEntry] = []
        async with self._db.reading() as session:
            customer = found(await customer_queries.following_merges(session, customer_id))
            if TimelineKind.CHAT in kinds:
                entries += await _chats(session, agent, customer.id, place, limit + 1)
            if TimelineKind.CALL in kinds:
                entries += await _calls(session, agent, customer.id, place, limit + 1)
            if TimelineKind.NOTE in kinds:
                entries += await _notes(session, customer.id, place, limit + 1)
            if TimelineKind.CHANGE in kinds:
                entries += await _changes(session, customer.id, place, limit + 1)
        entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
        return TimelinePage(
            customer_id=customer.id, entries=entries[:limit], is_last=len(entries) <= limit
        )


async def _chats(
    session: AsyncSession, agent: Agent, customer_id: UUID, place: queries.Place, limit: int
) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            kind=TimelineKind.CHAT,
            at=chat.start_time,
            id=chat.id,
            agent_name=_name(holder),
            chat=chat_queries.card(chat),
        )
        for chat, holder in await queries.chats(session, agent, customer_id, place, limit=limit)
    ]


async def _calls(
    session: AsyncSession, agent: Agent, customer_id: UUID, place: queries.Place, limit: int
) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            kind=TimelineKind.CALL,
            at=call.start_time,
            id=call.id,
            agent_name=_name(holder),
            call=call,
        )
        for call, holder in await queries.calls(session, agent, customer_id, place, limit=limit)
    ]


async def _notes(
    session: AsyncSession, customer_id: UUID, place: queries.Place, limit: int
) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            kind=TimelineKind.NOTE,
            at=note.created_at,
            id=note.id,
            agent_name=_name(writer),
            note=note,
        )
        for note, writer in await queries.notes(session, customer_id, place, limit=limit)
    ]


async def _changes(
    session: AsyncSession, customer_id: UUID, place: queries.Place, limit: int
) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            kind=TimelineKind.CHANGE,
            at=change.created_at,
            id=change.id,
            agent_name=_name(agent),
            change=change,
            merge=merge,
        )
        for change, agent, merge in await queries.changes(session, customer_id, place, limit=limit)
    ]


def _name(agent: Agent | None) -> str:
    return agent.name if agent else ''
