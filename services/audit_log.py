"""The audit log as it is read: by administrators, and by whoever asks whether it is whole."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from desk.db import Database
from desk.errors import NotAllowedError
from models import Agent, AgentRole, AuditEntry
from services import agent_queries
from services import audit_queries as queries
from services.audit_chain import Chain, Head
from services.audit_queries import AuditFilter

BATCH = 2_000
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Some entries, newest first."""

    entries: Sequence[AuditEntry]
    names: dict[UUID, str]
    """What the people in them are called, and the customers' numbers: names of customers are none of the log's."""
    is_last: bool


class AuditLog:
    """What was done to whose data."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def newest(
        self,
        agent: Agent,
        wanted: AuditFilter,
        *,
        before: int | None = None,
        limit: int = PAGE,
    ) -> AuditPage:
        """Return entries, newest first, before number ``before``. Raises ``NotAllowedError`` for all but administrators."""
        _check(agent)
        async with self._db.reading() as session:
            entries = await queries.newest(session, wanted, before=before, limit=limit)
            names = await queries.names_of(session, entries)
        return AuditPage(entries=entries, names=names, is_last=len(entries) < limit)

    async def people(self, agent: Agent) -> Sequence[Agent]:
        """Return everybody who may stand in the log, by sign-in name. Raises ``NotAllowedError`` as ``newest``."""
        _check(agent)
        async with self._db.reading() as session:
            return await agent_queries.everyone(session)

    async def look_through(self) -> AsyncIterator[Chain]:
        """Look at every entry from the first on; yield how far it is whole, after each batch and at the end."""
        chain = Chain()
        while True:
            async with self._db.reading() as session:
                entries = await queries.sealed_after(session, chain.head.id, limit=BATCH)
            chain = await asyncio.to_thread(chain.after, entries)
            yield chain
            if len(entries) < BATCH or not chain.is_whole:
                return

    async def verified(self, kept: Head | None = None) -> Chain:
        """Return whether the whole log is what was written, and as long as when ``kept`` was its head."""
        *_, chain = [chain async for chain in self.look_through()]
        if kept is None:
            return chain
        async with self._db.reading() as session:
            entries = await queries.sealed_after(session, kept.id - 1, limit=1)
        return chain.against(kept, entries)


def _check(agent: Agent) -> None:
    if agent.role is not AgentRole.ADMIN:
        raise NotAllowedError('audit.admins_only')
