"""The records of cases, for supervisors: read, printed, and what follows for the customer. Each reading is in the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import (
    Agent,
    Announcement,
    AuditAction,
    BarredPair,
    Channel,
    FloorAlert,
    ProtectionCase,
    ProtectionEvidence,
    ProtectionFile,
    ProtectionStep,
    ProtectionStepKind,
)
from services.contacts import queue_queries
from services.contacts.access import require_supervisor
from services.customers.fields import CustomerFields
from services.customers.phone_lookup import PhoneLookup
from services.customers.records import CustomerRecords
from services.customers.restricting import Restrictions
from services.people import agent_queries
from services.people.events import RoutingNeeded
from services.protection import file_queries, queries
from services.protection.steps import add_step, record, tell
from services.text.reasons import parse_why
from services.work.cursors import Position
from services.work.unit_of_work import UnitsOfWork

PAGE = 50
MAX_PAGE = 100


class RecordReason(StrEnum):
    """Why a record is made: 본인(상담원) 요청, 노무·안전보건 업무, 수사·법원 등 법령에 따른 요청, 기타 (in free text)."""

    AGENT = 'agent'
    SAFETY = 'safety'
    LAW = 'law'
    OTHER = 'other'


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case in the list of records."""

    case: ProtectionCase
    agent_name: str
    alert: FloorAlert | None
    taken_by: str
    """Which supervisor took the alert; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """Everything about a case."""

    case: ProtectionCase
    names: Mapping[UUID, str]
    """The people who acted, by id."""
    queue: str
    steps: Sequence[ProtectionStep]
    evidence: ProtectionEvidence | None
    files: Sequence[ProtectionFile]
    announcement: Announcement | None
    pair: BarredPair | None

    def name(self, agent_id: UUID | None) -> str:
        """Return the name of who acted; empty for the desk itself."""
        return self.names.get(agent_id, '') if agent_id else ''


class ProtectionRecords:
    """Cases within a supervisor's reach; agents get ``NotAllowedError``."""

    def __init__(
        self,
        units: UnitsOfWork,
        restrictions: Restrictions,
        customers: CustomerRecords,
        phones: PhoneLookup,
    ) -> None:
        self._units = units
        self._db = units.db
        self._restrictions = restrictions
        self._customers = customers
        self._phones = phones

    async def page(
        self, by: Agent, *, before: Position | None = None, limit: int = PAGE
    ) -> list[CaseRow]:
        """Return cases, newest first, after a place, at most ``MAX_PAGE``."""
        require_supervisor(by)
        async with self._db.reading() as session:
            cases = await queries.page(session, by, before, min(limit, MAX_PAGE))
            alerts = await queries.alerts(session, [one.id for one in cases])
            takers = [one.taken_by_id for one in alerts.values() if one.taken_by_id]
            names = await agent_queries.named(session, [*{*(one.agent_id for one in cases), *takers}])  # fmt: skip
        return [_row(one, alerts.get(one.id), names) for one in cases]

    async def record(self, by: Agent, case_id: UUID) -> CaseRecord:
        """Return a case with its evidence; that it was read is recorded. Raises ``NotFoundError``."""
        async with self._units.begin() as work:
            case = await _seen(work.session, by, case_id)
            found = await _whole(work.session, case)
            record(work, by, AuditAction.PROTECTION_READ, case)
        return found

    async def make(
        self, by: Agent, case_id: UUID, reason: RecordReason | None, why: str = ''
    ) -> CaseRecord:
        """Return a case for the document that the law asks for, with the reason in the audit log and among its steps.

        Raises as ``record``, and ``InvalidInputError``: the reason or its free text is missing.
        """
        require_supervisor(by)
        if reason is None:
            raise InvalidInputError('export.reason')
        why = parse_why(why, error_key='personal.why') if reason is RecordReason.OTHER else ''
        async with self._units.begin() as work:
            case = await _seen(work.session, by, case_id)
            add_step(work, case, ProtectionStepKind.RECORD_MADE, by, words=reason.value)
            record(
                work, by, AuditAction.PROTECTION_RECORD_MADE, case, reason=why, given=reason.value
            )
            await work.session.flush()
            return await _whole(work.session, case)

    async def lift_pair(self, by: Agent, case_id: UUID, why: str) -> None:
        """Let customer and agent be brought together again; again changes nothing.

        Raises as ``record``, and ``InvalidInputError`` without a reason.
        """
        require_supervisor(by)
        reason = parse_why(why, error_key='personal.why')
        async with self._units.begin() as work:
            case = await _seen(work.session, by, case_id)
            pair = await queries.pair(work.session, case.id, lock=True)
            if pair is None or pair.lifted_at is not None:
                return
            pair.lifted_at, pair.lifted_by_id = clock.now(), by.id
            work.session.add(pair)
            add_step(work, case, ProtectionStepKind.UNBARRED, by)
            record(work, by, AuditAction.PROTECTION_PAIR_LIFTED, case, reason=reason)
            work.tell(RoutingNeeded())
            await tell(work, case)

    async def restrict(self, by: Agent, case_id: UUID, days: int, why: str) -> datetime | None:
        """Restrict the customer of a case for some days; return until when.

        The linked customer; in a call also the only one with its number. A number of nobody on record is put on record,
        so that it can be restricted. A number typed in a chat proves nothing: its owner is not restricted by it.

        Raises as ``record`` and ``Restrictions.restrict``, and ``ConflictError``: nobody knows which customer it is.
        """
        require_supervisor(by)
        async with self._db.reading() as session:
            case = await _seen(session, by, case_id)
        customer_id = case.customer_id or await self._customer_of(by, case)
        restricted = await self._restrictions.restrict(by, customer_id, days, why)
        async with self._units.begin() as work:
            case = await _seen(work.session, by, case_id, lock=True)
            case.customer_id, case.restricted_until = restricted.id, restricted.blocked_until
            add_step(work, case, ProtectionStepKind.RESTRICTED, by, words=str(days))
            await tell(work, case)
        return restricted.blocked_until

    async def release(self, by: Agent | None, case_id: UUID) -> None:
        """Lift the restriction that a case led to. Raises as ``record``; again changes nothing."""
        async with self._units.begin() as work:
            found = await queries.case(work.session, case_id, lock=True)
            case = await _seen(work.session, by, case_id) if by else found
            if case is None or case.restricted_until is None:
                return
            case.restricted_until = None
            add_step(work, case, ProtectionStepKind.RELEASED, by)
            await tell(work, case)
            customer_id = case.customer_id
        if customer_id is not None and by is not None:
            await self._restrictions.release(by, customer_id)

    async def release_due(self) -> int:
        """Lift the restrictions whose time is over, whoever set them; return how many."""
        due = await self._restrictions.release_due()
        async with self._db.reading() as session:
            over = await queries.restricted_before(session, clock.now())
        for case_id in over:
            await self.release(None, case_id)
        return len(due)

    async def _customer_of(self, by: Agent, case: ProtectionCase) -> UUID:
        """Return whom to restrict where no customer is linked. Raises ``ConflictError``."""
        if not case.phone:
            raise ConflictError('protection.whom')
        found = await self._phones.customers(case.phone, limit=2)
        if len(found) == 1 and case.channel is Channel.CALL:
            return found[0].id
        if found:
            raise ConflictError('protection.whom')
        fields = CustomerFields(name=case.customer_name or case.phone, phones=(case.phone,))
        return (await self._customers.create(by, fields)).id


async def _seen(
    session: AsyncSession, by: Agent, case_id: UUID, *, lock: bool = False
) -> ProtectionCase:
    """Return a case within a supervisor's reach. Raises ``NotAllowedError`` and ``NotFoundError``."""
    require_supervisor(by)
    case = await queries.case(session, case_id, lock=lock)
    if case is None or not by.reaches(case.department):
        raise NotFoundError('protection.not_found')
    return case


async def _whole(session: AsyncSession, case: ProtectionCase) -> CaseRecord:
    steps = await queries.steps(session, case.id)
    people = {case.agent_id, *(one.by_id for one in steps if one.by_id)}
    queue = await queue_queries.by_id(session, case.queue_id) if case.queue_id else None
    number = case.announcement_id
    return CaseRecord(
        case=case,
        names=await agent_queries.named(session, list(people)),
        queue=queue.name if queue else '',
        steps=steps,
        evidence=await queries.evidence(session, case.id),
        files=await file_queries.files(session, case.id),
        announcement=await queries.announcement(session, number) if number else None,
        pair=await queries.pair(session, case.id),
    )


def _row(case: ProtectionCase, alert: FloorAlert | None, names: Mapping[UUID, str]) -> CaseRow:
    taker = alert.taken_by_id if alert else None
    return CaseRow(
        case=case,
        agent_name=names.get(case.agent_id, ''),
        alert=alert,
        taken_by=names.get(taker, '') if taker else '',
    )
