"""Queries for the inbox's lists, by keyset: a page costs the same wherever it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, text, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from models import Agent, ChatSession, ChatStatus
from models.chat import OPEN_STATUSES
from services.chats.inbox_view import MAX_COUNT, WHOLE, InboxFilter, Scope, Tab
from services.chats.queries import chats_of
from services.contacts.access import within_reach

"""Counts stop here: agents act the same for 1,000 and 1,001, and counting is costly."""


_awaiting = func.coalesce(col(ChatSession.awaiting_since), text("'infinity'::timestamptz"))


def _status(tab: Tab) -> ColumnElement[bool]:
    return {
        Tab.WAITING: col(ChatSession.status) == ChatStatus.WAITING,
        Tab.OPEN: col(ChatSession.status).in_(OPEN_STATUSES),
        Tab.CLOSED: col(ChatSession.status) == ChatStatus.CLOSED,
    }[tab]


def _within(agent: Agent, tab: Tab, scope: Scope) -> SelectOfScalar[ChatSession]:
    """Select the list that ``inbox_view.belongs`` describes; the narrower conditions fit the indexes."""
    statement = chats_of(agent).where(_status(tab))
    if scope is Scope.MINE and tab is not Tab.WAITING:
        return statement.where(col(ChatSession.agent_id) == agent.id)
    return statement.where(within_reach(agent, col(ChatSession.department)))


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
    moment: Any = {
        Tab.WAITING: col(ChatSession.start_time),
        Tab.OPEN: _awaiting,
        Tab.CLOSED: col(ChatSession.end_time),
    }[tab]
    key, chat_id = moment, col(ChatSession.id)
    statement = _narrowed(_within(agent, tab, scope), only)
    if after is not None:
        place = tuple_(
            literal(after[0]) if after[0] else text("'infinity'::timestamptz"), literal(after[1])
        )
        here = tuple_(key, chat_id)
        statement = statement.where(here < place if tab is Tab.CLOSED else here > place)
    order = (key.desc(), chat_id.desc()) if tab is Tab.CLOSED else (key, chat_id)
    return (await session.exec(statement.order_by(*order).limit(limit))).all()


async def count(session: AsyncSession, agent: Agent, tab: Tab, scope: Scope) -> int:
    """Count a tab's chats, up to ``MAX_COUNT``."""
    some = (
        _within(agent, tab, scope)
        .with_only_columns(col(ChatSession.id))
        .limit(MAX_COUNT)
        .subquery()
    )
    return (await session.exec(select(func.count()).select_from(some))).one()
