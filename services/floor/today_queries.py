"""Queries for figures by quarter hour, counted from the contacts' steps."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, text
from sqlalchemy.orm import aliased
from sqlmodel import col, func, not_, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ContactStep, StepKind

QUARTER_SECONDS = 900


class Quarter(NamedTuple):
    """One quarter hour of a day, for one kind of step."""

    day: str
    quarter: int
    """0 to 95, from midnight in Seoul."""
    kind: StepKind
    contacts: int
    wait_seconds: float
    """The average wait since the customers came."""


async def quarters(
    session: AsyncSession, days: Collection[tuple[datetime, datetime]]
) -> Sequence[Quarter]:
    """Return arrivals, first answers and 포기 of these days (from, exclusive until), by quarter hour."""
    step, earlier = ContactStep, aliased(ContactStep)
    local = func.timezone('Asia/Seoul', col(step.at))
    day = func.to_char(local, text("'YYYY-MM-DD'"))
    second = func.extract('epoch', local - func.date_trunc(text("'day'"), local))
    quarter: Any = func.floor(second / QUARTER_SECONDS)
    was_taken = (
        select(col(earlier.id))
        .where(
            col(earlier.contact_id) == col(step.contact_id),
            col(earlier.id) < col(step.id),
            col(earlier.kind) == StepKind.TAKEN,
        )
        .exists()
    )
    waited = func.avg(func.extract('epoch', col(step.at) - col(step.came_at)))
    columns: tuple[Any, ...] = (day, quarter, col(step.kind), func.count(), waited)
    statement: Any = (
        select(*columns)
        .where(
            or_(*(and_(col(step.at) >= begin, col(step.at) < end) for begin, end in days)),
            or_(
                col(step.kind) == StepKind.CREATED,
                and_(col(step.kind).in_((StepKind.TAKEN, StepKind.ABANDONED)), not_(was_taken)),
            ),
        )
        .group_by(text('1, 2, 3'))
    )  # fmt: skip
    return [
        Quarter(row[0], int(row[1]), StepKind(row[2]), row[3], float(row[4] or 0))
        for row in (await session.exec(statement)).all()
    ]
