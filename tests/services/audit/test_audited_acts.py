"""What the audit log says of each thing that is done to someone's data."""

import json
from collections.abc import AsyncIterator

import pytest

from desk import passwords
from desk.addresses import network_of
from desk.db import Database
from desk.settings import Settings
from models import AuditAction
from services.audit import queries as audit_queries
from services.audit.chain import SealedEntry
from services.customers.importing.importing import ImportFile, Plan
from services.customers.importing.sheet import Column
from services.people.admin import NewAdmin, make_first_admin
from services.registry import Services
from tests.support.make import PASSWORD, Make


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The log's own way in."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def entries(db: Database) -> list[SealedEntry]:
    """The whole log, oldest first."""
    async with db.reading() as session:
        return list(await audit_queries.sealed_after(session, 0, limit=100))


async def test_signing_in_and_out(db: Database, services: Services, make: Make) -> None:
    agent = await make.agent()
    staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    await services.sign_ins.sign_out(staff)

    came, went = await entries(db)

    assert (came.action, went.action) == (AuditAction.SIGNED_IN, AuditAction.SIGNED_OUT)
    assert {came.agent_id, came.subject_id, went.agent_id, went.subject_id} == {agent.id}
    assert json.loads(came.details) == {
        'session_id': str(staff.session_id),
        'network': network_of('127.0.0.1'),
    }
    assert went.details == f'{{"session_id": "{staff.session_id}"}}'


async def test_signing_out_everywhere_is_one_entry_a_session(
    db: Database, services: Services, make: Make
) -> None:
    agent = await make.agent()
    for _ in range(2):
        staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    await services.sign_ins.sign_out_everywhere(staff)

    *_, first, second = await entries(db)

    assert {first.action, second.action} == {AuditAction.SIGNED_OUT_EVERYWHERE}
    assert first.details != second.details


async def test_linking_a_chat_to_a_customer_once(
    db: Database, services: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()
    chat = await make.chat()
    for _ in range(2):
        await services.customers.link(agent, chat.id, customer.id)

    [entry] = await entries(db)

    assert (entry.action, entry.agent_id) == (AuditAction.CUSTOMER_LINKED, agent.id)
    assert (entry.subject_kind, entry.subject_id) == ('customer', customer.id)
    assert entry.details == f'{{"chat_id": "{chat.id}"}}'


async def test_unlinking_a_chat_once(db: Database, services: Services, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer()
    chat = await make.chat(customer_id=customer.id)
    for _ in range(2):
        await services.customers.unlink(agent, chat.id)

    [entry] = await entries(db)

    assert (entry.action, entry.agent_id) == (AuditAction.CUSTOMER_UNLINKED, agent.id)
    assert (entry.subject_kind, entry.subject_id) == ('customer', customer.id)
    assert entry.details == f'{{"chat_id": "{chat.id}"}}'


async def test_registering_a_customer_tells_fields_and_no_values(
    db: Database, services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(visitor_name='정하윤', visitor_phone='01055556666')
    linked = await services.customers.register(agent, chat.id)

    created, connected = await entries(db)

    assert (created.action, created.subject_id) == (
        AuditAction.CUSTOMER_CREATED, linked.customer_id,
    )  # fmt: skip
    assert created.details == '{"fields": ["name", "phone"]}'
    assert connected.action == AuditAction.CUSTOMER_LINKED
    assert not any('정하윤' in str(one) or '5555' in str(one) for one in (created, connected))


async def test_trying_an_import_tells_which_numbers_are_on_record(
    db: Database, services: Services, make: Make
) -> None:
    chief, file = await make.supervisor(), ImportFile()
    await make.customer(name='이민준', phone='01012345678')
    file.sheet.write_text('이름,전화\n이민준,01012345678\n최유진,01098765432\n')
    plan = Plan(columns=(Column.NAME, Column.PHONE), is_trial=True)

    await services.customer_import.run(chief, file, plan, lambda _: None)
    await file.close()

    [entry] = await entries(db)
    assert (entry.action, entry.agent_id) == (AuditAction.IMPORT_TRIED, chief.id)
    assert json.loads(entry.details) == {'new': 1, 'changed': 0, 'same': 1}


async def test_first_administrator(db: Database) -> None:
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)
    boss = await make_first_admin(
        db,
        NewAdmin(
            username='boss',
            password='a-long-enough-password',
            email='boss@example.com',
            first_name='하늘',
            last_name='정',
        ),
    )

    [entry] = await entries(db)

    assert (entry.action, entry.agent_id) == (AuditAction.ADMIN_MADE, None)
    assert (entry.subject_kind, entry.subject_id) == ('agent', boss.id)
