"""Queries for messages that customers left outside the hours."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, delete, true
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.compiled_select import built_once
from models import Agent, ChatSession, LeftMessage, Queue
from services.contacts.access import reader_values, within_reach_bound


async def of_token(session: AsyncSession, token_hash: str) -> tuple[LeftMessage, Queue] | None:
    """Return the message of a token, with its queue."""
    statement: Any = (
        select(LeftMessage, Queue)
        .join(Queue, col(Queue.id) == col(LeftMessage.queue_id))
        .where(col(LeftMessage.token_hash) == token_hash)
    )
    found = (await session.exec(statement)).first()
    return (found[0], found[1]) if found else None


async def count_of(session: AsyncSession, phone: str) -> int:
    """Count the messages that wait for an opening and name this number."""
    statement = select(func.count()).where(col(LeftMessage.visitor_phone) == phone)
    return (await session.exec(statement)).one()


async def has_chat(session: AsyncSession, token_hash: str) -> bool:
    """Whether a token has opened a chat."""
    statement = select(ChatSession.id).where(col(ChatSession.token_hash) == token_hash)
    return (await session.exec(statement)).first() is not None


async def waiting_queues(session: AsyncSession) -> Sequence[UUID]:
    """Return the queues for which messages wait."""
    return (await session.exec(select(LeftMessage.queue_id).distinct())).all()


async def locked(
    session: AsyncSession,
    queue_ids: Collection[UUID],
    *,
    held_in: Collection[UUID],
    held_since: datetime,
    limit: int,
) -> Sequence[tuple[LeftMessage, Queue]]:
    """Return, locked, the messages of these queues that may begin, the first left first; skips locked rows.

    One that waits for room may not while its queue is among ``held_in``, unless it was left before ``held_since``.
    """
    may_begin = or_(
        col(LeftMessage.opens_at).is_not(None),
        col(LeftMessage.queue_id).not_in(held_in),
        col(LeftMessage.created_at) <= held_since,
    )
    statement: Any = (
        select(LeftMessage, Queue)
        .join(Queue, col(Queue.id) == col(LeftMessage.queue_id))
        .where(col(LeftMessage.queue_id).in_(queue_ids), may_begin)
        .order_by(
            col(LeftMessage.opens_at).is_(None), col(LeftMessage.created_at), col(LeftMessage.id)
        )
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True, of=LeftMessage)
    )
    return [(message, queue) for message, queue in (await session.exec(statement)).all()]


async def remove(session: AsyncSession, token_hash: str) -> None:
    """Delete the message of a token."""
    await session.exec(delete(LeftMessage).where(col(LeftMessage.token_hash) == token_hash))


async def seen_by(
    session: AsyncSession, agent: Agent, *, limit: int
) -> Sequence[tuple[LeftMessage, Queue]]:
    """Return the messages of departments in a person's reach, the first left first."""
    statement = _seen_by(sees_everything=agent.sees_everything)
    values = {'most': limit, **reader_values(agent)}
    rows = (await session.exec(statement, params=values)).all()
    return [(message, queue) for message, queue in rows]


@cache
def _seen_by(*, sees_everything: bool) -> Any:
    is_within = true() if sees_everything else within_reach_bound(col(Queue.department))
    return built_once(
        select(LeftMessage, Queue)
        .join(Queue, col(Queue.id) == col(LeftMessage.queue_id))
        .where(is_within)
        .order_by(col(LeftMessage.created_at), col(LeftMessage.id))
        .limit(bindparam('most', type_=Integer()))
    )
