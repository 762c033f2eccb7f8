"""Queries for customers who gave no sign of life or no answer, and for how long the desk was there to hear one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ChatSession, ChatStatus, Queue, Uptime
from models.chat import LEFT


@dataclass(frozen=True, slots=True)
class Hearing:
    """Since when the desk hears its customers."""

    since: datetime
    away_from: datetime | None = None
    """When the break began that has just ended; ``None`` when there was none, or another process has noted it."""


async def note_uptime(session: AsyncSession, at: datetime, *, longest_break: timedelta) -> Hearing:
    """Record that the desk is up; return since when, without a break longer than ``longest_break``."""
    before = (await session.exec(select(Uptime).with_for_update(key_share=True))).first()
    last_at = before.last_at if before else None
    statement = (
        insert(Uptime)
        .values(id=1, since=at, last_at=at)
        .on_conflict_do_update(
            index_elements=['id'],
            set_={
                'since': case(
                    (col(Uptime.last_at) < at - longest_break, at), else_=col(Uptime.since)
                ),
                'last_at': func.greatest(col(Uptime.last_at), at),
            },
        )
        .returning(col(Uptime.since))
    )
    since: datetime = (await session.exec(statement)).scalar_one()
    was_away = last_at is not None and last_at < at - longest_break
    return Hearing(since, last_at if was_away else None)


async def was_unheard(
    session: AsyncSession, chat_id: UUID, at: datetime, *, longest_break: timedelta
) -> bool:
    """Whether a waiting customer's last sign of life is older than the desk's last break."""
    uptime = await session.get(Uptime, 1)
    if uptime is None:
        return False
    since = at if uptime.last_at < at - longest_break else uptime.since
    statement = select(ChatSession.id).where(
        col(ChatSession.id) == chat_id,
        col(ChatSession.status) == ChatStatus.WAITING,
        col(ChatSession.customer_seen_at) < since,
    )
    return (await session.exec(statement)).first() is not None


async def silent_waiting(
    session: AsyncSession, *, before: datetime, limit: int
) -> Sequence[ChatSession]:
    """Return, locked, waiting chats without a sign of life since ``before``; skips locked rows."""
    statement = (
        select(ChatSession)
        .where(
            col(ChatSession.status) == ChatStatus.WAITING,
            col(ChatSession.customer_seen_at) < before,
            col(ChatSession.source) != LEFT,
            col(ChatSession.left_at).is_(None),
            # who was asked back by the desk (services.chats.reopening) has not gone before they came
            or_(
                col(ChatSession.reopened_at).is_(None),
                col(ChatSession.customer_seen_at) >= col(ChatSession.reopened_at),
            ),
        )
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.exec(statement)).all()


_IS_ASKED = col(ChatSession.silence_asked_at).is_not(None)


async def clocks(session: AsyncSession) -> Sequence[ChatSession]:
    """Return, locked in one order, the chats with a clock for a silent customer."""
    statement = (
        select(ChatSession)
        .where(col(ChatSession.silence_due_at).is_not(None))
        .order_by(col(ChatSession.id))
        .with_for_update(key_share=True)
    )
    return (await session.exec(statement)).all()


async def to_ask(
    session: AsyncSession, at: datetime, *, longest_break: timedelta, limit: int
) -> Sequence[tuple[ChatSession, int]]:
    """Return, locked, the chats whose customers are to be asked, with the seconds that they have then; skips locked rows."""
    statement: Any = (
        select(ChatSession, Queue.silence_close_seconds)
        .join(Queue, col(Queue.id) == col(ChatSession.queue_id))
        .where(*_is_due(at, longest_break), ~_IS_ASKED)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True, of=ChatSession)
    )
    return [(chat, seconds) for chat, seconds in (await session.exec(statement)).all()]


async def to_close(
    session: AsyncSession, at: datetime, *, longest_break: timedelta, limit: int
) -> Sequence[UUID]:
    """Return the chats whose customers were asked and did not answer in time."""
    statement = select(ChatSession.id).where(*_is_due(at, longest_break), _IS_ASKED)
    return (await session.exec(statement.limit(limit))).all()


def _is_due(at: datetime, longest_break: timedelta) -> tuple[Any, ...]:
    """Return the conditions: in time that the desk was away and nobody has noted yet, nothing falls due."""
    return (
        col(ChatSession.silence_due_at) <= at,
        col(ChatSession.status) == ChatStatus.ACTIVE,
        exists().where(col(Uptime.last_at) >= at - longest_break),
    )
