"""Rows that no service can write: the demo's past.

A service's moment is now, and 4,000 calls of them would take a minute. This is the one place that goes past
them, for a desk that is empty and not in production.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, inspect, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, ChatSession, Queue, QueueMode

SEED_LOCK = 0x5EED
"""The advisory lock that lets one process seed at a time."""


async def take_turns(session: AsyncSession) -> None:
    """Wait until no other process seeds; the turn ends with the transaction."""
    await session.exec(select(func.pg_advisory_xact_lock(SEED_LOCK)))


async def people(session: AsyncSession) -> set[UUID]:
    """Return who works at this desk."""
    return set(await session.exec(select(Agent.id)))


async def write_history(session: AsyncSession, *tables: Sequence[SQLModel]) -> None:
    """Write rows as they are, a table after the other, in bulk."""
    for rows in tables:
        if rows:
            await session.exec(insert(type(rows[0])), params=[_given(row) for row in rows])


async def keep_waiting(session: AsyncSession, chat_ids: Sequence[UUID], until: datetime) -> None:
    """Let chats count as attended by their customer ``until`` then: nobody sits behind a demo's chat."""
    await session.exec(
        update(ChatSession).where(col(ChatSession.id).in_(chat_ids)).values(customer_seen_at=until)
    )


async def offer_contacts(session: AsyncSession, queue_id: UUID) -> None:
    """Let a queue's contacts be offered from now on, so that a stranger sees them find an agent."""
    await session.exec(update(Queue).where(col(Queue.id) == queue_id).values(mode=QueueMode.PUSH))


def _given(row: SQLModel) -> dict[str, Any]:
    """Return a row's values without those that only the database gives."""
    columns = inspect(type(row)).columns
    return {
        name: value for name, value in row.model_dump().items() if columns[name].identity is None
    }
