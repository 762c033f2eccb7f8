"""The audit log for its readers: administrators, and verification."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from desk.db import Database
from desk.errors import NotAllowedError
from models import Agent, AgentRole, AuditEntry
from services.audit import queries
from services.audit.chain import Chain, Head
from services.audit.filter import AuditFilter
from services.audit.scan import ChainWatch
from services.people import agent_queries
from services.text.terms import clean, parse_terms

PAGE = 100
_BEGUN_ID = re.compile('[0-9a-f]{8,32}')


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A page of entries, newest first."""

    entries: Sequence[AuditEntry]
    names: dict[UUID, str]
    """The names of people and the numbers of customers in the entries; the log never shows
    customers' names."""
    is_last: bool


class AuditLog:
    """The record of who did what to whose data."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._watch = ChainWatch(db)

    async def newest(
        self,
        agent: Agent,
        wanted: AuditFilter,
        *,
        before: int | None = None,
        limit: int = PAGE,
    ) -> AuditPage:
        """Return entries before number ``before``, newest first.

        Raises ``NotAllowedError`` unless an administrator asks.
        """
        _check(agent)
        async with self._db.reading() as session:
            entries = await queries.newest(session, wanted, before=before, limit=limit)
            names = await queries.names_of(session, entries)
        return AuditPage(entries=entries, names=names, is_last=len(entries) < limit)

    async def people(self, agent: Agent) -> Sequence[Agent]:
        """Return all people who may be in the log, by sign-in name. Raises ``NotAllowedError``."""
        _check(agent)
        async with self._db.reading() as session:
            return await agent_queries.everyone(session)

    async def subject(self, agent: Agent, typed: str) -> UUID | None:
        """Return the id for a typed customer number (``C-0000001``), id, or start of one (``1a2b3c4d``).

        ``None`` when there is none. Raises ``NotAllowedError`` as ``newest``.
        """
        _check(agent)
        typed = clean(typed)
        begun = typed.replace('-', '').lower()
        async with self._db.reading() as session:
            if (number := parse_terms(typed).number) is not None:
                return await queries.customer_id_of(session, number)
            if not _BEGUN_ID.fullmatch(begun):
                return None
            first, last = UUID(begun.ljust(32, '0')), UUID(begun.ljust(32, 'f'))
            return first if first == last else await queries.subject_between(session, first, last)

    def chain(self, *, anew: bool = False) -> AsyncIterator[Chain]:
        """Yield the verified chain after each batch and at the end; verified entries are not read again.

        Args:
            anew: verify the log from its beginning.
        """
        return self._watch.look_through(anew=anew)

    async def is_guarded(self) -> bool:
        """Whether the desk's database role can only add to the log."""
        async with self._db.reading() as session:
            return not await queries.may_be_changed(session)

    async def verified(self, kept: Head | None = None) -> Chain:
        """Return the chain of the whole log, compared with ``kept`` as an earlier head."""
        *_, chain = [chain async for chain in self.chain(anew=True)]
        if kept is None:
            return chain
        async with self._db.reading() as session:
            entries = await queries.sealed_after(session, kept.id - 1, limit=1)
        return chain.against(kept, entries)


def _check(agent: Agent) -> None:
    if agent.role is not AgentRole.ADMIN:
        raise NotAllowedError('audit.admins_only')
