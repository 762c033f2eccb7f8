"""A customer's timeline: chats, calls, notes and changes of the record, newest first, in pages.

Of chats that the reader may not see it tells only the number; of such calls, nothing. Changes are
those of the record and of all records merged into it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, Call, CustomerChange, CustomerMerge, Note
from services.chats import queries as chat_queries
from services.chats.events import ChatCard
from services.contacts import promises, wrap_up_queries
from services.contacts.promise_view import PromiseView
from services.contacts.wrap_up_view import WrapUpView
from services.customers import queries as customer_queries
from services.customers import timeline_queries as queries
from services.customers.records import require_customer
from services.customers.unit_of_work import CustomerUnitsOfWork
from services.sentiment.events import Mood
from services.work.cursors import Cursor, Position

PAGE = 30
MAX_PAGE = 100


class TimelineKind(StrEnum):
    """The kind of an entry; a merge is a change."""

    CHAT = 'chat'
    CALL = 'call'
    NOTE = 'note'
    CHANGE = 'change'


EVERY_KIND = frozenset(TimelineKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One entry: exactly one of ``chat``, ``call``, ``note`` and ``change`` is set."""

    kind: TimelineKind
    at: datetime
    id: UUID
    agent_name: str = ''
    """The agent of the contact, or the author; empty for none and for the desk itself."""
    chat: ChatCard | None = None
    call: Call | None = None
    wrap_up: WrapUpView | None = None
    """For a chat or call: its wrap-up."""
    promises: tuple[PromiseView, ...] = ()
    """For a chat or call: the promises made in it."""
    mood: Mood | None = None
    """For a chat: how its customer sounded, once a message was analysed."""
    note: Note | None = None
    change: CustomerChange | None = None
    merge: CustomerMerge | None = None
    """For a change that was a merge: ``services.customers.merging.undo_until`` says how long it can be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """A page of a timeline; ``is_last`` when no entry follows."""

    customer_id: UUID
    """The customer; for a merged record, the one that it was merged into."""
    entries: list[TimelineEntry]
    is_last: bool
    elsewhere: int = 0
    """On the last page that includes chats: the number of chats that the agent may not see."""

    @property
    def place(self) -> Cursor:
        """The place where the next page begins."""
        last = self.entries[-1]
        return Cursor(last.at, last.id)


class CustomerTimeline:
    """Timelines of customers."""

    def __init__(self, units: CustomerUnitsOfWork) -> None:
        self._db = units.db

    async def page(
        self,
        agent: Agent,
        customer_id: UUID,
        *,
        kinds: Collection[TimelineKind] = EVERY_KIND,
        after: Cursor | None = None,
        limit: int = PAGE,
    ) -> TimelinePage:
        """Return the entries after a place, newest first. At most eight queries.

        Raises ``NotFoundError``.
        """
        limit = min(limit, MAX_PAGE)
        place = after.timed if after else None
        entries: list[TimelineEntry] = []
        async with self._db.reading() as session:
            customer = require_customer(
                await customer_queries.following_merges(session, customer_id)
            )
            if TimelineKind.CHAT in kinds:
                entries += await _chats(session, agent, customer.id, place, limit + 1)
            if TimelineKind.CALL in kinds:
                entries += await _calls(session, agent, customer.id, place, limit + 1)
            if TimelineKind.NOTE in kinds:
                entries += await _notes(session, customer.id, place, limit + 1)
            if TimelineKind.CHANGE in kinds:
                entries += await _changes(session, customer.id, place, limit + 1)
            elsewhere = 0
            if len(entries) <= limit and TimelineKind.CHAT in kinds:
                elsewhere = await customer_queries.count_chats_elsewhere(
                    session, agent, customer.id
                )
            entries = await _with_what_followed(session, entries)
        entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
        return TimelinePage(
            customer_id=customer.id,
            entries=entries[:limit],
            is_last=len(entries) <= limit,
            elsewhere=elsewhere,
        )


async def _with_what_followed(
    session: AsyncSession, entries: Sequence[TimelineEntry]
) -> list[TimelineEntry]:
    """Return the entries; contacts with their promises and wrap-ups."""
    contacts = [entry.id for entry in entries if entry.chat or entry.call]
    written = await wrap_up_queries.views(session, contacts)
    promised = await promises.views_of(session, contacts)
    return [
        replace(entry, wrap_up=written.get(entry.id), promises=tuple(promised.get(entry.id, ())))
        for entry in entries
    ]


async def _chats(
    session: AsyncSession, agent: Agent, customer_id: UUID, place: Position | None, limit: int
) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            kind=TimelineKind.CHAT,
            at=chat.start_time,
            id=chat.id,
            agent_name=_name(holder),
            chat=chat_queries.card(chat),
            mood=Mood.model_validate(mood) if mood else None,
        )
        for chat, holder, mood in await queries.chats(
            session, agent, customer_id, place, limit=limit
        )
    ]


async def _calls(
    session: AsyncSession, agent: Agent, customer_id: UUID, place: Position | None, limit: int
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
    session: AsyncSession, customer_id: UUID, place: Position | None, limit: int
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
    session: AsyncSession, customer_id: UUID, place: Position | None, limit: int
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
