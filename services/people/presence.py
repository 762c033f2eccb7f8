"""Presence: an agent is reachable while a page or program of theirs is connected, in any process.

Each process records every few seconds which agents are connected to it. An agent of whom no process
has heard for a while gets 연결 끊김: a closed lid, a lost network, a dead tab and a killed process look
the same. Two tabs of one agent count once.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk import clock
from desk.errors import DeskError
from models import Agent, AgentStatus, StateCause
from services.people import state_queries as queries
from services.people.states import lift, locked_agent, settle, suspend
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

log = structlog.get_logger()

NOTE_SECONDS = 5.0
"""How often a process records its connected agents."""
GRACE = timedelta(seconds=30)
"""How long an agent must be unheard of before they get 연결 끊김."""


class Presence:
    """The agents connected to this process, and those connected to none."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db
        self._connected: Counter[UUID] = Counter()

    @contextmanager
    def connected(self, agent_id: UUID) -> Iterator[None]:
        """Count an agent as connected while the block runs."""
        self.come(agent_id)
        try:
            yield
        finally:
            self.go(agent_id)

    def come(self, agent_id: UUID) -> None:
        """Count one more connected page of an agent in this process."""
        self._connected[agent_id] += 1

    def go(self, agent_id: UUID) -> None:
        """Count one connected page less of an agent in this process."""
        self._connected[agent_id] -= 1
        if self._connected[agent_id] <= 0:
            del self._connected[agent_id]

    async def arrived(self, agent_id: UUID) -> None:
        """Record an agent at once, when a page of theirs has just connected."""
        await self._note([agent_id])

    async def follow(self) -> None:
        """Record connected agents and find unreachable ones, until cancelled."""
        while True:
            try:
                await self.note()
                await self.sweep()
            except (SQLAlchemyError, DeskError):
                log.warning('presence_not_noted', exc_info=True)
            await asyncio.sleep(NOTE_SECONDS)

    async def note(self) -> None:
        """Record the agents that are connected to this process now."""
        await self._note(list(self._connected))

    async def sweep(self) -> int:
        """Set unreachable agents to 연결 끊김; return how many."""
        async with self._db.reading() as session:
            silent = await queries.unheard_of(session, before=clock.now() - GRACE)
        for agent_id in silent:
            async with self._units.begin() as work:
                agent = await locked_agent(work, agent_id)
                if await self._is_still_silent(work, agent):
                    suspend(agent, AgentStatus.DISCONNECTED)
                    await settle(work, agent, StateCause.LINE_LOST)
        return len(silent)

    async def _note(self, agent_ids: list[UUID]) -> None:
        back = await queries.note_presence(self._db.statements, agent_ids, clock.now())
        for agent_id in back:
            async with self._units.begin() as work:
                agent = await locked_agent(work, agent_id)
                lift(agent, AgentStatus.DISCONNECTED)
                await settle(work, agent, StateCause.LINE_BACK)

    async def _is_still_silent(self, work: UnitOfWork, agent: Agent) -> bool:
        presence = await queries.presence_of(work.session, agent.id)
        return (
            presence is not None
            and presence.seen_at < clock.now() - GRACE
            and agent.suspended_as is None
            and agent.base_status is not AgentStatus.OFFLINE
        )
