"""Search for words in messages of chats that the agent may see."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from models import Agent
from services.chats import queries as chat_queries
from services.chats.events import ChatCard, ChatMessage
from services.search import message_queries as queries
from services.search.budget import SearchBudget
from services.search.message_queries import MessageFilter, MessageQuery
from services.text import highlight
from services.text.folding import fold
from services.text.terms import clean, has_grams
from services.work.cursors import Position

MAX_FOUND = 100
MAX_WORDS = 8
MAX_CHARS = 200
PLACES = 2
SHARE = 0.08
SERVER_SETTINGS = {
    'statement_timeout': '1s',
    'max_parallel_workers_per_gather': '0',
    # No search may read a whole table.
    'enable_seqscan': 'off',
    'enable_hashjoin': 'off',
    'enable_mergejoin': 'off',
}
REST_SECONDS = 2.0
EVERYTHING = MessageFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessage:
    """A matching message, its chat, and the offsets of the words in its text."""

    message: ChatMessage
    chat: ChatCard
    spans: tuple[highlight.Span, ...]

    @property
    def place(self) -> Position:
        """The place where the page after this message begins."""
        return self.message.created_at, self.message.id


class MessageSearch:
    """Finds messages by their words. It has its own connections and time: see ``SearchBudget``."""

    def __init__(self, db: Database) -> None:
        self._whole = db
        self._db = db.separate_pool(reads=PLACES, server_settings=SERVER_SETTINGS)
        self._budget = SearchBudget(places=PLACES, share=SHARE, speed=db.statements.speed)

    async def search(
        self,
        agent: Agent,
        text: str,
        *,
        only: MessageFilter = EVERYTHING,
        before: Position | None = None,
        limit: int = 20,
    ) -> list[FoundMessage]:
        """Return messages that contain all words of ``text``, newest first, ``before`` a place.

        A word also matches inside longer ones: ``배송`` is in ``배송지``. One word needs at least two
        Korean syllables or three other letters (see ``is_searchable``), or nothing is found. A
        message is found as soon as it is committed. Safe to cancel: the query then ends in the
        database too.

        Raises:
            TooManyError: too many searches at once.
            UpstreamError: the database is away, or took too long (``database.slow``).
        """
        words = words_of(text)
        limit = min(limit, MAX_FOUND)
        if not any(map(has_grams, words)) or limit < 1:
            return []
        query = MessageQuery(agent=agent, words=words, only=only, before=before)
        async with self.turn(agent) as session:
            ids = [message_id for _, message_id in await _places(session, query, limit)]
            found = await queries.by_ids(session, ids) if ids else {}
        return [
            FoundMessage(
                message=chat_queries.shown(message),
                chat=chat_queries.card(chat),
                spans=tuple(highlight.spans(message.content, words)),
            )
            for message, chat in (found[one] for one in ids if one in found)
        ]

    @asynccontextmanager
    async def turn(self, agent: Agent) -> AsyncIterator[AsyncSession]:
        """Hold a turn of the same budget, for a search in another order. Raises as ``search``."""
        async with self._budget.turn(agent.id), self._db.reading() as session:
            yield session

    async def follow(self) -> None:
        """Index new messages as they come, until cancelled. One of many processes does it."""
        while True:
            if await self.index_new() < queries.BATCH:  # fewer wait and are indexed together
                await asyncio.sleep(REST_SECONDS)

    async def index_new(self) -> int:
        """Index some unindexed messages; return how many."""
        async with self._whole.transaction() as session:
            return await queries.index_new(session)


def words_of(text: str) -> list[str]:
    """Return the words of a typed text as search keys, each once."""
    return list(dict.fromkeys(fold(clean(text)[:MAX_CHARS]).split()))[:MAX_WORDS]


def is_searchable(text: str) -> bool:
    """Whether a text can be searched for: one word has two Korean syllables, or three other letters."""
    return any(map(has_grams, words_of(text)))


async def _places(session: AsyncSession, query: MessageQuery, limit: int) -> list[Position]:
    newest = await queries.among_newest(session, query, limit=limit)
    if len(newest) == limit:
        return newest
    found, is_all = await queries.by_index(session, query, limit=limit)
    if not is_all:
        return await queries.along_filters(session, query, limit=limit)
    elsewhere = await queries.held_elsewhere(session, query, limit=limit)
    return sorted({*newest, *found, *elsewhere}, reverse=True)[:limit]
