"""Queries for wrap-ups (후처리)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, true
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from models import (
    Agent,
    Call,
    Channel,
    ChatSession,
    ContactCategory,
    Customer,
    PastWrapUp,
    WrapUp,
)
from services.contacts.access import reader_values, visible_to, within_reach_bound
from services.contacts.category_names import path_names
from services.contacts.category_queries import ids_below
from services.contacts.wrap_up_view import WrapUpView

MOST_LEFT = 100
"""The most of those without an agent that are listed."""


async def of_contact(
    session: AsyncSession, contact_id: UUID, *, lock: bool = False
) -> WrapUp | None:
    """Return the 후처리 of a chat or call, locked until the transaction ends if asked."""
    statement = select(WrapUp).where(col(WrapUp.contact_id) == contact_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    return (await session.exec(statement)).first()


async def past_of(session: AsyncSession, contact_id: UUID) -> Sequence[PastWrapUp]:
    """Return the 후처리 of the earlier ends of a contact that was reopened, oldest first."""
    statement = select(PastWrapUp).where(col(PastWrapUp.contact_id) == contact_id)
    return (await session.exec(statement.order_by(col(PastWrapUp.created_at)))).all()


async def views(session: AsyncSession, contact_ids: Collection[UUID]) -> dict[UUID, WrapUpView]:
    """Return the 후처리 of these contacts, by contact."""
    if not contact_ids:
        return {}
    found = (await session.exec(_views(), params={'ids': list(contact_ids)})).all()
    return {
        row.contact_id: WrapUpView.of(
            row, path_names([pair for pair in zip(line[::2], line[1::2], strict=True) if pair[0]])
        )
        for row, *line in found
    }


@cache
def _views() -> Any:
    leaf, middle, root = (aliased(ContactCategory) for _ in range(3))
    names = [name for node in (root, middle, leaf) for name in (node.name, node.name_en)]
    columns: list[Any] = [WrapUp, *names]
    statement: Any = (
        select(*columns)
        .outerjoin(leaf, col(leaf.id) == col(WrapUp.category_id))
        .outerjoin(middle, col(middle.id) == col(leaf.parent_id))
        .outerjoin(root, col(root.id) == col(middle.parent_id))
        .where(col(WrapUp.contact_id) == any_(bindparam('ids', type_=ARRAY(Uuid))))
    )
    return built_once(statement)


def contacts_with(*, category_id: UUID | None, needs_follow_up: bool) -> Any:
    """Select contacts whose 후처리 has a category at or below this one, needs a follow-up, or both."""
    statement = select(col(WrapUp.contact_id))
    if category_id is not None:
        statement = statement.where(col(WrapUp.category_id).in_(ids_below(category_id)))
    if needs_follow_up:
        statement = statement.where(col(WrapUp.needs_follow_up))
    return statement


async def seen_contact(
    session: AsyncSession, agent: Agent, contact_id: UUID
) -> ChatSession | Call | None:
    """Return a chat or call that the agent may see."""
    tables: tuple[type[ChatSession] | type[Call], ...] = (ChatSession, Call)
    for table in tables:
        statement: Any = select(table).where(col(table.id) == contact_id, visible_to(agent, table))
        found: ChatSession | Call | None = (await session.exec(statement)).first()
        if found is not None:
            return found
    return None


async def open_of(session: AsyncSession, agent_id: UUID) -> Sequence[WrapUp]:
    """Return an agent's unfinished 후처리, oldest first."""
    return (await session.exec(_open_of(), params={'agent_id': agent_id})).all()


@cache
def _open_of() -> SelectOfScalar[WrapUp]:
    statement = select(WrapUp).where(
        col(WrapUp.agent_id) == bindparam('agent_id', type_=Uuid()),
        col(WrapUp.done_at).is_(None),
        col(WrapUp.left_at).is_(None),
    )
    return built_once(statement.order_by(col(WrapUp.created_at)))


async def locked_open_of(session: AsyncSession, agent_id: UUID) -> Sequence[WrapUp]:
    """Return an agent's unfinished 후처리, locked in one order."""
    statement = (
        select(WrapUp)
        .where(
            col(WrapUp.agent_id) == agent_id,
            col(WrapUp.done_at).is_(None),
            col(WrapUp.left_at).is_(None),
        )
        .order_by(col(WrapUp.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def left_within(session: AsyncSession, agent: Agent) -> Sequence[tuple[WrapUp, str]]:
    """Return the unfinished 후처리 whose agent works here no more, of departments in a person's reach, longest first.

    Each with its customer's name; empty for a caller whom nobody knows.
    """
    statement = _left_within(reaches_all=agent.reach is None)
    found = (await session.exec(statement, params=reader_values(agent))).all()
    return [(row, given) for row, given in found]


@cache
def _left_within(*, reaches_all: bool) -> Any:
    department = func.coalesce(col(ChatSession.department), col(Call.department))
    name = func.coalesce(col(ChatSession.visitor_name), col(Customer.name), '')
    statement: Any = (
        select(WrapUp, name)
        .outerjoin(ChatSession, col(ChatSession.id) == col(WrapUp.contact_id))
        .outerjoin(Call, col(Call.id) == col(WrapUp.contact_id))
        .outerjoin(Customer, col(Customer.id) == col(Call.customer_id))
        .where(col(WrapUp.done_at).is_(None), col(WrapUp.left_at).is_not(None))
        .where(true() if reaches_all else within_reach_bound(department))
        .order_by(col(WrapUp.left_at), col(WrapUp.created_at), col(WrapUp.id))
        .limit(MOST_LEFT)
    )
    return built_once(statement)


async def overdue(session: AsyncSession, at: datetime, *, limit: int) -> Sequence[WrapUp]:
    """Return the unfinished 후처리 past their time limit, longest overdue first."""
    statement = (
        select(WrapUp)
        .where(col(WrapUp.done_at).is_(None), col(WrapUp.limit_at) <= at)
        .order_by(col(WrapUp.limit_at))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def contact_of(session: AsyncSession, wrap_up: WrapUp) -> ChatSession | Call | None:
    """Return the chat or call of a 후처리."""
    kind: type[ChatSession] | type[Call] = ChatSession if wrap_up.channel is Channel.CHAT else Call
    return await session.get(kind, wrap_up.contact_id)
