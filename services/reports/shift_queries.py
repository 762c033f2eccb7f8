"""Queries for planned shifts."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Shift


async def between(session: AsyncSession, begin: datetime, until: datetime) -> Sequence[Shift]:
    """Return the shifts that have a part between two times."""
    statement = select(Shift).where(col(Shift.until) > begin, col(Shift.begin) < until)
    return (await session.exec(statement.order_by(col(Shift.begin)))).all()


async def of_day(session: AsyncSession, day: date) -> Sequence[Shift]:
    """Return the shifts that begin on a day, the earliest first."""
    statement = select(Shift).where(col(Shift.day) == day)
    return (await session.exec(statement.order_by(col(Shift.begin)))).all()


async def on_days(session: AsyncSession, since: date, until: date) -> Sequence[Shift]:
    """Return the shifts that begin on these days, both included, in order of their begin."""
    statement = select(Shift).where(col(Shift.day) >= since, col(Shift.day) <= until)
    return (await session.exec(statement.order_by(col(Shift.begin), col(Shift.agent_id)))).all()


async def remove(session: AsyncSession, agent_id: UUID, days: Collection[date]) -> int:
    """Remove an agent's shifts of these days; return how many there were."""
    gone = await session.exec(
        delete(Shift)
        .where(col(Shift.agent_id) == agent_id, col(Shift.day).in_(days))
        .returning(col(Shift.id))
    )
    return len(gone.all())
