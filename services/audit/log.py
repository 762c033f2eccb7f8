"""The audit log as it is read: by administrators, and by whoever asks whether it is whole."""

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
    """Some entries, newest first."""

    entries: Sequence[AuditEntry]
    names: dict[UUID, str]
    """What the people in them are called, and the customers' numbers: names of customers are none of the log's."""
    is_last: bool


class AuditLog:
    """What was done to whose data."""

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

    async def subject(self, agent: Agent, typed: str) -> UUID | None:
        """Return the id that people mean by a number: of a customer (``C-0000001``), or an id or how it begins (``1a2b3c4d``).

        Nothing when nobody has it. Raises ``NotAllowedError`` as ``newest``.
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
        """Yield how far the log is whole, after each batch and at the end; what is known already is not read again.

        Args:
            anew: look at all of it, whatever is known.
        """
        return self._watch.look_through(anew=anew)

    async def is_guarded(self) -> bool:
        """Whether the desk's own role can do nothing to the log but add to it."""
        async with self._db.reading() as session:
            return not await queries.may_be_changed(session)

    async def verified(self, kept: Head | None = None) -> Chain:
        """Return whether the whole log is what was written, and as long as when ``kept`` was its head."""
        *_, chain = [chain async for chain in self.chain(anew=True)]
        if kept is None:
            return chain
        async with self._db.reading() as session:
            entries = await queries.sealed_after(session, kept.id - 1, limit=1)
        return chain.against(kept, entries)


def _check(agent: Agent) -> None:
    if agent.role is not AgentRole.ADMIN:
        raise NotAllowedError('audit.admins_only')
