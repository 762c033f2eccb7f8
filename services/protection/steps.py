"""What every step of a case consists of: its row, its record in the audit log, its event."""

from datetime import date, datetime
from uuid import UUID, uuid4

from desk import clock
from models import (
    Agent,
    AuditAction,
    BarredPair,
    ProtectionCase,
    ProtectionStep,
    ProtectionStepKind,
    SubjectKind,
)
from models.protection import KEPT_YEARS
from models.step import Channel
from services.people import agent_queries
from services.people.events import RoutingNeeded
from services.protection import evidence, queries
from services.protection.events import News, ProtectionChanged, view
from services.work.unit_of_work import UnitOfWork


def last_day(opened_at: datetime) -> date:
    """Return the day until which a case that was opened then is kept."""
    day = opened_at.astimezone(clock.SEOUL).date()
    return date(day.year + KEPT_YEARS, day.month, min(day.day, 28 if day.month == 2 else day.day))


def add_step(
    work: UnitOfWork,
    case: ProtectionCase,
    kind: ProtectionStepKind,
    by: Agent | None,
    *,
    words: str = '',
    step_id: UUID | None = None,
) -> None:
    """Add a step to a locked case."""
    work.session.add(
        ProtectionStep(
            id=step_id or uuid4(),
            case_id=case.id,
            kind=kind.value,
            by_id=by.id if by else None,
            words=words,
            created_at=clock.now(),
        )
    )
    work.session.add(case)


def record(work: UnitOfWork, by: Agent, action: AuditAction, case: ProtectionCase, **more: str) -> None:  # fmt: skip
    """Record an act in the audit log; ``reason`` is in words, everything else ids."""
    kind = SubjectKind.CHAT if case.channel is Channel.CHAT else SubjectKind.CALL
    reason = more.pop('reason', '')
    work.record(
        by, action, subject=(kind, case.contact_id), reason=reason,
        details={'case_id': str(case.id), **more},
    )  # fmt: skip


async def tell(work: UnitOfWork, case: ProtectionCase, news: News | None = None) -> None:
    """Announce a case as it is now."""
    names = await agent_queries.named(work.session, [case.agent_id])
    name = names.get(case.agent_id, '')
    work.tell(ProtectionChanged(case=view(case), agent_name=name, news=news))


async def bring_to_end(work: UnitOfWork, case: ProtectionCase, *, customer_id: UUID | None) -> None:
    """Keep the evidence of a case whose contact is over, and keep customer and agent apart if there was a warning or an end."""
    if case.over_at is not None:
        return
    case.over_at, case.customer_id = clock.now(), customer_id or case.customer_id
    await evidence.keep(work, case)
    for place in await queries.recordings(work.session, case.contact_id):
        add_step(work, case, ProtectionStepKind.RECORDING, None, words=place)
    if case.warnings or case.ended_by_id:
        await keep_apart(work, case)
    work.session.add(case)


async def keep_apart(work: UnitOfWork, case: ProtectionCase) -> None:
    """Bring customer and agent together no more; again changes nothing but who the customer is."""
    await work.session.flush()
    pair = BarredPair(
        agent_id=case.agent_id, customer_id=case.customer_id, phone=case.phone, case_id=case.id
    )
    if await queries.bar(work.session, pair):
        add_step(work, case, ProtectionStepKind.BARRED, None)
        work.tell(RoutingNeeded())
    elif (known := await queries.pair(work.session, case.id, lock=True)) and case.customer_id:
        known.customer_id = case.customer_id
        work.session.add(known)
