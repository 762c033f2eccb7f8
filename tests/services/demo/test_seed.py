"""The demo desk: alive at first sight, the same every time, true to what the services promise."""

import asyncio
import hashlib
import random
import sys
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from desk import clock, passwords
from desk.db import Database
from desk.settings import Environment, Settings, SettingsError
from models import AgentRole, ChatEnding, ChatStatus, CustomerStatus, CustomerType, RiskLevel
from services.chats.inbox_order import Scope, Tab
from services.customers.duplicates import DuplicateReason, reasons
from services.customers.warnings import CustomerWarning, warnings_of
from services.demo import history as seed_history
from services.demo import people as seed_people
from services.demo import records as seed_records
from services.demo import seed as seed_module
from services.demo.dialogues import DEPARTMENTS, PLOTS, conversation
from services.demo.history import CHATS
from services.demo.people import DEMO_PASSWORD
from services.demo.seed import seed
from services.registry import Services
from tests.support.browser import live
from tests.support.hearing import hearing
from tests.support.make import Make
from tests.support.until import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
TABLES = ('agents', 'customers', 'chat_sessions', 'messages', 'drafts', 'sessions')


@pytest.fixture(autouse=True)
def cheap_passwords() -> None:
    """Hash fast: what is under test is not the hash."""
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)


@pytest.fixture
async def db(settings: Settings) -> Database:
    """The database behind the services, for the seed's bulk rows."""
    return Database(settings.database_url, pool_size=2)


def fingerprint(settings: Settings) -> dict[str, tuple[int, str]]:
    """Count and sum up the rows of every table."""
    sums = {}
    with psycopg.connect(settings.database_url.replace('+psycopg', '')) as server:
        for table in TABLES:
            rows = server.execute(f'SELECT to_jsonb(t)::text FROM {table} t ORDER BY id').fetchall()
            sums[table] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return sums


async def test_seeding_twice_changes_nothing(
    services: Services, db: Database, settings: Settings
) -> None:
    assert await seed(services, db, settings)
    first = fingerprint(settings)

    assert not await seed(services, db, settings)

    assert fingerprint(settings) == first
    assert {name: count for name, (count, _) in first.items()} | {'messages': 0} == {
        'agents': 10, 'customers': 306, 'chat_sessions': CHATS + 9, 'messages': 0, 'drafts': 0, 'sessions': 0,
    }  # fmt: skip
    await db.close()


@pytest.mark.parametrize('customer', [12, 88], ids=['before the first chat', 'in the third chat'])
async def test_killed_seed_is_taken_up_again(
    services: Services, db: Database, settings: Settings, customer: int
) -> None:
    with psycopg.connect(settings.database_url.replace('+psycopg', '')) as bystander:
        process = await asyncio.create_subprocess_exec(
            sys.executable, 'main.py', 'seed', cwd=ROOT, env=live.environment(settings)
        )
        linked = seed_people.seed_id(f'customer {customer}')
        await until(lambda: holds(bystander, linked), seconds=60)
        await until(lambda: somebody_waits(bystander), seconds=60)
        process.kill()
        await process.wait()
    assert 0 < fingerprint(settings)['chat_sessions'][0] < CHATS + 9

    assert await seed(services, db, settings)

    counts = {name: count for name, (count, _) in fingerprint(settings).items()}
    assert (counts['agents'], counts['chat_sessions']) == (10, CHATS + 9)
    async with db.statement() as connection:
        lines = await connection.execute(text(_LIVE_LINES))
    assert sorted(content for (content,) in lines) == sorted(
        line[2:] for chat in (*seed_module._ACTIVE, *seed_module._WAITING) for line in chat.lines
    )
    first = fingerprint(settings)
    assert not await seed(services, db, settings)
    assert fingerprint(settings) == first
    await db.close()


_LIVE_LINES = """
    SELECT content FROM messages m JOIN chat_sessions s ON s.id = m.chat_session_id
    WHERE s.status <> 'closed' AND m.type = 'text'
"""


def holds(bystander: psycopg.Connection, customer: UUID) -> bool:
    """Lock a customer's row once it is there: whoever links the customer waits."""
    query = 'SELECT 1 FROM customers WHERE id = %s FOR UPDATE'
    return bystander.execute(query, [customer]).fetchone() is not None


def somebody_waits(bystander: psycopg.Connection) -> bool:
    query = """
        SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE NOT granted AND datname = current_database()
    """
    return bystander.execute(query).fetchone() is not None


async def test_desk_with_people_is_left_alone(
    services: Services, db: Database, settings: Settings, make: Make
) -> None:
    await make.agent()
    before = fingerprint(settings)

    assert not await seed(services, db, settings)

    assert fingerprint(settings) == before
    await db.close()


async def test_production_is_never_seeded(
    services: Services, db: Database, settings: Settings
) -> None:
    production = settings.model_copy(
        update={'desk_env': Environment.PRODUCTION, 'jwt_secret_key': SecretStr('k' * 40)}
    )
    before = fingerprint(settings)

    with pytest.raises(SettingsError, match='production'):
        await seed(services, db, production)

    assert fingerprint(settings) == before
    await db.close()


async def test_seeded_desk_looks_alive(
    services: Services, db: Database, settings: Settings
) -> None:
    await seed(services, db, settings)
    await db.close()

    staff = {one.username: one for one in await services.sign_ins.demo_accounts()}
    assert {one.department for one in staff.values() if one.role is AgentRole.AGENT} == set(
        DEPARTMENTS
    )
    signed_in, _ = await services.sign_ins.sign_in('agent1', DEMO_PASSWORD, address='203.0.113.7')
    agent = signed_in.agent
    [mine] = (await services.inbox.page(agent, Tab.OPEN, Scope.MINE)).chats
    assert mine.unread_count == 2
    assert mine.customer_id is not None
    [promise] = (await services.promises.mine(agent)).own
    assert promise.contact_id == mine.id
    held = (await services.inbox.page(agent, Tab.OPEN, Scope.DEPARTMENT)).chats
    assert len(held) == 3
    assert all(chat.unread_count > 0 for chat in held)
    waiting = (await services.inbox.page(agent, Tab.WAITING, Scope.DEPARTMENT)).chats
    assert [chat.unread_count for chat in waiting] == [2, 2, 1]
    await hearing(services, timedelta(minutes=3))
    assert await services.visits.give_up_silent(timedelta(minutes=2)) == 0
    overview, _ = await services.sign_ins.sign_in(
        'supervisor1', DEMO_PASSWORD, address='203.0.113.7'
    )
    counts = await services.inbox.counts(overview.agent, Scope.DEPARTMENT)
    assert counts == {Tab.WAITING: 6, Tab.OPEN: 3, Tab.CLOSED: CHATS}


async def test_candidates_of_a_waiting_couple_are_two(
    services: Services, db: Database, settings: Settings
) -> None:
    await seed(services, db, settings)
    await db.close()
    signed_in, _ = await services.sign_ins.sign_in('agent1', DEMO_PASSWORD, address='203.0.113.7')
    waiting = (await services.inbox.page(signed_in.agent, Tab.WAITING, Scope.DEPARTMENT)).chats

    known = await services.customers.customer_of_chat(signed_in.agent, waiting[0].id)

    assert len(known.candidates) == 2


async def test_bulk_rows_satisfy_every_total(
    services: Services, db: Database, settings: Settings
) -> None:
    await seed(services, db, settings)

    async with db.statement() as connection:
        wrong_totals = await connection.scalar(
            text(
                'SELECT count(*) FROM customers c WHERE total_chats <>'
                ' (SELECT count(*) FROM chat_sessions s WHERE s.customer_id = c.id)'
            )
        )
        wrong_numbers = await connection.scalar(
            text(
                'SELECT count(*) FROM chat_sessions s WHERE last_number <> (SELECT count(*)'
                ' FROM messages m WHERE m.chat_session_id = s.id AND m.number <= s.last_number)'
            )
        )
    await db.close()

    assert (wrong_totals, wrong_numbers) == (0, 0)


async def test_past_is_what_the_services_would_have_left() -> None:
    people, customers = await seed_people.staff(), seed_people.customers()
    now = clock.now()

    past = seed_history.past(people, customers)

    lines = defaultdict(list)
    for message in past.messages:
        lines[message.chat_session_id].append(message)
    names = {agent.id: agent.name for agent in people}
    for chat in past.chats:
        said = lines[chat.id]
        assert [one.number for one in said] == list(range(1, chat.last_number + 1))
        times = [chat.start_time, *(one.created_at for one in said)]
        assert times == sorted(times)
        assert now - timedelta(days=30) < chat.start_time
        assert chat.end_time is not None
        assert chat.end_time < now
        assert 9 <= chat.start_time.astimezone(clock.SEOUL).hour < 18
        assert (chat.status, chat.unread_count) == (ChatStatus.CLOSED, 0)
        assert chat.customer_read_number == chat.last_number
        if chat.ending is ChatEnding.ABANDONED:
            assert (chat.agent_id, chat.taken_at, chat.customer_id) == (None, None, None)
        else:
            assert chat.agent_id is not None
            assert chat.agent_read_number == chat.last_number
            joined = next(one for one in said if one.type == 'joined')
            assert (joined.content, joined.created_at) == (names[chat.agent_id], chat.taken_at)
            [last] = [one for one in said if one.number == chat.last_agent_number]
            assert last.sender_id == chat.last_agent_id == chat.agent_id
    endings = [chat.ending for chat in past.chats]
    assert endings.count(ChatEnding.ABANDONED) == CHATS // 21
    assert endings.count(ChatEnding.CUSTOMER) > 50


def test_customers_are_the_same_every_time_and_of_every_kind() -> None:
    first, second = seed_people.customers(), seed_people.customers()

    assert [one.model_dump(exclude={'created_at', 'updated_at'}) for one in first] == [
        one.model_dump(exclude={'created_at', 'updated_at'}) for one in second
    ]
    assert all(one.phone.isdigit() and len(one.phone) == 11 for one in first)
    assert {one.email.split('@')[1] for one in first if one.email} == {
        'example.com', 'example.co.kr',
    }  # fmt: skip
    assert {one.customer_type for one in first} == set(CustomerType)
    assert {one.status for one in first} == set(CustomerStatus)
    assert {one.risk_level for one in first} == set(RiskLevel)
    assert any(one.name.isascii() for one in first)
    assert max(len(one.name) for one in first) > 15


@pytest.mark.parametrize('department', DEPARTMENTS)
def test_every_plot_is_told_whole(department: str) -> None:
    chance = random.Random(1)
    known = seed_history.facts(department, '이민준', '김서연', chance)

    told = [conversation(plot, known, chance) for plot in PLOTS[department]]

    assert len(told) >= 8
    for lines in told:
        assert 4 <= len(lines) <= 20
        assert {is_agents for is_agents, _ in lines} == {True, False}
        assert not any(mark in content for _, content in lines for mark in '[]{}|')
        assert all(content.strip() for _, content in lines)


def test_some_are_twice_on_record_and_records_say_why_to_be_careful() -> None:
    customers = seed_people.customers()
    seed_records.describe(customers)
    twins = seed_records.twins(customers, [])

    found = {
        reason
        for number, twin in zip(seed_records.TWINS, twins, strict=True)
        for reason in reasons(customers[number], twin)
    }

    assert found == set(DuplicateReason)
    assert all(one.memo for one in customers if CustomerWarning.BLOCKED in warnings_of(one))
    assert sum(bool(one.attributes) for one in customers) >= 100
