"""Queries for the inbox's lists, by keyset: a page costs the same wherever it is."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Uuid,
    bindparam,
    func,
    literal,
    or_,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import array
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from models import Agent, ChatSession, ChatStatus
from models.chat import OPEN_STATUSES
from services.chats.inbox_order import Scope, Tab, moment_in_sql
from services.chats.inbox_view import MAX_COUNT, WHOLE, InboxFilter
from services.contacts.access import (
    reach_values,
    reader_values,
    within_reach,
    within_reach_bound,
    within_reach_of,
)

_STATUS: dict[Tab, ColumnElement[bool]] = {
    Tab.WAITING: col(ChatSession.status) == ChatStatus.WAITING,
    Tab.OPEN: col(ChatSession.status).in_(OPEN_STATUSES),
    Tab.CLOSED: col(ChatSession.status) == ChatStatus.CLOSED,
}


def _belongs(agent: Agent, tab: Tab, scope: Scope) -> ColumnElement[bool]:
    """Return the condition for the list that ``inbox_view.belongs`` describes.

    Each is one half of ``access.visible_to``, so that it fits an index: own chats, or those within reach.
    """
    return _belongs_where(tab, scope, agent.id, within_reach(agent, col(ChatSession.department)))


def _belongs_where(
    tab: Tab, scope: Scope, agent_id: Any, is_reached: ColumnElement[bool]
) -> ColumnElement[bool]:
    if scope is Scope.MINE and tab is not Tab.WAITING:
        return _STATUS[tab] & _is_own(tab, agent_id, is_reached)
    return _STATUS[tab] & is_reached


def _is_own(tab: Tab, agent_id: Any, is_reached: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition for an agent's own chats: of open ones also those that they joined (함께 상담)."""
    has: ColumnElement[bool] = col(ChatSession.agent_id) == agent_id
    if tab is not Tab.OPEN:
        return has
    has_joined = col(ChatSession.joined_agent_ids).bool_op('@>')(array([agent_id], type_=Uuid()))
    return or_(has, has_joined & is_reached)


def _belongs_bound(tab: Tab, scope: Scope, *, sees_everything: bool) -> ColumnElement[bool]:
    """Return ``_belongs`` for a statement that is built once; it finds no order in an index."""
    is_reached = true() if sees_everything else within_reach_bound(col(ChatSession.department))
    return _belongs_where(tab, scope, bindparam('reader_id', type_=Uuid()), is_reached)


def _narrowed(
    statement: SelectOfScalar[ChatSession], only: InboxFilter
) -> SelectOfScalar[ChatSession]:
    if only.department is not None:
        statement = statement.where(col(ChatSession.department) == only.department)
    if only.status is not None:
        statement = statement.where(col(ChatSession.status) == only.status)
    return statement


async def page(  # noqa: PLR0913 - all of these select rows
    session: AsyncSession,
    agent: Agent,
    tab: Tab,
    scope: Scope,
    *,
    after: tuple[datetime | None, UUID] | None,
    limit: int,
    only: InboxFilter = WHOLE,
) -> Sequence[ChatSession]:
    """Return ``limit`` chats after a place (time or ``None`` for "answered", and id), in the tab's order."""
    if after is None and only == WHOLE:  # as a page asks when it is built
        values = {'reader_id': agent.id, 'most': limit, **reach_values(agent)}
        first = _first_page(tab, scope, None if agent.reach is None else len(agent.reach))
        return (await session.exec(first, params=values)).all()
    key, chat_id = moment_in_sql(tab, scope), col(ChatSession.id)
    statement = _narrowed(select(ChatSession).where(_belongs(agent, tab, scope)), only)
    if after is not None:
        place = tuple_(
            literal(after[0]) if after[0] else text("'infinity'::timestamptz"), literal(after[1])
        )
        here = tuple_(key, chat_id)
        statement = statement.where(here < place if tab is Tab.CLOSED else here > place)
    return (await session.exec(statement.order_by(*_order(tab, scope)).limit(limit))).all()


@cache
def _first_page(tab: Tab, scope: Scope, reached: int | None) -> SelectOfScalar[ChatSession]:
    is_reached = within_reach_of(reached, col(ChatSession.department))
    belongs = _belongs_where(tab, scope, bindparam('reader_id', type_=Uuid()), is_reached)
    ordered = select(ChatSession).where(belongs).order_by(*_order(tab, scope))
    return built_once(ordered.limit(bindparam('most', type_=Integer())))


def _order(tab: Tab, scope: Scope) -> tuple[Any, ...]:
    key, chat_id = moment_in_sql(tab, scope), col(ChatSession.id)
    return (key.desc(), chat_id.desc()) if tab is Tab.CLOSED else (key, chat_id)


async def counts(
    session: AsyncSession, agent: Agent, tabs: tuple[Tab, ...], scope: Scope
) -> dict[Tab, int]:
    """Count the chats of these tabs, each up to ``MAX_COUNT``."""
    statement = _counts(tabs, scope, sees_everything=agent.sees_everything)
    values = {'reader_id': agent.id, **reader_values(agent)}
    found = (await session.exec(statement, params=values)).one()
    return dict(zip(tabs, found if len(tabs) > 1 else (found,), strict=True))


@cache
def _counts(tabs: tuple[Tab, ...], scope: Scope, *, sees_everything: bool) -> Any:
    columns: list[Any] = []
    for tab in tabs:
        belongs = _belongs_bound(tab, scope, sees_everything=sees_everything)
        chats = select(ChatSession.id).where(belongs)
        some = chats.limit(MAX_COUNT).subquery()
        columns.append(select(func.count()).select_from(some).scalar_subquery().label(tab.value))
    return built_once(select(*columns))
