"""Message search: first among the newest messages, then in the index, last along the filters.

A common word appears among the ``NEWEST`` messages, which are scanned; a rare one is found by the
index, which returns at most ``MANY`` rows. What is left is a common word under narrow filters,
which the planner decides.

Messages are indexed after they are stored (``index_new``), so that storing them is no slower. Until
then they are among the newest and found at once, unless more than ``NEWEST`` are written between
two runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, case, exists, func, insert, literal, text, true, tuple_
from sqlalchemy.dialects.postgresql import array
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, ChatSession, ChatStatus, Message, MessageGrams, MessageType
from services.contacts.access import visible_to
from services.text.terms import has_grams
from services.work.cursors import Position

NEWEST = 2_000
MANY = 2_000
BATCH = 500
GRACE = timedelta(minutes=1)
INDEX_LOCK = 0x7E4D
"""The advisory lock of the one process that indexes; ``note_department`` (migration 0002) takes it
too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """The conditions for messages; unset ones match all."""

    since: datetime | None = None
    until: datetime | None = None
    """Up to this time, exclusive."""
    agent_id: UUID | None = None
    department: str | None = None
    status: ChatStatus | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuery:
    """A search: the agent, the words, the filter and the place to continue from."""

    agent: Agent
    words: Sequence[str]
    only: MessageFilter
    before: Position | None = None


async def among_newest(session: AsyncSession, query: MessageQuery, *, limit: int) -> list[Position]:
    """Return up to ``limit`` matches among the newest messages, newest first."""
    newest = (
        select(Message)
        .where(*_within(query))
        .order_by(col(Message.created_at).desc())
        .limit(NEWEST)
        .subquery()
    )
    page = _led_page(query, newest, limit).where(*says(newest.c, query.words))
    return [(at, message_id) for at, message_id in (await session.exec(page)).all()]


async def by_index(
    session: AsyncSession, query: MessageQuery, *, limit: int
) -> tuple[list[Position], bool]:
    """Return up to ``limit`` matches of a department, and whether they come from the complete result.

    The department is the requested one, or the agent's own; who reaches several has none. See
    ``held_elsewhere``.
    """
    indexed = may_say(query.words, _department(query))
    # Materialized and limited, so that the planner does not begin with the messages.
    some = select(col(MessageGrams.message_id)).where(*indexed).limit(MANY + 1).cte('some')
    count = select(func.count().label('all')).select_from(some).subquery()
    count_of_all = (
        select(func.count()).select_from(some).scalar_subquery()
    )  # too many: none is read
    lines = lines_among(some, *says(Message, query.words), *_within(query))
    page = _led_page(query, lines, limit, some).where(count_of_all <= MANY).subquery()
    statement = select(count.c.all, page.c.created_at, page.c.id).select_from(
        count.outerjoin(page, true())
    )
    rows = (await session.exec(statement)).all()
    return [(at, message_id) for _, at, message_id in rows if message_id], rows[0][0] <= MANY


async def held_elsewhere(
    session: AsyncSession, query: MessageQuery, *, limit: int
) -> list[Position]:
    """Return up to ``limit`` matches in the agent's chats of other departments, newest first."""
    if query.agent.sole_department is None or query.only.department:
        return []
    theirs = (
        select(col(ChatSession.id))
        .where(
            col(ChatSession.agent_id) == query.agent.id,
            col(ChatSession.department) != query.agent.sole_department,
        )
        .cte('theirs')
        .prefix_with('MATERIALIZED')
    )
    page = (
        _page(query, Message, limit)
        .join(theirs, theirs.c.id == col(Message.chat_session_id))
        .where(*says(Message, query.words), *_within(query))
    )
    return [(at, message_id) for at, message_id in (await session.exec(page)).all()]


def _department(query: MessageQuery) -> str | None:
    return query.only.department or query.agent.sole_department


async def along_filters(
    session: AsyncSession, query: MessageQuery, *, limit: int
) -> list[Position]:
    """Return up to ``limit`` matches, newest first, in the planner's own way."""
    page = _page(query, Message, limit).where(*says(Message, query.words), *_within(query))
    return [(at, message_id) for at, message_id in (await session.exec(page)).all()]


async def by_ids(
    session: AsyncSession, ids: Sequence[UUID]
) -> dict[UUID, tuple[Message, ChatSession]]:
    """Return messages and their chats by the messages' ids."""
    statement = (
        select(Message, ChatSession)
        .join(ChatSession, col(ChatSession.id) == col(Message.chat_session_id))
        .where(col(Message.id).in_(ids))
    )
    return {message.id: (message, chat) for message, chat in (await session.exec(statement)).all()}


async def index_new(session: AsyncSession) -> int:
    """Index the oldest ``BATCH`` unindexed messages in one transaction; return how many.

    It begins ``GRACE`` before the newest indexed one, because a writer may take that long from its
    clock to its commit. Does nothing while another process indexes.
    """
    if not (await session.exec(select(func.pg_try_advisory_xact_lock(INDEX_LOCK)))).one():
        return 0
    is_indexed = exists().where(col(MessageGrams.message_id) == col(Message.id))
    written = col(Message.created_at)
    newest = select(written).where(is_indexed).order_by(written.desc()).limit(1)
    begin = func.least(newest.scalar_subquery(), func.statement_timestamp()) - GRACE
    is_begun = exists(select(col(MessageGrams.message_id)))
    since = case((is_begun, begin), else_=text("'-infinity'::timestamptz"))
    grams = func.text_grams(func.search_key(col(Message.content)))
    missing = (
        select(col(Message.id), grams.op('||')(func.department_gram(ChatSession.department)))
        .join(ChatSession, col(ChatSession.id) == col(Message.chat_session_id))
        .where(written >= since, col(Message.type) == MessageType.TEXT, ~is_indexed)
        .order_by(written)
        .limit(BATCH)
    )
    columns = [col(MessageGrams.message_id), col(MessageGrams.grams)]
    statement = insert(MessageGrams).from_select(columns, missing)
    result = await session.exec(statement, execution_options={'preserve_rowcount': True})
    return int(result.rowcount)


def _led_page(query: MessageQuery, lines: Any, limit: int, some: Any = None) -> Any:
    """Return the newest messages (in ``some``) whose chats match; the planner begins with messages."""
    chats = chats_among(lines, visible_to(query.agent), *_of_chats(query.only))
    led = lines if some is None else some.join(lines, true())
    return (
        select(lines.c.created_at, lines.c.id)
        .select_from(led.join(chats, true()))
        .order_by(lines.c.created_at.desc(), lines.c.id.desc())
        .limit(limit)
    )


def _page(query: MessageQuery, message: Any, limit: int) -> Any:
    return (
        select(message.created_at, message.id)
        .join(ChatSession, col(ChatSession.id) == message.chat_session_id)
        .where(visible_to(query.agent), *_of_chats(query.only))
        .order_by(message.created_at.desc(), message.id.desc())
        .limit(limit)
    )


def may_say(words: Sequence[str], department: str | None) -> list[ColumnElement[bool]]:
    """Return the index conditions for messages of a department (or any) that may contain these words."""
    grams: list[Any] = [func.text_grams(word) for word in words if has_grams(word)]
    if department:
        grams.append(array([func.department_gram(department)]))
    return [col(MessageGrams.grams).op('@>', is_comparison=True)(one) for one in grams]


def lines_among(some: Any, *conditions: ColumnElement[bool]) -> Any:
    """Return the messages in ``some``, each looked up by its key.

    ``OFFSET 0`` keeps the planner from another join order, which it prefers without statistics.
    """
    line = select(Message).where(col(Message.id) == some.c.message_id, *conditions)
    return line.offset(0).lateral()


def chats_among(lines: Any, *conditions: ColumnElement[bool]) -> Any:
    """Return the chats of messages, each looked up by its key, as in ``lines_among``."""
    chat = select(col(ChatSession.start_time), col(ChatSession.id))
    return (
        chat.where(col(ChatSession.id) == lines.c.chat_session_id, *conditions).offset(0).lateral()
    )


def says(message: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return the conditions that a message contains all these words."""
    key = func.search_key(message.content, type_=Text)
    return [key.contains(word, autoescape=True) for word in words]


def _within(query: MessageQuery) -> list[ColumnElement[bool]]:
    """Return the conditions on messages: written by people, in the period, before the page's place."""
    written, only = col(Message.created_at), query.only
    found = [col(Message.type) == MessageType.TEXT]
    if only.since:
        found.append(written >= only.since)
    if only.until:
        found.append(written < only.until)
    if query.before:
        at, message_id = query.before
        found += [
            written <= at,
            tuple_(written, col(Message.id)) < tuple_(literal(at), literal(message_id)),
        ]
    return found


def _of_chats(only: MessageFilter) -> list[ColumnElement[bool]]:
    wanted = {
        col(ChatSession.agent_id): only.agent_id,
        col(ChatSession.department): only.department,
        col(ChatSession.status): only.status,
        col(ChatSession.customer_id): only.customer_id,
    }
    return [column == value for column, value in wanted.items() if value is not None]
