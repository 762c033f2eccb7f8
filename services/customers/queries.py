"""Queries for customers on record."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, bindparam, func, literal, tuple_, union
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from models import Agent, ChatSession, Customer, CustomerChange, CustomerStatus, RiskLevel
from services.chats.queries import chats_of
from services.contacts.access import visible_to
from services.search.phone_queries import (
    AFTER_EXTENSION,
    has_first,
    has_further,
)
from services.text.phone_numbers import EXTENSION

MAX_MERGES = 100
"""The longest chain of merges that is followed."""

ROWS_LOCK = 32335
"""The first key of ``one_at_a_time``'s advisory locks; locks with one key and with two never
collide."""


def current() -> SelectOfScalar[Customer]:
    """Select active records: neither merged into another nor erased."""
    return select(Customer).where(
        col(Customer.merged_into_id).is_(None), col(Customer.erased_at).is_(None)
    )


async def by_id(session: AsyncSession, customer_id: UUID) -> Customer | None:
    """Return one record, in any state."""
    return await session.get(Customer, customer_id)


async def by_ids(session: AsyncSession, customer_ids: Collection[UUID]) -> Sequence[Customer]:
    """Return the active records among these ids, latest changed first."""
    statement = current().where(col(Customer.id).in_(customer_ids))
    return (await session.exec(statement.order_by(col(Customer.updated_at).desc()))).all()


async def following_merges(session: AsyncSession, customer_id: UUID) -> Customer | None:
    """Return the record that an id leads to: itself, or the one that it was merged into."""
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
    """Return records by id, locked until the transaction ends against changes and new links."""
    statement = (
        select(Customer)
        .where(col(Customer.id).in_(customer_ids))
        .order_by(col(Customer.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in (await session.exec(statement)).all()}


async def held(session: AsyncSession, customer_id: UUID) -> Customer | None:
    """Return one record, locked against merging and erasure until the transaction ends."""
    statement = (
        select(Customer)
        .where(col(Customer.id) == customer_id)
        .with_for_update(read=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).first()


async def one_at_a_time(session: AsyncSession, row_id: UUID) -> None:
    """Serialise creations of a row with this id, so that a repeated request creates it once."""
    await session.exec(select(func.pg_advisory_xact_lock(ROWS_LOCK, func.hashtext(str(row_id)))))


async def by_phone(session: AsyncSession, phone: str, *, limit: int) -> Sequence[Customer]:
    """Return customers with this number, main or other, latest changed first."""
    values = {
        'number': phone,
        'extended': phone + EXTENSION,
        'after': phone + AFTER_EXTENSION,
        'numbers': [phone],
        'most': limit,
    }
    return (await session.exec(_by_phone(), params=values)).all()


@cache
def _by_phone() -> SelectOfScalar[Customer]:
    first = has_first(bindparam('number'), bindparam('extended'), bindparam('after'))
    further = has_further(bindparam('numbers', type_=ARRAY(Text)))
    having = union(select(col(Customer.id)).where(first), select(col(Customer.id)).where(further))
    newest = col(Customer.updated_at).desc()
    statement = current().where(col(Customer.id).in_(having)).order_by(newest)
    return built_once(statement.limit(bindparam('most', type_=Integer())))


async def latest(
    session: AsyncSession, after: tuple[datetime, UUID] | None, *, limit: int
) -> Sequence[Customer]:
    """Return customers with contacts, latest contact first, after a place."""
    at = col(Customer.last_contact_at)
    statement = current().where(at.is_not(None))
    if after:
        place = tuple_(literal(after[0]), literal(after[1]))
        statement = statement.where(at <= after[0], tuple_(at, col(Customer.id)) < place)
    order = (at.desc().nulls_last(), col(Customer.id).desc())
    return (await session.exec(statement.order_by(*order).limit(limit))).all()


async def never_met(session: AsyncSession, after: UUID | None, *, limit: int) -> Sequence[Customer]:
    """Return customers without contacts, latest registered first, after one of them."""
    statement = current().where(col(Customer.last_contact_at).is_(None))
    if after:
        number = select(col(Customer.number)).where(col(Customer.id) == after).scalar_subquery()
        statement = statement.where(col(Customer.number) < number)
    return (await session.exec(statement.order_by(col(Customer.number).desc()).limit(limit))).all()


async def changes_since(
    session: AsyncSession, customer_id: UUID, version: int
) -> list[tuple[CustomerChange, Agent | None]]:
    """Return the changes of a record after a version, oldest first, with their authors."""
    statement = (
        select(CustomerChange, Agent)
        .outerjoin(Agent, col(Agent.id) == col(CustomerChange.agent_id))
        .where(
            col(CustomerChange.customer_id) == customer_id, col(CustomerChange.version) > version
        )
        .order_by(col(CustomerChange.version))
    )
    return [(change, agent) for change, agent in (await session.exec(statement)).all()]


async def blocks_over(session: AsyncSession, at: datetime, limit: int) -> list[UUID]:
    """Return the customers whose block has ended by then; a merged one's is its own again once it is parted."""
    statement = select(Customer.id).where(
        col(Customer.blocked_until) <= at,
        col(Customer.status) == CustomerStatus.BLOCKED,
        col(Customer.merged_into_id).is_(None),
    )
    return list((await session.exec(statement.order_by(col(Customer.blocked_until)).limit(limit))).all())  # fmt: skip


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
