"""Queries that write the demo's past, which no service can.

Services use the current time, and 4,000 calls of them would take a minute. Only this module
bypasses them, for an empty desk that is not in production.
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
    """Return the people who work at this desk."""
    return set(await session.exec(select(Agent.id)))


async def person(session: AsyncSession, agent_id: UUID) -> Agent | None:
    """Return one of the demo's people; ``None`` where there is no demo."""
    return await session.get(Agent, agent_id)


async def write_history(session: AsyncSession, *tables: Sequence[SQLModel]) -> None:
    """Insert rows unchanged, one table after another, in bulk."""
    for rows in tables:
        if rows:
            await session.exec(insert(type(rows[0])), params=[_given(row) for row in rows])


async def keep_waiting(session: AsyncSession, chat_ids: Sequence[UUID], until: datetime) -> None:
    """Count chats as attended until then: no real customer sends signs of life."""
    await session.exec(
        update(ChatSession).where(col(ChatSession.id).in_(chat_ids)).values(customer_seen_at=until)
    )


async def offer_contacts(session: AsyncSession, queue_id: UUID) -> None:
    """Let a queue offer its contacts from now on, to show visitors how routing works."""
    await session.exec(update(Queue).where(col(Queue.id) == queue_id).values(mode=QueueMode.PUSH))


def _given(row: SQLModel) -> dict[str, Any]:
    """Return a row's values without those that only the database sets."""
    columns = inspect(type(row)).columns
    return {
        name: value for name, value in row.model_dump().items() if columns[name].identity is None
    }
