"""Queries for agents' states and load.

The statements that each change of a contact runs are built once: building one costs as much as running it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, ScalarSelect, Uuid, any_, bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from desk.statement_pool import StatementPool
from models import (
    Agent,
    AgentPresence,
    AgentStatus,
    AwayReason,
    Call,
    ChatSession,
    ChatStatus,
    WrapUp,
)

READ_NOW = {'populate_existing': True}
"""An execution option: a row that the session knows already is read again."""


@dataclass(frozen=True, slots=True)
class Load:
    """The contacts that use an agent's places. 보류 (on hold) frees its place."""

    chats: int = 0
    wrap_ups: int = 0
    offers: int = 0
    calls: int = 0
    """Calls in progress; they use no chat place."""

    @property
    def total(self) -> int:
        """The number of places in use."""
        return self.chats + self.wrap_ups + self.offers

    @property
    def contacts(self) -> int:
        """The number of contacts, including unfinished 후처리."""
        return self.chats + self.wrap_ups + self.calls


_IS_AMONG = col(Agent.id) == any_(bindparam('agent_ids', type_=ARRAY(Uuid)))
_LOCKED = select(Agent).where(_IS_AMONG).order_by(col(Agent.id)).with_for_update(key_share=True)
_HELD = select(Agent.id).where(_IS_AMONG).order_by(col(Agent.id)).with_for_update(key_share=True)


async def locked_agents(session: AsyncSession, agent_ids: Collection[UUID]) -> dict[UUID, Agent]:
    """Return people by id, read now and locked until the transaction ends.

    Code that changes the use of places locks the agent's row first and the contact's second.
    """
    found = await session.exec(
        _LOCKED, params={'agent_ids': list(agent_ids)}, execution_options=READ_NOW
    )
    return {agent.id: agent for agent in found}


async def hold_agents(session: AsyncSession, agent_ids: Collection[UUID]) -> None:
    """Lock people as ``locked_agents`` does, without reading their rows."""
    await session.exec(_HELD, params={'agent_ids': list(agent_ids)})


def _count_of(owner: Any, *conditions: Any) -> ScalarSelect[int]:
    """Return the SQL expression for how many of an agent's rows meet these conditions."""
    counted = select(func.count()).where(owner == col(Agent.id), *conditions)
    return counted.correlate(Agent).scalar_subquery()


def _chats_held() -> ScalarSelect[int]:
    return _count_of(col(ChatSession.agent_id), col(ChatSession.status) == ChatStatus.ACTIVE)


def _wrap_ups_open() -> ScalarSelect[int]:
    return _count_of(
        col(WrapUp.agent_id), col(WrapUp.done_at).is_(None), col(WrapUp.left_at).is_(None)
    )


def _offers_ringing() -> ScalarSelect[int]:
    return _count_of(
        col(ChatSession.offered_agent_id), col(ChatSession.status) == ChatStatus.WAITING
    )


def places_in_use() -> ColumnElement[int]:
    """Return the SQL expression for an agent's number of places in use: ``Load.total``."""
    return _chats_held() + _wrap_ups_open() + _offers_ringing()


_LOADS = select(
    Agent.id,
    _chats_held(),
    _wrap_ups_open(),
    _offers_ringing(),
    _count_of(col(Call.agent_id), col(Call.end_time).is_(None), col(Call.answered_at).is_not(None)),
).where(_IS_AMONG)  # type: ignore[call-overload]  # five columns
"""Its four counts are the fields of ``Load``."""


async def loads_of(session: AsyncSession, agent_ids: Collection[UUID]) -> dict[UUID, Load]:
    """Return the load of these people."""
    rows = await session.exec(_LOADS, params={'agent_ids': list(agent_ids)})
    loads = {agent_id: Load(*counts) for agent_id, *counts in rows.all()}
    return {one: loads.get(one, Load()) for one in agent_ids}


async def reason_by_code(session: AsyncSession, code: str) -> AwayReason | None:
    """Return an away reason by its code."""
    return (await session.exec(select(AwayReason).where(col(AwayReason.code) == code))).first()


async def reasons(session: AsyncSession) -> Sequence[AwayReason]:
    """Return all away reasons, in their order."""
    return (await session.exec(_reasons())).all()


@cache
def _reasons() -> SelectOfScalar[AwayReason]:
    return built_once(select(AwayReason).order_by(col(AwayReason.position)))


_NOTE_PRESENCE = """
    WITH connected AS (
        SELECT id, suspended_as FROM agents WHERE id = ANY(%(agent_ids)s) ORDER BY id
    ), noted AS (
        INSERT INTO agent_presences (agent_id, seen_at) SELECT id, %(at)s FROM connected
        ON CONFLICT (agent_id) DO UPDATE SET seen_at = excluded.seen_at
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') AS suspended
    FROM connected WHERE suspended_as = %(disconnected)s
    """


async def note_presence(
    statements: StatementPool, agent_ids: Collection[UUID], at: datetime
) -> Sequence[UUID]:
    """Record that these people are connected; return those of them who have 연결 끊김."""
    if not agent_ids:
        return ()
    values = {
        'agent_ids': list(agent_ids),
        'at': at,
        'disconnected': AgentStatus.DISCONNECTED.value,
    }
    row = await statements.first(_NOTE_PRESENCE, values)
    suspended: Sequence[UUID] = row.suspended if row else ()
    return suspended


async def unheard_of(session: AsyncSession, *, before: datetime) -> Sequence[UUID]:
    """Return people who are not offline and unheard of since ``before``, longest first."""
    statement = (
        select(Agent.id)
        .join(AgentPresence, col(AgentPresence.agent_id) == col(Agent.id))
        .where(
            col(Agent.base_status) != AgentStatus.OFFLINE,
            col(Agent.suspended_as).is_(None),
            col(AgentPresence.seen_at) < before,
        )
        .order_by(col(AgentPresence.seen_at))
    )
    return (await session.exec(statement)).all()


async def presence_of(session: AsyncSession, agent_id: UUID) -> AgentPresence | None:
    """Return when any process last heard of an agent."""
    return await session.get(AgentPresence, agent_id)
