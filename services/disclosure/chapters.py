"""The chapters of a customer's file, in order, each read in batches with one short transaction a batch."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from models import (
    Call,
    Callback,
    ChatNote,
    ChatSession,
    Customer,
    CustomerAttachment,
    CustomerChange,
    Note,
    PastWrapUp,
)
from services.chats import rating_queries
from services.contacts import wrap_up_queries
from services.disclosure import queries, values
from services.disclosure.values import Values
from services.people import agent_queries
from services.sentiment import queries as sentiment_queries
from services.work.cursors import Position

RowT = TypeVar('RowT')
CHATS, LINES, ROWS = 50, 1_000, 200
"""Rows that one transaction reads."""


class ChapterKind(StrEnum):
    """What a chapter tells; in this order, and under these names in JSON."""

    RECORDS = 'records'
    VERSIONS = 'versions'
    CONSENTS = 'consents'
    CHATS = 'chats'
    CALLS = 'calls'
    CALLBACKS = 'callbacks'
    NOTES = 'notes'
    FILES = 'files'
    ACCESSES = 'accesses'


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a chapter; ``lines`` follow one by one, for there may be many."""

    values: Values
    lines: AsyncGenerator[Values] | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter and its entries, oldest first."""

    kind: ChapterKind
    items: AsyncGenerator[Item]


class Chapters:
    """Reads the chapters of one family of records; ``check`` is asked before each batch whether it may go on."""

    def __init__(
        self,
        db: Database,
        family: Sequence[Customer],
        check: Callable[[AsyncSession], Awaitable[None]],
    ) -> None:
        self._db = db
        self._family = family
        self._ids = [one.id for one in family]
        self._check = check

    async def all(self) -> AsyncGenerator[Chapter]:
        """Yield the chapters in order; each is to be read before the next."""
        readers: dict[ChapterKind, Callable[[], AsyncGenerator[Item]]] = {
            ChapterKind.RECORDS: self._records,
            ChapterKind.VERSIONS: self._versions,
            ChapterKind.CONSENTS: self._consents,
            ChapterKind.CHATS: self._chats,
            ChapterKind.CALLS: self._calls,
            ChapterKind.CALLBACKS: self._callbacks,
            ChapterKind.NOTES: self._notes,
            ChapterKind.FILES: self._files,
            ChapterKind.ACCESSES: self._accesses,
        }
        for kind in ChapterKind:
            yield Chapter(kind, readers[kind]())

    async def _records(self) -> AsyncGenerator[Item]:
        for one in self._family:
            yield Item(values.record(one))

    async def _versions(self) -> AsyncGenerator[Item]:
        codes = {one.id: one.code for one in self._family}

        async def told(session: AsyncSession, rows: Sequence[CustomerChange]) -> list[Item]:
            names = await agent_queries.named(session, _ids(rows, 'agent_id'))
            return [Item(values.version(row, codes, names)) for row in rows]

        async for item in self._batches(queries.versions, 'created_at', ROWS, told):
            yield item

    async def _consents(self) -> AsyncGenerator[Item]:
        """Consents to keep what was typed, with each chat, and what the customer may be called for."""

        async def of_chats(_session: AsyncSession, rows: Sequence[ChatSession]) -> list[Item]:
            return [Item(values.consent(row)) for row in rows if row.consented_at]

        async def to_calls(_session: AsyncSession, rows: Sequence[CustomerChange]) -> list[Item]:
            return [Item(values.permission(row)) for row in rows if 'call_permission' in row.fields]

        async for item in self._batches(queries.chats, 'start_time', ROWS, of_chats):
            yield item
        async for item in self._batches(queries.versions, 'created_at', ROWS, to_calls):
            yield item

    async def _chats(self) -> AsyncGenerator[Item]:
        async def told(session: AsyncSession, rows: Sequence[ChatSession]) -> list[Item]:
            ids = [row.id for row in rows]
            names = await self._names(session, rows)
            written = await wrap_up_queries.views(session, ids)
            promised = await self._promises(session, ids)
            rated = await rating_queries.ratings(session, ids)
            moods = await sentiment_queries.moods(session, ids)
            notes = _by(await queries.chat_notes(session, ids), 'chat_session_id')
            past = _by(await queries.past_wrap_ups(session, ids), 'contact_id')
            names |= await self._noted_names(session, rows, notes, past)
            visits = await queries.site_visits(session, ids)
            return [
                Item(
                    values.chat(row, names, rated.get(row.id), moods.get(row.id))
                    | values.where_from(visits.get(row.id))
                    | values.written(written.get(row.id), promised.get(row.id, []))
                    | values.marked(row, notes.get(row.id, []), past.get(row.id, []), names),
                    self._lines(row),
                )
                for row in rows
            ]

        async for item in self._batches(queries.chats, 'start_time', CHATS, told):
            yield item

    async def _lines(self, chat: ChatSession) -> AsyncGenerator[Values]:
        after = 0
        while True:
            async with self._reading() as session:
                rows = await queries.lines(session, chat.id, after, limit=LINES)
                names = await agent_queries.named(session, _ids(rows, 'sender_id'))
            for row in rows:
                yield values.line(row, names)
            if len(rows) < LINES:
                return
            after = rows[-1].number

    async def _calls(self) -> AsyncGenerator[Item]:
        async def told(session: AsyncSession, rows: Sequence[Call]) -> list[Item]:
            ids = [row.id for row in rows]
            legs = await self._legs(session, ids)
            pauses = _by(await queries.pauses(session, ids), 'call_id')
            names = await self._names(session, rows)
            written = await wrap_up_queries.views(session, ids)
            promised = await self._promises(session, ids)
            return [
                Item(
                    values.call(row, names, legs.get(row.id, []), pauses.get(row.id, []))
                    | values.written(written.get(row.id), promised.get(row.id, []))
                )
                for row in rows
            ]

        async for item in self._batches(queries.calls, 'start_time', ROWS, told):
            yield item

    async def _legs(
        self, session: AsyncSession, call_ids: Sequence[UUID]
    ) -> dict[UUID, list[Values]]:
        legs = await queries.legs(session, call_ids)
        names = await self._names(session, legs)
        moments = _by(await queries.moments(session, call_ids), 'leg_id')
        return {
            call_id: [values.leg(one, moments.get(one.id, []), names) for one in some]
            for call_id, some in _by(legs, 'call_id').items()
        }

    async def _callbacks(self) -> AsyncGenerator[Item]:
        async def told(session: AsyncSession, rows: Sequence[Callback]) -> list[Item]:
            attempts = await queries.attempts(session, [row.id for row in rows])
            wanted = [*_ids(rows, 'made_by_id'), *_ids(attempts, 'agent_id')]
            names = await agent_queries.named(session, wanted)
            made = _by(attempts, 'callback_id')
            return [Item(values.callback(row, made.get(row.id, []), names)) for row in rows]

        async for item in self._batches(queries.callbacks, 'created_at', ROWS, told):
            yield item

    async def _notes(self) -> AsyncGenerator[Item]:
        async def told(session: AsyncSession, rows: Sequence[Note]) -> list[Item]:
            names = await agent_queries.named(session, _ids(rows, 'agent_id'))
            return [Item(values.note(row, names)) for row in rows]

        async for item in self._batches(queries.notes, 'created_at', ROWS, told):
            yield item

    async def _files(self) -> AsyncGenerator[Item]:
        async def told(session: AsyncSession, rows: Sequence[CustomerAttachment]) -> list[Item]:
            names = await agent_queries.named(session, _ids(rows, 'agent_id'))
            return [Item(values.file(row, names)) for row in rows]

        async for item in self._batches(queries.files, 'created_at', ROWS, told):
            yield item

    async def _accesses(self) -> AsyncGenerator[Item]:
        async with self._reading() as session:
            subjects = await queries.subjects(session, self._ids)
        after = 0
        while True:
            async with self._reading() as session:
                rows = await queries.accesses(session, subjects, after, limit=LINES)
                names = await agent_queries.named(session, _ids(rows, 'agent_id'))
            for row in rows:
                yield Item(values.access(row, names))
            if len(rows) < LINES:
                return
            after = rows[-1].id

    async def _batches(
        self,
        read: Callable[..., Awaitable[Sequence[Any]]],
        moment: str,
        size: int,
        told: Callable[[AsyncSession, Any], Awaitable[list[Item]]],
    ) -> AsyncGenerator[Item]:
        """Yield the entries of rows; nothing is open while their reader takes them."""
        after: Position | None = None
        while True:
            async with self._reading() as session:
                rows = await read(session, self._ids, after, limit=size)
                items = await told(session, rows) if rows else []
            for item in items:
                yield item
            if len(rows) < size:
                return
            after = (getattr(rows[-1], moment), rows[-1].id)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncSession]:
        async with self._db.reading() as session:
            await self._check(session)
            yield session

    async def _names(self, session: AsyncSession, rows: Sequence[Any]) -> dict[UUID, str]:
        queues = await queries.queue_names(session, _ids(rows, 'queue_id'))
        return queues | await agent_queries.named(session, _ids(rows, 'agent_id'))

    async def _noted_names(
        self,
        session: AsyncSession,
        chats: Sequence[ChatSession],
        notes: dict[UUID, list[ChatNote]],
        past: dict[UUID, list[PastWrapUp]],
    ) -> dict[UUID, str]:
        labels = {one for chat in chats for one in chat.label_ids}
        writers = {one.author_id for some in notes.values() for one in some}
        writers |= {one.agent_id for some in past.values() for one in some}
        people = await agent_queries.named(session, list(writers))
        return people | await queries.label_names(session, labels)

    async def _promises(
        self, session: AsyncSession, contact_ids: Sequence[UUID]
    ) -> dict[UUID, list[Values]]:
        promises = await queries.promises(session, contact_ids)
        names = await agent_queries.named(session, _ids(promises, 'owner_id', 'made_by_id'))
        return {
            contact_id: [values.promise(one, names) for one in some]
            for contact_id, some in _by(promises, 'contact_id').items()
        }


def _ids(rows: Sequence[Any], *columns: str) -> list[UUID]:
    """Return the ids in columns of rows, each once."""
    found = {getattr(row, column) for row in rows for column in columns}
    return [one for one in found if one is not None]


def _by(rows: Sequence[RowT], column: str) -> dict[UUID, list[RowT]]:
    """Return rows by the id in a column, in their order."""
    found: dict[UUID, list[RowT]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found
