"""The history: every past and present chat and call that an agent may see, newest first.

Reading it has its own connections and a limited share of the machine: see ``SearchBudget``.
Searches for words use the budget of the message search.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from desk.errors import NotFoundError
from models import Agent, ChatNote, Message
from models.agent import full_name
from services.chats import label_queries, rating_queries
from services.chats.labels import LabelView
from services.contacts import category_queries, wrap_up_queries
from services.contacts.categories import CategoryPath, paths_of
from services.contacts.wrap_up_view import WrapUpView
from services.history import note_queries, queries, text_queries
from services.history.contact import Contact, FoundLine
from services.history.filter import Channel, ContactState, HistoryFilter
from services.history.text_queries import SaidQuery
from services.search.budget import SearchBudget
from services.search.customer_ways import Matched, Rank
from services.search.customers import CustomerSearch
from services.search.messages import MessageSearch, words_of
from services.sentiment import queries as sentiment_queries
from services.text import highlight
from services.text.terms import has_grams, parse_terms
from services.work.cursors import Position

PAGE = 50
MAX_PAGE = 200
BATCH = 1_000
WORDS_BATCH = 100
"""A smaller batch for filters with words, because these are read chat by chat."""
EXCERPT_CHARS = 80
MEANT = 50
"""The most customers that a text may match for a complete result."""
COUNTED = 1_000
"""Counts stop here at first."""
SAMPLE = 1_000
PLACES, SHARE = 3, 0.06
BULK_PLACES, BULK_SHARE = 2, 0.4
SERVER_SETTINGS = {
    'max_parallel_workers_per_gather': '0',
    # No query may read a whole table.
    'enable_seqscan': 'off',
    'enable_hashjoin': 'off',
    'enable_mergejoin': 'off',
}
SOON = SERVER_SETTINGS | {'statement_timeout': '2s'}
LATER = SERVER_SETTINGS | {'statement_timeout': '20s'}


class Precision(StrEnum):
    """The precision of a count."""

    EXACT = 'exact'
    ABOUT = 'about'
    AT_LEAST = 'at_least'


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The number of matching contacts: ``exact``, ``about`` (약), or ``at_least`` (이상)."""

    number: int
    precision: Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """One page; ``next`` is the place of the next one, ``None`` on the last.

    ``is_narrow`` is false when the text matches more customers than ``MEANT``: only some of their
    contacts are included.
    """

    contacts: list[Contact]
    next: Position | None
    is_narrow: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices for a filter: colleagues, departments, categories and labels."""

    agents: dict[UUID, str]
    departments: list[str]
    categories: list[CategoryPath]
    """상담 분류 of every level, including retired ones, which past contacts have."""
    labels: list[LabelView]
    """Those out of use too, for the same reason."""


class History:
    """All contacts in one list, with filters."""

    def __init__(self, db: Database, customers: CustomerSearch, messages: MessageSearch) -> None:
        self._db = db.separate_pool(reads=PLACES, server_settings=SOON)
        self._budget = SearchBudget(places=PLACES, share=SHARE, speed=db.statements.speed)
        self._bulk = db.separate_pool(reads=BULK_PLACES, server_settings=LATER)
        speed = db.statements.speed
        self._bulk_budget = SearchBudget(
            places=BULK_PLACES, share=BULK_SHARE, most=BULK_SHARE, speed=speed, patience=None
        )
        self._customers = customers
        self._messages = messages

    async def page(
        self,
        agent: Agent,
        wanted: HistoryFilter,
        *,
        before: Position | None = None,
        limit: int = PAGE,
    ) -> HistoryPage:
        """Return contacts after a place (from the newest without one), at most ``MAX_PAGE``.

        Pages neither overlap nor skip contacts while new ones are added.

        Raises:
            TooManyError: too many searches at once.
            UpstreamError: the database is away, or took too long (``database.slow``): a narrower filter may help.
        """
        limit = min(limit, MAX_PAGE)
        meant = await self._meant(agent, wanted)
        async with self._turn(agent, wanted) as session:
            return await _page(session, agent, wanted, meant, before=before, limit=limit)

    async def contact(self, agent: Agent, contact_id: UUID) -> Contact:
        """Return one contact.

        Raises ``NotFoundError`` when it does not exist or the agent may not see it.
        """
        async with self._soon(agent) as session:
            contacts = await _contacts(session, agent, [contact_id])
        if not contacts:
            raise NotFoundError('history.not_found')
        return contacts[0]

    async def choices(self, agent: Agent) -> Choices:
        """Return an agent's colleagues (for supervisors everybody), and the departments."""
        async with self._db.reading() as session:
            people = await queries.colleagues(session, agent)
            categories = await category_queries.seen_by(session, agent)
            labels = await label_queries.every(session)
        return Choices(
            agents={one.id: one.name for one in people},
            departments=sorted({one.department for one in people}),
            categories=paths_of(categories),
            labels=[LabelView.of(one) for one in labels],
        )

    async def found_numbers(self, agent: Agent, contact_id: UUID, text: str) -> list[int]:
        """Return the numbers of a visible chat's matching messages, and of those above matching notes, oldest first."""
        words = _words(text)
        if not words:
            return []
        async with self._soon(agent) as session:
            if not await _contacts(session, agent, [contact_id]):
                return []
            noted = await note_queries.numbers(session, contact_id, words)
            return sorted({*await text_queries.numbers(session, contact_id, words), *noted})

    async def estimated(self, agent: Agent, wanted: HistoryFilter) -> Hits:
        """Estimate how many contacts match: exact for few, else from the planner or a sample."""
        meant = await self._meant(agent, wanted)
        async with self._turn(agent, wanted) as session:
            if wanted.text:
                return await _estimated_by_words(session, agent, wanted, meant)
            found = queries.sources(agent, wanted)
            number = await queries.count(session, found, most=COUNTED + 1)
            if number <= COUNTED:
                return Hits(number=number, precision=Precision.EXACT)
            about = max(number, await queries.estimate(session, found))
        return Hits(number=about, precision=Precision.ABOUT)

    async def exact(self, agent: Agent, wanted: HistoryFilter) -> Hits:
        """Return how many contacts match exactly, within the statement's time limit.

        Raises ``UpstreamError`` (``database.slow``) when it takes longer.
        """
        meant = await self._meant(agent, wanted)
        async with self._bulk_budget.turn(agent.id), self._bulk.reading() as session:
            number = await _count(session, agent, wanted, meant)
        precision = Precision.EXACT if meant.is_all else Precision.AT_LEAST
        return Hits(number=number, precision=precision)

    async def rows(self, agent: Agent, wanted: HistoryFilter) -> AsyncGenerator[Contact]:
        """Yield every matching contact, newest first, one batch in memory at a time; for exports.

        Supervisors get the chats' private notes with them.

        Pauses between batches leave most of the machine to others. It ends with its reader.
        """
        meant = await self._meant(agent, wanted)
        size, before = WORDS_BATCH if wanted.text else BATCH, None
        while True:
            async with self._bulk_budget.turn(agent.id), self._bulk.reading() as session:
                page = await _page(session, agent, wanted, meant, before=before, limit=size)
                ids = [contact.id for contact in page.contacts] if agent.is_supervisor else []
                notes = await note_queries.notes_of(session, ids) if ids else {}
            for contact in page.contacts:
                yield replace(contact, notes=notes[contact.id]) if contact.id in notes else contact
            if page.next is None:
                return
            before = page.next

    def _turn(
        self, agent: Agent, wanted: HistoryFilter
    ) -> AbstractAsyncContextManager[AsyncSession]:
        return (self._messages.turn if wanted.text else self._soon)(agent)

    @asynccontextmanager
    async def _soon(self, agent: Agent) -> AsyncIterator[AsyncSession]:
        async with self._budget.turn(agent.id), self._db.reading() as session:
            yield session

    async def _meant(self, agent: Agent, wanted: HistoryFilter) -> '_Meant':
        """Return the customers that a text may match."""
        if not wanted.text:
            return _Meant()
        hits = await self._customers.search(agent, wanted.text, limit=MEANT)
        # Most addresses share a few domains, so a domain alone matches no customers here.
        ids = [
            hit.customer.id
            for hit in hits
            if not (hit.matched is Matched.EMAIL and hit.rank is Rank.INSIDE)
        ]
        return _Meant(ids=tuple(ids), is_all=len(ids) < MEANT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """The customers that a text may match, and whether these are all."""

    ids: tuple[UUID, ...] = ()
    is_all: bool = True


def _words(text: str) -> list[str]:
    """Return the words to search for in chats; none when they are too short to search."""
    words = words_of(text)
    return words if any(map(has_grams, words)) else []


def _said_query(
    agent: Agent, wanted: HistoryFilter, *, before: Position | None = None
) -> SaidQuery | None:
    words = _words(wanted.text)
    if not words or wanted.channel is Channel.CALL:
        return None
    return SaidQuery(agent=agent, wanted=wanted, words=words, before=before)


def _sources(agent: Agent, wanted: HistoryFilter, meant: _Meant) -> list[queries.Source]:
    """Return the statements that select the matching contacts, except those found by words."""
    if not wanted.text:
        return queries.sources(agent, wanted)
    linked = queries.sources(agent, wanted, of_customers=meant.ids) if meant.ids else []
    return linked + queries.of_visitors(agent, wanted, parse_terms(wanted.text).names)


async def _page(
    session: AsyncSession,
    agent: Agent,
    wanted: HistoryFilter,
    meant: _Meant,
    *,
    before: Position | None,
    limit: int,
) -> HistoryPage:
    """Read a page.

    Its places decide whether it is the last: a contact that became invisible does not end the list.
    """
    most = limit + 1
    found = await queries.places(session, _sources(agent, wanted, meant), before=before, limit=most)
    if said := _said_query(agent, wanted, before=before):
        found += await text_queries.said(session, said, limit=most)
        found = sorted(set(found), reverse=True)[:most]
    ids = [one for _, one in found[:limit]]
    return HistoryPage(
        contacts=await _contacts(session, agent, ids, _words(wanted.text)),
        next=found[limit - 1] if len(found) > limit else None,
        is_narrow=meant.is_all,
    )


async def _count(session: AsyncSession, agent: Agent, wanted: HistoryFilter, meant: _Meant) -> int:
    others = _sources(agent, wanted, meant)
    if said := _said_query(agent, wanted):
        return await text_queries.count(session, said, others)
    return await queries.count(session, others)


async def _estimated_by_words(
    session: AsyncSession, agent: Agent, wanted: HistoryFilter, meant: _Meant
) -> Hits:
    said = _said_query(agent, wanted)
    if said is None or await text_queries.is_rare(session, said):
        number = await _count(session, agent, wanted, meant)
        return Hits(
            number=number, precision=Precision.EXACT if meant.is_all else Precision.AT_LEAST
        )
    share = await text_queries.share_of_newest(session, said, among=SAMPLE)
    every = await queries.estimate(session, queries.sources(agent, wanted))
    return Hits(number=round(every * share), precision=Precision.ABOUT)


async def _contacts(
    session: AsyncSession, agent: Agent, ids: Sequence[UUID], words: Sequence[str] = ()
) -> list[Contact]:
    """Return contacts by id, newest first, with their matching messages."""
    if not ids:
        return []
    lines = await text_queries.newest_lines(session, ids, words) if words else {}
    missing = [one for one in ids if one not in lines]
    noted = await note_queries.newest_notes(session, missing, words) if words and missing else {}
    rows = await queries.rows(session, agent, ids)
    written = await wrap_up_queries.views(session, [row.id for row in rows])
    moods = await sentiment_queries.moods(session, [row.id for row in rows])
    rated = await rating_queries.ratings(session, [row.id for row in rows])
    labelled = await label_queries.of_chats(session, [row.id for row in rows])
    found = [
        replace(
            _contact(row, written.get(row.id), lines.get(row.id) or noted.get(row.id), words),
            mood=moods.get(row.id),
            rating=rated.get(row.id),
            labels=tuple(LabelView.of(one) for one in labelled.get(row.id, ())),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.place, reverse=True)


def _contact(
    row: queries.ContactRow,
    wrap_up: WrapUpView | None,
    line: Message | ChatNote | None,
    words: Sequence[str],
) -> Contact:
    return Contact(
        channel=Channel(row.channel),
        id=row.id,
        state=ContactState(row.state),
        priority=row.priority,
        department=row.department,
        agent_id=row.agent_id,
        agent_name=full_name(row.first_name or '', row.last_name or '')
        if row.last_name is not None
        else '',
        customer=row.Customer,
        typed_name=row.name,
        phone=row.phone,
        start_time=row.start_time,
        answered_at=row.answered_at,
        end_time=row.end_time,
        ending=row.ending,
        direction=row.direction,
        last_line=row.last_line,
        last_number=row.last_number,
        wrap_up=wrap_up,
        found=_found(line, words) if line else None,
    )


def _found(line: Message | ChatNote, words: Sequence[str]) -> FoundLine:
    is_note = isinstance(line, ChatNote)
    text = line.body if isinstance(line, ChatNote) else line.content
    number = max(1, line.after_number) if isinstance(line, ChatNote) else line.number
    excerpt, spans = highlight.excerpt(text, highlight.spans(text, words), chars=EXCERPT_CHARS)
    return FoundLine(number=number, excerpt=excerpt, spans=tuple(spans), is_note=is_note)
