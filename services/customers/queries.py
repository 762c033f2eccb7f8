"""Customers on record, as rows."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, tuple_, union
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from models import Agent, ChatSession, Customer, CustomerChange, CustomerStatus, RiskLevel
from services.chats.queries import chats_of
from services.contacts.access import visible_to
from services.search.phone_queries import is_first, is_further

MAX_MERGES = 100
"""Through so many merges one after the other a record is followed."""

ROWS_LOCK = 32335
"""The first half of the advisory locks of ``one_at_a_time``: locks by two numbers and by one do not meet."""


def current() -> SelectOfScalar[Customer]:
    """Select the records to work with: neither merged into another nor deleted on request."""
    return select(Customer).where(
        col(Customer.merged_into_id).is_(None), col(Customer.erased_at).is_(None)
    )


async def by_id(session: AsyncSession, customer_id: UUID) -> Customer | None:
    """Return one record, whatever became of it."""
    return await session.get(Customer, customer_id)


async def by_ids(session: AsyncSession, customer_ids: Collection[UUID]) -> Sequence[Customer]:
    """Return the records to work with among these, the latest changed first."""
    statement = current().where(col(Customer.id).in_(customer_ids))
    return (await session.exec(statement.order_by(col(Customer.updated_at).desc()))).all()


async def following_merges(session: AsyncSession, customer_id: UUID) -> Customer | None:
    """Return the record that an id leads to: the one itself, or the one that it became part of."""
    way = (
        select(col(Customer.id), col(Customer.merged_into_id), literal(0).label('steps'))
        .where(col(Customer.id) == customer_id)
        .cte('way', recursive=True)
    )
    step: Any = select(col(Customer.id), col(Customer.merged_into_id), way.c.steps + 1)
    way = way.union_all(
        step.join(way, col(Customer.id) == way.c.merged_into_id).where(way.c.steps < MAX_MERGES)
    )
    last = select(way.c.id).where(way.c.merged_into_id.is_(None))
    return (await session.exec(select(Customer).where(col(Customer.id).in_(last)))).first()


async def locked(session: AsyncSession, customer_ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Return records by id, locked until the transaction ends: nobody changes them, or links anything to them."""
    statement = (
        select(Customer)
        .where(col(Customer.id).in_(customer_ids))
        .order_by(col(Customer.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in (await session.exec(statement)).all()}


async def held(session: AsyncSession, customer_id: UUID) -> Customer | None:
    """Return one record, which is neither merged nor erased until the transaction ends."""
    statement = (
        select(Customer)
        .where(col(Customer.id) == customer_id)
        .with_for_update(read=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).first()


async def one_at_a_time(session: AsyncSession, row_id: UUID) -> None:
    """Let whoever makes a row of this id wait until this transaction ends: told twice at once, it is made once."""
    await session.exec(select(func.pg_advisory_xact_lock(ROWS_LOCK, func.hashtext(str(row_id)))))


async def by_phone(session: AsyncSession, phone: str, *, limit: int) -> Sequence[Customer]:
    """Return customers with this number, the first of theirs or another, the latest changed first."""
    having = union(
        select(col(Customer.id)).where(is_first(phone)),
        select(col(Customer.id)).where(is_further([phone])),
    )
    statement = current().where(col(Customer.id).in_(having))
    return (
        await session.exec(statement.order_by(col(Customer.updated_at).desc()).limit(limit))
    ).all()


async def latest(
    session: AsyncSession, after: tuple[datetime, UUID] | None, *, limit: int
) -> Sequence[Customer]:
    """Return those who had contact, the latest first, behind a place."""
    at = col(Customer.last_contact_at)
    statement = current().where(at.is_not(None))
    if after:
        place = tuple_(literal(after[0]), literal(after[1]))
        statement = statement.where(at <= after[0], tuple_(at, col(Customer.id)) < place)
    order = (at.desc().nulls_last(), col(Customer.id).desc())
    return (await session.exec(statement.order_by(*order).limit(limit))).all()


async def never_met(session: AsyncSession, after: UUID | None, *, limit: int) -> Sequence[Customer]:
    """Return those without any contact, the latest registered first, behind one of them."""
    statement = current().where(col(Customer.last_contact_at).is_(None))
    if after:
        number = select(col(Customer.number)).where(col(Customer.id) == after).scalar_subquery()
        statement = statement.where(col(Customer.number) < number)
    return (await session.exec(statement.order_by(col(Customer.number).desc()).limit(limit))).all()


async def changes_since(
    session: AsyncSession, customer_id: UUID, version: int
) -> list[tuple[CustomerChange, Agent | None]]:
    """Return what changed in a record after a version, the oldest first, and who changed it."""
    statement = (
        select(CustomerChange, Agent)
        .outerjoin(Agent, col(Agent.id) == col(CustomerChange.agent_id))
        .where(
            col(CustomerChange.customer_id) == customer_id, col(CustomerChange.version) > version
        )
        .order_by(col(CustomerChange.version))
    )
    return [(change, agent) for change, agent in (await session.exec(statement)).all()]


async def careful_about(
    session: AsyncSession, customer_ids: Collection[UUID]
) -> list[tuple[UUID, CustomerStatus, RiskLevel]]:
    """Return those of these customers who are blocked or of high risk."""
    columns = (col(Customer.id), col(Customer.status), col(Customer.risk_level))
    statement = select(*columns).where(
        col(Customer.id).in_(customer_ids),
        or_(
            col(Customer.status) == CustomerStatus.BLOCKED,
            col(Customer.risk_level) == RiskLevel.HIGH,
        ),
    )
    return [(one, status, risk) for one, status, risk in (await session.exec(statement)).all()]


async def chats_with(
    session: AsyncSession, agent: Agent, customer_id: UUID, *, limit: int
) -> Sequence[ChatSession]:
    """Return the customer's chats that the agent may see, newest first."""
    statement = chats_of(agent).where(col(ChatSession.customer_id) == customer_id)
    return (
        await session.exec(statement.order_by(col(ChatSession.start_time).desc()).limit(limit))
    ).all()


async def count_chats_elsewhere(session: AsyncSession, agent: Agent, customer_id: UUID) -> int:
    """Return how many of the customer's chats the agent may not see."""
    theirs = col(ChatSession.customer_id) == customer_id
    return (
        await session.exec(
            select(func.count())
            .select_from(ChatSession)
            .where(theirs, visible_to(agent, ChatSession).is_not(True))
        )
    ).one()
