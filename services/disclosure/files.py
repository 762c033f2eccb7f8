"""Makes a customer's file on request (개인정보 보호법 35조), for supervisors and administrators, with a reason.

A file is not stored: it goes to its reader while it is read, so that an erasure need not search files. It ends without
its last part when its reader loses their rights or the customer is erased meanwhile: a broken file is not taken for a
whole one. What it took stands in the audit log before its first byte, and how it ended after the last one.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID, uuid4

import anyio
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.errors import ConflictError, InvalidInputError, NotAllowedError
from models import Agent, AuditAction, Customer
from models.agent import AUTHORITY_FIELDS
from services.customers import queries as customer_queries
from services.customers.records import require_customer
from services.disclosure import queries
from services.disclosure.chapters import Chapters
from services.people import agent_queries
from services.text.masking import masked_wholly
from services.text.reasons import parse_why
from services.work.unit_of_work import UnitsOfWork

FAREWELL_SECONDS = 5


class FileFormat(StrEnum):
    """The format of a customer's file."""

    PDF = 'pdf'
    JSON = 'json'


class FileReason(StrEnum):
    """Why a file is made: 본인 요청, 법정대리인 요청, 수사·법원 등 법령에 따른 요청, 기타 (in free text)."""

    CUSTOMER = 'customer'
    REPRESENTATIVE = 'representative'
    LAW = 'law'
    OTHER = 'other'


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScope:
    """What a file holds, in numbers."""

    customer: Customer
    records: int
    chats: int
    lines: int
    calls: int
    notes: int


@dataclass(slots=True)
class CustomerFile:
    """One file that is being made."""

    scope: FileScope
    chapters: Chapters
    is_done: bool = False
    """Set by whoever has sent its last byte."""
    id: UUID = field(default_factory=uuid4)


class CustomerFiles:
    """Makes files about customers."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def scope(self, agent: Agent, customer_id: UUID) -> FileScope:
        """Return what a file would hold.

        Raises:
            NotAllowedError: neither a supervisor nor an administrator, or some contacts are of departments beyond reach.
            NotFoundError: the customer does not exist, or is erased.
        """
        async with self._db.reading() as session:
            _family, scope = await _scope(session, agent, customer_id)
        return scope

    @asynccontextmanager
    async def running(
        self,
        agent: Agent,
        customer_id: UUID,
        kind: FileFormat,
        reason: FileReason | None,
        why: str = '',
    ) -> AsyncIterator[CustomerFile]:
        """Make a file while the block runs; recorded in the audit log before and after.

        Args:
            agent: the person who makes it.
            customer_id: the customer.
            kind: the format, for the log.
            reason: the kind of reason.
            why: free text for ``FileReason.OTHER``; phone numbers, addresses and the customer's name in it are masked.

        Raises as ``scope``, and ``InvalidInputError``: the reason or its free text is missing, or the text is too long.
        """
        async with self._units.begin() as work:
            family, scope = await _scope(work.session, agent, customer_id)
            if reason is None:
                raise InvalidInputError('export.reason')
            why = parse_why(why, error_key='personal.why') if reason is FileReason.OTHER else ''
            chapters = Chapters(self._db, family, lambda session: _check(session, agent, family))
            file = CustomerFile(scope, chapters)
            details: dict[str, object] = {'file': str(file.id), 'format': kind.value}
            names = [one.name for one in family]
            work.record(
                agent, AuditAction.CUSTOMER_FILE_MADE, subject=scope.customer,
                reason=masked_wholly(why, *names), details={**details, 'reason': reason.value},
            )  # fmt: skip
        try:
            yield file
        finally:  # a reader who leaves cancels this task; how it ended is recorded nevertheless
            with anyio.move_on_after(FAREWELL_SECONDS, shield=True):
                async with self._units.begin() as work:
                    details |= {'end': 'done' if file.is_done else 'broken'}
                    work.record(agent, AuditAction.CUSTOMER_FILE_MADE, subject=scope.customer, details=details)  # fmt: skip


async def _scope(
    session: AsyncSession, agent: Agent, customer_id: UUID
) -> tuple[Sequence[Customer], FileScope]:
    if not agent.is_supervisor:
        raise NotAllowedError('customer.file_not_allowed')
    customer = require_customer(await customer_queries.following_merges(session, customer_id))
    family = await queries.family_of(session, customer.id)
    ids = [one.id for one in family]
    if not agent.sees_everything and await queries.has_contacts_elsewhere(session, agent, ids):
        raise NotAllowedError('customer.file_reach')
    chats, lines, calls, notes = await queries.counts(session, ids)
    scope = FileScope(
        customer=customer, records=len(family), chats=chats, lines=lines, calls=calls, notes=notes
    )
    return family, scope


async def _check(session: AsyncSession, agent: Agent, family: Sequence[Customer]) -> None:
    """Raise ``ConflictError`` when the reader's rights changed, or the records are no longer one living customer."""
    now = await agent_queries.by_id(session, agent.id)
    is_same = now is not None and all(
        getattr(now, name) == getattr(agent, name) for name in AUTHORITY_FIELDS
    )
    current = await queries.family_of(session, family[0].id)
    ids = {one.id for one in current if one.erased_at is None}
    if not is_same or ids != {one.id for one in family}:
        raise ConflictError('customer.file_stopped')
