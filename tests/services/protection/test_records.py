"""Supervisors read what happened, restrict the customer for a time, and nothing of it is lost before its day."""

from datetime import timedelta

import pytest
from sqlmodel import select

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import (
    Agent,
    AuditAction,
    AuditEntry,
    BarredPair,
    ChatSession,
    CustomerStatus,
    ProtectionCase,
    ProtectionEvidence,
    ProtectionStep,
)
from services.customers.erasure import ErasureReason
from services.customers.fields import CustomerEdit
from services.protection.events import CaseView
from services.protection.records import RecordReason
from services.registry import Services
from tests.support.make import Make


async def ended_case(services: Services, make: Make, agent: Agent, **changes: object) -> tuple[CaseView, ChatSession]:  # fmt: skip
    """A case of an agent who has ended a chat."""
    chat = await make.chat(agent=agent, **changes)
    await services.visits.write(make.outgoing(chat, '이 멍청이들아'))
    case = await services.protection.open(agent, chat.id)
    return await services.protection.end(agent, case.id), chat


async def test_supervisor_reads_within_reach_and_it_is_recorded(
    services: Services, make: Make, db: Database
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    other = await make.supervisor(departments=['기술지원'])
    case, _chat = await ended_case(services, make, agent)

    [row] = await services.protection_records.page(supervisor)
    assert (row.case.id, row.agent_name) == (case.id, agent.name)
    found = await services.protection_records.record(supervisor, case.id)
    made = await services.protection_records.make(supervisor, case.id, RecordReason.SAFETY)

    assert found.evidence is not None
    assert found.evidence.lines[0]['body'] == '이 멍청이들아'
    assert [one.kind for one in made.steps][-1] == 'record_made'
    async with db.reading() as session:
        entries = (await session.exec(select(AuditEntry))).all()
    acts = [one.action for one in entries if one.agent_id == supervisor.id]
    assert acts == [AuditAction.PROTECTION_READ, AuditAction.PROTECTION_RECORD_MADE]
    assert await services.protection_records.page(other) == []
    with pytest.raises(NotFoundError):
        await services.protection_records.record(other, case.id)
    for refused in (services.protection_records.record, services.protection_records.make):
        with pytest.raises(NotAllowedError):
            await refused(agent, case.id, *([None] if refused == services.protection_records.make else []))  # fmt: skip
    with pytest.raises(InvalidInputError):
        await services.protection_records.make(supervisor, case.id, None)


async def test_restriction_ends_by_itself(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    customer = await make.customer()
    case, _chat = await ended_case(services, make, agent, customer_id=customer.id)
    await make.chat(visitor_phone=customer.phone)

    until = await services.protection_records.restrict(supervisor, case.id, 7, '거듭된 폭언')

    now = await services.customer_records.customer(agent, customer.id)
    assert (now.status, now.blocked_until) == (CustomerStatus.BLOCKED, until)
    assert await services.protection_records.release_due() == 0
    with clock.moved(timedelta(days=7, seconds=1)):
        assert await services.protection_records.release_due() == 1
        after = await services.customer_records.customer(agent, customer.id)
    assert (after.status, after.blocked_until) == (CustomerStatus.ACTIVE, None)
    record = await services.protection_records.record(supervisor, case.id)
    assert [one.kind for one in record.steps][-2:] == ['restricted', 'released']


async def test_restriction_is_a_block_that_anybody_may_lift_by_hand(
    services: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    customer = await make.customer()
    await services.restrictions.restrict(supervisor, customer.id, 3, '폭언')
    blocked = await services.customer_records.customer(agent, customer.id)

    edit = CustomerEdit(version=blocked.version, status=CustomerStatus.BLOCKED)
    await services.customer_records.edit(agent, customer.id, edit)  # no change: the end stays
    await services.customer_records.edit(
        agent, customer.id, CustomerEdit(version=blocked.version, status=CustomerStatus.ACTIVE)
    )
    free = await services.customer_records.customer(agent, customer.id)
    assert free.blocked_until is None
    await services.customer_records.edit(
        agent, customer.id, CustomerEdit(version=free.version, status=CustomerStatus.BLOCKED)
    )
    with pytest.raises(ConflictError):  # blocked without an end
        await services.restrictions.restrict(supervisor, customer.id, 3, '폭언')
    with pytest.raises(NotAllowedError):
        await services.restrictions.restrict(agent, customer.id, 3, '폭언')


async def test_typed_number_restricts_nobody_on_record(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    owner = await make.customer(phone='01098765432')
    case, _chat = await ended_case(services, make, agent, visitor_phone='01098765432')
    nobodys, _chat = await ended_case(services, make, agent, visitor_phone='01077778888')

    with pytest.raises(ConflictError):
        await services.protection_records.restrict(supervisor, case.id, 7, '폭언')
    await services.protection_records.restrict(supervisor, nobodys.id, 7, '폭언')

    assert (await services.customer_records.customer(agent, owner.id)).blocked_until is None
    [made] = await services.phone_lookup.customers('01077778888')
    assert made.status is CustomerStatus.BLOCKED


async def test_pair_is_lifted_with_a_reason(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    case, chat = await ended_case(services, make, agent)
    again = await make.chat(visitor_phone=chat.visitor_phone)

    with pytest.raises(InvalidInputError):
        await services.protection_records.lift_pair(supervisor, case.id, ' ')
    await services.protection_records.lift_pair(supervisor, case.id, '사과를 받음')

    assert (await services.chats.take(agent, again.id)).agent_id == agent.id


async def test_record_outlives_its_customer_until_its_day(
    services: Services, make: Make, db: Database
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    customer = await make.customer()
    case, chat = await ended_case(services, make, agent, customer_id=customer.id)

    await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST)

    record = await services.protection_records.record(supervisor, case.id)
    assert record.evidence is not None
    assert record.evidence.lines[0]['body'] == '이 멍청이들아'
    assert record.case.customer_name == chat.visitor_name
    assert record.case.kept_until.year == clock.now().astimezone(clock.SEOUL).year + 3
    assert await services.case_keeping.forget() == 0
    async with db.transaction() as session:
        row = await session.get_one(ProtectionCase, case.id)
        row.kept_until -= timedelta(days=4 * 366)
        session.add(row)
    assert await services.case_keeping.forget() == 1
    async with db.reading() as session:
        for table in (ProtectionCase, ProtectionStep, ProtectionEvidence, BarredPair):
            assert (await session.exec(select(table))).all() == []
