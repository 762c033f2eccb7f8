"""Brings cases to their end that nobody ended: the contact was over otherwise, a recording came later, the rest or the time is over."""

from datetime import timedelta
from uuid import UUID

import structlog

from desk import clock
from models import AuditAction, Channel, ChatSession, ProtectionStepKind
from services.calls import queries as call_queries
from services.chats import queries as chat_queries
from services.people.states import PROTECTED_REST
from services.protection import queries
from services.protection.steps import add_step, bring_to_end, tell
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

log = structlog.get_logger()

RECORDED_WITHIN = timedelta(days=2)
"""A recording's place is looked for that long after a call."""
BATCH = 100


class CaseKeeping:
    """The periodic work on cases; any process may do it."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def complete(self) -> int:
        """Bring cases to their end; return how many changed."""
        async with self._db.reading() as session:
            over = await queries.over(session)
            recorded = await queries.unrecorded(session, clock.now() - RECORDED_WITHIN)
            announced = await queries.announced_since(session, clock.now() - RECORDED_WITHIN)
            rest = await queries.away_reason(session, PROTECTED_REST)
            rested = await queries.rested(session, rest.id) if rest else ()
        for case_id in over:
            async with self._units.begin() as work:
                await _close(work, case_id)
        for case_id, place in recorded:
            async with self._units.begin() as work:
                if (case := await queries.case(work.session, case_id, lock=True)) is not None:
                    add_step(work, case, ProtectionStepKind.RECORDING, None, words=place)
        for case_id, call in announced:
            async with self._units.begin() as work:
                if (case := await queries.case(work.session, case_id, lock=True)) is not None:
                    case.announcement_id, case.recording_notice = (
                        call.announcement_id,
                        call.recording_notice,
                    )
                    case.announced_at = call.start_time if call.announcement_id else None
                    work.session.add(case)
        for case_id in rested:
            async with self._units.begin() as work:
                await _end_rest(work, case_id)
        return len(over) + len(recorded) + len(announced) + len(rested)

    async def forget(self) -> int:
        """Delete the cases whose day is over, with all that belongs to them; return how many."""
        today = clock.now().astimezone(clock.SEOUL).date()
        async with self._units.begin() as work:
            past = await queries.past(work.session, today, BATCH)
            if past:
                await queries.delete_cases(work.session, past)
                details = {'setting': 'protection', 'rows': len(past)}
                work.record(None, AuditAction.RETENTION_APPLIED, details=details)
        if past:
            log.info('retention_applied', table='protection', rows=len(past))
        return len(past)


async def _close(work: UnitOfWork, case_id: UUID) -> None:
    found = await queries.case(work.session, case_id)
    if found is None:
        return
    contact: ChatSession | None = None
    customer_id = None
    if found.channel is Channel.CHAT:
        contact = await chat_queries.locked_chat(work.session, found.contact_id)
        customer_id = contact.customer_id if contact else None
    else:
        call = await call_queries.call_by_id(work.session, found.contact_id)
        customer_id = call.customer_id if call else None
    case = await queries.case(work.session, case_id, lock=True)
    if case is None or case.over_at is not None:
        return
    if case.ended_by_id is None:
        add_step(work, case, ProtectionStepKind.OVER, None)
    await bring_to_end(work, case, customer_id=customer_id)
    await tell(work, case)


async def _end_rest(work: UnitOfWork, case_id: UUID) -> None:
    case = await queries.case(work.session, case_id, lock=True)
    if case is None or case.rest_from is None or case.rest_until is not None:
        return
    case.rest_until = clock.now()
    add_step(work, case, ProtectionStepKind.RETURNED, None)
    await tell(work, case)
