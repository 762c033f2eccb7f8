"""A hundred thousand customers: nothing is read from end to end, and the common is found in order."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from desk.db import Database
from desk.sandbox import BackingUrls
from models import Agent, AgentRole
from services.customers import merging_queries as customer_merging_queries
from services.customers import personal_queries
from services.customers import queries as customer_queries
from services.customers import timeline_queries as customer_timeline_queries
from services.search.customers import CustomerSearch, Rank
from services.search.messages import MessageFilter, MessageSearch
from tests.conftest import SECRET
from tests.load import load_data
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

CUSTOMERS = 100_000
MESSAGES = 60_000
BIG = ('customers', 'messages', 'message_grams', 'chat_sessions', 'calls')
CUSTOMER_TEXTS = (
    '김', '서', '김민', '민준', '김민준', '쀍뛟', 'ㄱ', 'ㄱㅁ', 'ㅁㅈ', 'ㄱㅁㅈ', '김ㅁㅈ', 'rlaalswns', 'rct', 'k', 'kim', 'smith',
    'example', 'example.com', 'zzqx', '010', '0102', '5678', '2345-5678', '010-2345-5678', 'C-0001234', '(주)', '%',
    '김섲', '김서주', '서주', '섲', '남구', '뷁구', '㈜한빛', '김민준님', 'José', '02-1234-5678 내선 301', '+1 212-456-7890', '12124567890',
)  # fmt: skip
MESSAGE_TEXTS = (
    '배송',
    '감사합니다',
    '환불',
    '송장번호',
    '없는말뷁',
    '다니까',
    '5GHz',
    '가습기 환불',
    '%%%',
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def full(backing: BackingUrls, template: str) -> Iterator[str]:
    """The address of a database with ``CUSTOMERS`` and ``MESSAGES``."""
    name = f'full_{uuid4().hex}'
    address = backing.database_owner_url.rsplit('/', 1)[0] + f'/{name}'
    plain = backing.database_owner_url.replace('+psycopg', '')
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute(f'CREATE DATABASE {name} TEMPLATE {template}')  # type: ignore[arg-type]  # not a literal
    try:
        with psycopg.connect(address.replace('+psycopg', '')) as connection:
            connection.execute(_AGENTS, [DEPARTMENT])
        load_data.fill(
            address.replace('+psycopg', ''),
            customers=CUSTOMERS,
            messages=MESSAGES,
            contacts=MESSAGES // 5,
        )
        yield address
    finally:
        with psycopg.connect(plain, autocommit=True) as server:
            server.execute(f'DROP DATABASE {name} WITH (FORCE)')  # type: ignore[arg-type]  # not a literal


_AGENTS = """
    INSERT INTO agents (id, username, email, password_hash, first_name, last_name, department)
    SELECT gen_random_uuid(), 'agent' || n, n || '@example.com', '-', '서연', '김', CASE n % 2 WHEN 0 THEN %s ELSE '기술지원' END
    FROM generate_series(1, 20) AS n
""".replace('n % 2', 'n %% 2')


@pytest.fixture
async def db(full: str) -> AsyncIterator[Database]:
    database = Database(full, pool_size=2)
    yield database
    await database.close()


@pytest.fixture
async def agent(db: Database) -> Agent:
    return await Make(db).agent(username=uuid4().hex)


async def test_no_search_reads_a_big_table_from_end_to_end(
    full: str, db: Database, agent: Agent
) -> None:
    supervisor = await Make(db).agent(username=uuid4().hex, role=AgentRole.SUPERVISOR)
    before = read_whole(full)
    customers, messages = CustomerSearch(db, secret=SECRET), MessageSearch(db)

    for typed in CUSTOMER_TEXTS:
        await customers.search(agent, typed)
    for typed in MESSAGE_TEXTS:
        for who, only in ((agent, MessageFilter()), (supervisor, MessageFilter(agent_id=agent.id))):
            await messages.search(who, typed, only=only)
    await db.close()  # what ended connections have done is counted

    await until(lambda: index_scans(full, 'idx_message_grams') > 0)
    assert read_whole(full) == before
    for index in ('grams', 'name_key', 'initials', 'email_key', 'phone_key', 'phone_end', 'recent'):
        assert index_scans(full, f'idx_customers_{index}') > 0, index


async def test_no_look_at_one_customer_reads_a_big_table_from_end_to_end(
    full: str, db: Database, agent: Agent
) -> None:
    """The card, its timeline and duplicates, the list of customers, a number that calls: on everybody's connections."""
    before = read_whole(full)

    async with db.reading() as session:
        [*_, one] = await customer_queries.latest(session, None, limit=50)
        assert one.last_contact_at
        [*_, stranger] = await customer_queries.never_met(session, None, limit=50)
        place = (one.last_contact_at, one.id)
        await customer_queries.latest(session, place, limit=50)
        await customer_queries.never_met(session, stranger.id, limit=50)
        await customer_queries.by_phone(session, one.phone, limit=20)
        await customer_queries.careful_about(session, [one.id, stranger.id])
        await customer_queries.following_merges(session, one.id)
        await customer_merging_queries.with_phones(session, [one.phone, stranger.phone])
        await customer_merging_queries.with_email(session, 'minsu.kim@example.com')
        await customer_merging_queries.namesakes(session, one.name)
        await customer_merging_queries.contact_ids(session, [one.id])
        await personal_queries.in_touch_with(session, agent, [one.id, stranger.id])
        for after in (None, place):
            await customer_timeline_queries.chats(session, agent, one.id, after, limit=30)
            await customer_timeline_queries.calls(session, agent, one.id, after, limit=30)
            await customer_timeline_queries.notes(session, one.id, after, limit=30)
            await customer_timeline_queries.changes(session, one.id, after, limit=30)
    await db.close()  # what ended connections have done is counted

    await until(lambda: index_scans(full, 'idx_chat_sessions_customer') > 0)
    assert read_whole(full) == before
    for index in ('phone', 'other_phones', 'email_key', 'name_key', 'recent'):
        assert index_scans(full, f'idx_customers_{index}') > 0, index


def read_whole(address: str) -> dict[str, int]:
    """How often each big table was read from end to end."""
    with closing(psycopg.connect(address.replace('+psycopg', ''))) as connection:
        return dict(
            connection.execute(
                'SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY(%s)',
                [list(BIG)],
            ).fetchall()
        )


def index_scans(address: str, index: str) -> int:
    with closing(psycopg.connect(address.replace('+psycopg', ''))) as connection:
        row = connection.execute(
            'SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = %s', [index]
        ).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize(
    ('typed', 'rank', 'condition'),
    [
        ('김', Rank.PREFIX, "name LIKE '김_%'"),
        ('ㄱㅁ', Rank.PREFIX, "name_initials(name) LIKE 'ㄱㅁ_%'"),
        ('example', Rank.INSIDE, "email LIKE '%_example%'"),
    ],
)
async def test_the_latest_of_many_come_first(
    db: Database, agent: Agent, typed: str, rank: Rank, condition: str
) -> None:
    hits = await CustomerSearch(db, secret=SECRET).search(agent, typed, limit=20)

    async with db.statement() as connection:
        latest = await connection.execute(
            text(f"""
            SELECT last_contact_at FROM customers WHERE {condition}
            ORDER BY last_contact_at DESC NULLS LAST LIMIT 20
            """)
        )
        expected = list(latest.scalars())
    assert [hit.customer.last_contact_at for hit in hits] == expected
    assert {hit.rank for hit in hits} <= {rank}


@pytest.mark.parametrize('typed', ['배송', '환불', '송장번호', '5GHz', '가습기', '없는말뷁'])
async def test_common_and_rare_words_are_found_newest_first(
    db: Database, agent: Agent, typed: str
) -> None:
    found = await MessageSearch(db).search(agent, typed, limit=20)

    async with db.statement() as connection:
        newest = await connection.execute(
            text("""
            SELECT messages.id FROM messages JOIN chat_sessions ON chat_sessions.id = chat_session_id
            WHERE content LIKE :like AND type = 'text' AND chat_sessions.department = :department
            ORDER BY messages.created_at DESC, messages.id DESC LIMIT 20
            """),
            {'like': f'%{typed}%', 'department': agent.department},
        )
        expected = list(newest.scalars())
    assert [one.message.id for one in found] == expected


async def test_what_one_held_for_another_department_is_found_however_old(
    db: Database, agent: Agent
) -> None:
    async with db.statement() as connection:
        held = await connection.execute(
            text("""
            UPDATE chat_sessions SET agent_id = :agent_id WHERE id = (
                SELECT chat_session_id FROM messages JOIN chat_sessions ON chat_sessions.id = chat_session_id
                WHERE content LIKE '%와이파이%' AND department <> :department
                ORDER BY messages.created_at LIMIT 1)
            RETURNING id
            """),
            {'agent_id': agent.id, 'department': agent.department},
        )
        chat_id = held.scalar_one()

    found = await MessageSearch(db).search(agent, '와이파이')

    assert {one.chat.id for one in found} == {chat_id}


async def test_loaded_desk_keeps_its_promises(db: Database) -> None:
    """Numbers without gaps, counts and last contacts as they would be counted again."""
    async with db.statement() as connection:
        for query in _WRONG:
            assert (await connection.execute(text(query))).scalar_one() == 0, query


_WRONG = (
    f'SELECT abs(count(*) - {CUSTOMERS}) FROM customers',
    f'SELECT abs(count(*) - {MESSAGES}) FROM messages',
    """
    SELECT count(*) FROM chat_sessions WHERE last_number <> (
        SELECT count(*) FROM messages WHERE chat_session_id = chat_sessions.id AND number <= last_number)
    """,
    """
    SELECT count(*) FROM customers WHERE total_chats <> (
        SELECT count(*) FROM chat_sessions WHERE customer_id = customers.id)
    """,
    """
    SELECT count(*) FROM customers WHERE last_contact_at IS DISTINCT FROM (
        SELECT max(coalesce(end_time, start_time)) FROM (
            SELECT customer_id, start_time, end_time FROM chat_sessions
            UNION ALL SELECT customer_id, start_time, end_time FROM calls) AS contacts
        WHERE customer_id = customers.id)
    """,
    """
    SELECT count(*) FROM messages LEFT JOIN message_grams ON message_id = id
    WHERE (type = 'text') <> (message_id IS NOT NULL)
    """,
)
