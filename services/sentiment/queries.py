"""Queries for customers' messages to analyse: claim, store, sum up.

Any number of processes may run them at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, exists, literal, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.compiled_select import built_once
from models import (
    Agent,
    ChatMood,
    ChatSession,
    Message,
    MessageSentiment,
    MessageType,
    Sender,
    Sentiment,
    SentimentSource,
    SentimentSpending,
)
from services.aws.comprehend import Scores
from services.contacts.access import reached_bound, reader_values
from services.sentiment.events import LineMark, Mood


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedLine:
    """A message that this process has claimed: no other process analyses it for a while."""

    id: UUID
    chat_id: UUID
    text: str


_said_by_customers = (col(Message.sender) == Sender.CUSTOMER, col(Message.type) == MessageType.TEXT)


async def claim_new(session: AsyncSession, message_ids: Collection[UUID]) -> list[ClaimedLine]:
    """Claim those of these messages that are not claimed yet."""
    return await _claim(session, col(Message.id).in_(message_ids))


async def claim_unmarked(
    session: AsyncSession, *, since: datetime, until: datetime, limit: int
) -> list[ClaimedLine]:
    """Claim messages between two times that are not claimed yet, newest first."""
    is_claimed = exists().where(col(MessageSentiment.message_id) == col(Message.id))
    newest = (
        select(col(Message.id))
        .where(*_said_by_customers, _between(since, until), ~is_claimed)
        .order_by(col(Message.created_at).desc())
        .limit(limit)
    )
    return await _claim(session, col(Message.id).in_(newest))


async def claim_left(
    session: AsyncSession, *, since: datetime, before: datetime, limit: int
) -> list[ClaimedLine]:
    """Claim messages whose claim is older than ``before`` without a result: their process died."""
    left = (
        select(col(MessageSentiment.message_id))
        .join(Message, col(Message.id) == col(MessageSentiment.message_id))
        .where(
            col(MessageSentiment.analysed_at).is_(None),
            col(MessageSentiment.claimed_at) < before,
            col(Message.created_at) >= since,
        )
        .order_by(col(Message.created_at).desc())
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True, of=MessageSentiment)
        .cte('left_behind')
    )
    statement = (
        update(MessageSentiment)
        .where(col(MessageSentiment.message_id).in_(select(left.c.message_id)))
        .values(claimed_at=clock.now())
        .returning(col(MessageSentiment.message_id))
    )
    return await _lines(session, (await session.exec(statement)).scalars().all())


async def tell(
    session: AsyncSession, message_id: UUID, scores: Scores | None, values: dict[str, Any]
) -> bool:
    """Store the result of a message; without one it is not analysable.

    Returns whether it was still open.
    """
    if scores is not None:
        values = values | {
            'sentiment': Sentiment(scores.label.lower()),
            'positive': scores.positive,
            'negative': scores.negative,
            'neutral': scores.neutral,
            'mixed': scores.mixed,
        }
    statement = (
        update(MessageSentiment)
        .where(
            col(MessageSentiment.message_id) == message_id,
            col(MessageSentiment.analysed_at).is_(None),
        )
        .values(analysed_at=clock.now(), **values)
        .returning(col(MessageSentiment.message_id))
    )
    return (await session.exec(statement)).first() is not None


async def chat(session: AsyncSession, chat_id: UUID) -> ChatSession | None:
    """Return a chat, read now."""
    return await session.get(ChatSession, chat_id)


async def begin_mood(session: AsyncSession, chat_id: UUID, source: SentimentSource) -> None:
    """Create a chat's mood, unless there is one."""
    values = {'chat_session_id': chat_id, 'source': source, 'sentiment': Sentiment.NEUTRAL}
    await session.exec(insert(ChatMood).values(**values).on_conflict_do_nothing())


async def locked_mood(session: AsyncSession, chat_id: UUID) -> ChatMood:
    """Return a chat's mood, locked until the transaction ends against other results of the chat."""
    statement = (
        select(ChatMood)
        .where(col(ChatMood.chat_session_id) == chat_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one()


async def marks_of(session: AsyncSession, chat_id: UUID) -> list[LineMark]:
    """Return the sentiments of a chat's messages, oldest first."""
    statement = (
        select(MessageSentiment)
        .where(
            col(MessageSentiment.chat_session_id) == chat_id,
            col(MessageSentiment.sentiment).is_not(None),
        )
        .order_by(col(MessageSentiment.number))
        .execution_options(populate_existing=True)
    )
    return [LineMark.model_validate(row) for row in (await session.exec(statement)).all()]


async def visible_marks(
    session: AsyncSession, agent: Agent, chat_id: UUID, *, limit: int
) -> list[LineMark]:
    """Return a chat's newest sentiments, oldest first; none for a chat that the agent may not see."""
    statement = _visible_marks(sees_everything=agent.sees_everything)
    values = {'chat_id': chat_id, 'reader_id': agent.id, 'most': limit, **reader_values(agent)}
    rows = (await session.exec(statement, params=values)).all()
    return [LineMark.model_validate(row) for row in reversed(rows)]


@cache
def _visible_marks(*, sees_everything: bool) -> Any:
    chat = bindparam('chat_id', type_=Uuid())
    is_reached = reached_bound(sees_everything=sees_everything)
    return built_once(
        select(MessageSentiment)
        .where(
            col(MessageSentiment.chat_session_id) == chat,
            col(MessageSentiment.sentiment).is_not(None),
            exists(select(col(ChatSession.id)).where(col(ChatSession.id) == chat, is_reached)),
        )
        .order_by(col(MessageSentiment.number).desc())
        .limit(bindparam('most', type_=Integer()))
    )


async def moods(session: AsyncSession, chat_ids: Collection[UUID]) -> dict[UUID, Mood]:
    """Return the moods of these chats, by chat; the caller has checked that their reader may see them."""
    if not chat_ids:
        return {}
    statement = select(ChatMood).where(col(ChatMood.chat_session_id).in_(chat_ids))
    rows = (await session.exec(statement)).all()
    return {row.chat_session_id: Mood.model_validate(row) for row in rows}


def chats_that_sound(sentiment: Sentiment) -> Any:
    """Select the chats with this overall sentiment."""
    return select(col(ChatMood.chat_session_id)).where(col(ChatMood.sentiment) == sentiment)


async def locked_spending(session: AsyncSession, day: date) -> SentimentSpending:
    """Return a day's use, locked until the transaction ends."""
    await session.exec(insert(SentimentSpending).values(day=day).on_conflict_do_nothing())
    statement = (
        select(SentimentSpending)
        .where(col(SentimentSpending.day) == day)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one()


async def spent_on(session: AsyncSession, day: date) -> int:
    """Return a day's use, in Comprehend's units."""
    statement = select(SentimentSpending.units).where(col(SentimentSpending.day) == day)
    return (await session.exec(statement)).first() or 0


def _between(since: datetime, until: datetime) -> Any:
    return col(Message.created_at).between(since, until)


async def _claim(session: AsyncSession, wanted: Any) -> list[ClaimedLine]:
    lines = select(
        col(Message.id), col(Message.chat_session_id), col(Message.number), literal(clock.now())
    ).where(*_said_by_customers, wanted)
    columns = ['message_id', 'chat_session_id', 'number', 'claimed_at']
    statement = (
        insert(MessageSentiment)
        .from_select(columns, lines)
        .on_conflict_do_nothing()
        .returning(col(MessageSentiment.message_id))
    )
    return await _lines(session, (await session.exec(statement)).scalars().all())


async def _lines(session: AsyncSession, message_ids: Sequence[UUID]) -> list[ClaimedLine]:
    if not message_ids:
        return []
    statement = (
        select(Message).where(col(Message.id).in_(message_ids)).order_by(col(Message.created_at))
    )
    return [
        ClaimedLine(id=row.id, chat_id=row.chat_session_id, text=row.content)
        for row in (await session.exec(statement)).all()
    ]
