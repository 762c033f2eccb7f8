"""Queries for the history by words: the chats that contain them, in the history's order.

A rare word is found by the index of grams, for at most ``MANY`` messages. A word in more messages
is common: reading chats backwards in time, up to ``WALK`` of them, finds it soon. For a word that
was common only long ago the index is read completely, within the statement's time limit. Messages
that are not indexed yet are among the newest, which are scanned (``services.search.message_queries``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, true, union
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, ChatSession, Message, MessageGrams, MessageType
from services.contacts.access import reaches_of, visible_to
from services.history.filter import HistoryFilter
from services.history.note_queries import chats_noted
from services.history.queries import behind, conditions
from services.search.message_queries import MANY, NEWEST, chats_among, lines_among, may_say, says
from services.work.cursors import Position

WALK = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidQuery:
    """A search: the agent, the filter, the words, and the place to continue from."""

    agent: Agent
    wanted: HistoryFilter
    words: Sequence[str]
    before: Position | None = None

    @property
    def department(self) -> str | None:
        """The department that the index is asked for; the agent's other chats are read one by one."""
        return self.wanted.department or self.agent.sole_department

    @property
    def reaches_elsewhere(self) -> bool:
        """Whether it includes the agent's chats of other departments, which the index cannot select."""
        wanted = self.wanted
        is_theirs = wanted.department is None and wanted.agent_id in (None, self.agent.id)
        return is_theirs and self.agent.sole_department is not None

    def narrow(self) -> list[ColumnElement[bool]]:
        """Return the conditions on chats."""
        found = [visible_to(self.agent), *conditions(ChatSession, self.wanted)]
        if self.before:
            found += behind(self.before, col(ChatSession.start_time), col(ChatSession.id))
        return found


async def said(session: AsyncSession, query: SaidQuery, *, limit: int) -> list[Position]:
    """Return up to ``limit`` matching chats, newest first."""
    found, is_all = await _by_index(session, query, limit=limit, most=MANY)
    if not is_all:
        walked = await _along_chats(session, query, limit=limit)
        if len(walked) == limit or await _walked_all(session, query):
            walked += await _places(session, _noted(query), limit)
            return sorted(set(walked), reverse=True)[:limit]
        found, _ = await _by_index(session, query, limit=limit, most=None)
    for others in _beside_index(query):
        found += await _places(session, others, limit)
    return sorted(set(found), reverse=True)[:limit]


async def is_rare(session: AsyncSession, query: SaidQuery) -> bool:
    """Whether so few messages may match that all of them can be read at once."""
    some = _some(query, MANY)
    return (await session.exec(select(func.count()).select_from(some))).one() <= MANY


async def count(session: AsyncSession, query: SaidQuery, others: Sequence[Any]) -> int:
    """Return how many contacts match or are in ``others`` (sources of the history), without repeats."""
    every = [_indexed(query, _some(query, None)), *_beside_index(query), *others]
    each = union(*(one.subquery().select() for one in every)).subquery()
    return (await session.exec(select(func.count()).select_from(each))).one()


async def share_of_newest(session: AsyncSession, query: SaidQuery, *, among: int) -> float:
    """Return the share of the newest chats that match, among ``among`` chats of each source."""
    looked_at = said_it = 0
    for chats in _newest_chats(query, among):
        marks = (
            select(_has_said(chats.c.id, query.words).label('has')).select_from(chats).subquery()
        )
        counted = select(func.count(), func.count().filter(marks.c.has)).select_from(marks)
        size, having = (await session.exec(counted)).one()
        looked_at, said_it = looked_at + size, said_it + having
    return said_it / looked_at if looked_at else 0.0


async def newest_lines(
    session: AsyncSession, chat_ids: Sequence[UUID], words: Sequence[str]
) -> dict[UUID, Message]:
    """Return each chat's newest message that contains all words, by the chat's id."""
    statement = (
        select(Message)
        .where(col(Message.chat_session_id).in_(chat_ids), _is_text, *says(Message, words))
        .ext(distinct_on(col(Message.chat_session_id)))
        .order_by(col(Message.chat_session_id), col(Message.number).desc())
    )
    return {line.chat_session_id: line for line in (await session.exec(statement)).all()}


async def numbers(session: AsyncSession, chat_id: UUID, words: Sequence[str]) -> Sequence[int]:
    """Return the numbers of a chat's messages that contain all words, oldest first."""
    statement = select(col(Message.number)).where(
        col(Message.chat_session_id) == chat_id, _is_text, *says(Message, words)
    )
    return (await session.exec(statement.order_by(col(Message.number)))).all()


_is_text = col(Message.type) == MessageType.TEXT


def _some(query: SaidQuery, most: int | None) -> Any:
    """Return messages that may match, materialized so that the planner begins with them."""
    some = select(col(MessageGrams.message_id)).where(*may_say(query.words, query.department))
    return (some.limit(most + 1) if most else some).cte('some').prefix_with('MATERIALIZED')


def _indexed(query: SaidQuery, some: Any) -> Any:
    lines = lines_among(some, *says(Message, query.words))
    chats = chats_among(lines, *query.narrow())
    found = select(chats.c.start_time, chats.c.id).distinct()
    return found.select_from(some.join(lines, true()).join(chats, true()))


async def _by_index(
    session: AsyncSession, query: SaidQuery, *, limit: int, most: int | None
) -> tuple[list[Position], bool]:
    some = _some(query, most)
    size = select(func.count().label('all')).select_from(some).subquery()
    found = _indexed(query, some)
    if most:  # too many: none is read
        found = found.where(select(func.count()).select_from(some).scalar_subquery() <= most)
    page = _newest(found, limit).subquery()
    statement: Any = select(size.c.all, page.c.start_time, page.c.id).select_from(
        size.outerjoin(page, true())
    )
    rows = (await session.exec(statement)).all()
    is_all = most is None or rows[0][0] <= most
    return [(at, chat_id) for _, at, chat_id in rows if chat_id], is_all


async def _along_chats(session: AsyncSession, query: SaidQuery, *, limit: int) -> list[Position]:
    """Read the newest ``WALK`` chats of each source, until the page is full."""
    found: list[Position] = []
    for chats in _newest_chats(query, WALK):
        saying = select(chats.c.start_time, chats.c.id).where(_has_said(chats.c.id, query.words))
        found += await _places(session, saying, limit)
    return sorted(found, reverse=True)[:limit]


async def _walked_all(session: AsyncSession, query: SaidQuery) -> bool:
    sizes = [select(func.count()).select_from(chats) for chats in _newest_chats(query, WALK)]
    return all([(await session.exec(size)).one() < WALK for size in sizes])


def _newest_chats(query: SaidQuery, among: int) -> list[Any]:
    return [
        _newest(
            select(col(ChatSession.start_time), col(ChatSession.id)).where(*reach, *query.narrow()),
            among,
        ).subquery()
        for reach in reaches_of(query.agent, ChatSession)
    ]


def _beside_index(query: SaidQuery) -> list[Any]:
    elsewhere = [_elsewhere(query)] if query.reaches_elsewhere else []
    return [_among_newest(query), _noted(query), *elsewhere]


def _noted(query: SaidQuery) -> Any:
    return chats_noted(query.words, *query.narrow())


def _elsewhere(query: SaidQuery) -> Any:
    theirs = (
        select(col(ChatSession.start_time), col(ChatSession.id))
        .where(
            col(ChatSession.agent_id) == query.agent.id,
            col(ChatSession.department) != query.agent.sole_department,
            *query.narrow(),
        )
        .cte()
        .prefix_with('MATERIALIZED')
    )
    return select(theirs.c.start_time, theirs.c.id).where(_has_said(theirs.c.id, query.words))


def _among_newest(query: SaidQuery) -> Any:
    newest = select(Message).order_by(col(Message.created_at).desc()).limit(NEWEST).subquery()
    chats = chats_among(newest, *query.narrow())
    found = select(chats.c.start_time, chats.c.id).distinct()
    return found.select_from(newest.join(chats, true())).where(
        newest.c.type == MessageType.TEXT, *says(newest.c, query.words)
    )


def _has_said(chat_id: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """Whether a chat contains the words; ``OFFSET 0`` makes PostgreSQL evaluate it chat by chat."""
    line = select(col(Message.id)).where(col(Message.chat_session_id) == chat_id, _is_text)
    return line.where(*says(Message, words)).offset(0).exists()


def _newest(found: Any, limit: int) -> Any:
    start_time, chat_id = found.selected_columns
    return found.order_by(start_time.desc(), chat_id.desc()).limit(limit)


async def _places(session: AsyncSession, found: Any, limit: int) -> list[Position]:
    return [(at, one) for at, one in (await session.exec(_newest(found, limit))).all()]
