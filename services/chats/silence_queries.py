"""Queries for waiting customers who gave no sign of life, and for how long the desk was there to hear one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ChatSession, ChatStatus, Uptime


async def note_uptime(session: AsyncSession, at: datetime, *, longest_break: timedelta) -> datetime:
    """Record that the desk is up; return since when, without a break longer than ``longest_break``."""
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
    return since


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
