"""Keeps the rollups: computes the lines of contacts about which a fact was stored.

A trigger marks a contact in the transaction that stores the fact. The mark is removed in the transaction that computes
the contact's lines from all facts that are visible then, so that no fact is missed, however late it is stored.
"""

import asyncio
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk.db import Database
from desk.errors import DeskError
from services.reports import rollup_queries as queries
from services.reports.counting import counted

log = structlog.get_logger()

BATCH = 100
"""The most contacts computed in one transaction; other tasks get their turn between two contacts."""
REST_SECONDS = 5.0
"""How often a process looks for changes while nobody reads a report."""
GATHER_SECONDS = 1.0
"""The pause while contacts change: a longer one would leave so many that messages wait for their computation."""


class Rollups:
    """The rollups behind all reports."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def follow(self) -> None:
        """Compute what changed, until cancelled."""
        while True:
            try:
                found = await self._compute()
            except (SQLAlchemyError, DeskError):
                log.warning('rollups_not_computed', exc_info=True)
                found = 0
            if (
                found < BATCH
            ):  # on a busy floor some contact always changed: its facts are counted together
                await asyncio.sleep(REST_SECONDS)

    async def catch_up(self, *, seconds: float) -> int:
        """Compute what changed, for at most so long; return how many contacts are left."""
        deadline = time.monotonic() + seconds
        while await self._compute():
            if time.monotonic() > deadline:
                async with self._db.reading() as session:
                    return await queries.waiting(session)
        return 0

    async def _compute(self) -> int:
        async with self._db.reading() as session:
            if not await queries.is_any_waiting(session):
                return 0
        async with self._db.transaction() as session:
            await queries.hold_rollups(session)
            ids = await queries.take_changed(session, limit=BATCH)
            found = await queries.facts_of(session, ids)
            seconds = await queries.seconds_on(session, found)
            lines = []
            for facts in found:
                lines += counted(facts, seconds)
                await asyncio.sleep(0)
            await queries.replace_lines(session, ids, lines)
        return len(ids)
