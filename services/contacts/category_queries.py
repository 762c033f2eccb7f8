"""Queries for the tree of 상담 분류."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import Agent, ContactCategory, Queue
from services.contacts.access import within_reach

ARRANGING_LOCK = 7_311_043
"""A PostgreSQL advisory lock: nodes are arranged by one person at a time."""


async def all_of(session: AsyncSession, queue_id: UUID | None) -> Sequence[ContactCategory]:
    """Return the nodes of a queue and those that belong to all queues."""
    statement = select(ContactCategory).where(
        or_(col(ContactCategory.queue_id) == queue_id, col(ContactCategory.queue_id).is_(None))
    )
    return (await session.exec(statement)).all()


async def seen_by(session: AsyncSession, agent: Agent) -> Sequence[ContactCategory]:
    """Return the nodes of the queues in an agent's reach and those of all queues."""
    statement = select(ContactCategory)
    if not agent.sees_everything:
        own = select(col(Queue.id)).where(within_reach(agent, col(Queue.department)))
        of_all = col(ContactCategory.queue_id).is_(None)
        statement = statement.where(or_(of_all, col(ContactCategory.queue_id).in_(own)))
    return (await session.exec(statement)).all()


def ids_below(category_id: UUID) -> Any:
    """Select the ids of a node and of all below it: a tree has ``MAX_DEPTH`` levels."""
    child, grandchild = aliased(ContactCategory), aliased(ContactCategory)
    return union_all(
        select(col(ContactCategory.id)).where(col(ContactCategory.id) == category_id),
        select(col(child.id)).where(col(child.parent_id) == category_id),
        select(col(grandchild.id))
        .join(child, col(grandchild.parent_id) == col(child.id))
        .where(col(child.parent_id) == category_id),
    )


async def every(session: AsyncSession) -> Sequence[ContactCategory]:
    """Return the nodes of all queues."""
    return (await session.exec(select(ContactCategory))).all()


async def take_turns(session: AsyncSession) -> None:
    """Let no other transaction arrange nodes until this one ends: each locks several of them."""
    await session.exec(select(func.pg_advisory_xact_lock(ARRANGING_LOCK)))


async def siblings(session: AsyncSession, node: ContactCategory) -> Sequence[ContactCategory]:
    """Return the nodes below the same parent and of the same queue, in order, locked until the transaction ends."""
    parent, queue = col(ContactCategory.parent_id), col(ContactCategory.queue_id)
    statement = (
        select(ContactCategory)
        .where(
            parent.is_not_distinct_from(node.parent_id), queue.is_not_distinct_from(node.queue_id)
        )
        .order_by(col(ContactCategory.position), col(ContactCategory.created_at))
        .with_for_update(key_share=True)
    )
    return (await session.exec(statement)).all()


async def by_id(
    session: AsyncSession, category_id: UUID, *, lock: bool = False
) -> ContactCategory | None:
    """Return one node, locked until the transaction ends if asked."""
    return await session.get(
        ContactCategory, category_id, with_for_update=ROW_LOCK if lock else None,
        populate_existing=lock,
    )  # fmt: skip


async def has_children(session: AsyncSession, category_id: UUID) -> bool:
    """Whether a node has children."""
    statement = select(ContactCategory.id).where(col(ContactCategory.parent_id) == category_id)
    return (await session.exec(statement.limit(1))).first() is not None


async def next_position(session: AsyncSession, parent_id: UUID | None) -> int:
    """Return the position after the last child of a node."""
    parent = col(ContactCategory.parent_id)
    below = parent.is_(None) if parent_id is None else parent == parent_id
    statement = select(func.coalesce(func.max(col(ContactCategory.position)), 0)).where(below)
    return int((await session.exec(statement)).one()) + 1
