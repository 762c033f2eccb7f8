"""The floor that the dashboard is measured on: twelve months of contacts and states, and an open day in front of it.

The past is that of ``bench_reports`` with the states of its 300 agents, made once and kept; each run works on a copy.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from psycopg import sql

from desk.db import Database
from desk.sandbox import BackingUrls
from services.reports.rollups import Rollups
from tests.load import bench_reports
from tests.load.floor import bare, schema

FILLING = 1
"""Grows with every change of what is made: an older template is not used again."""
DATABASE = 'bench_dashboard'
AGENTS = 300
QUEUES = 8
IN_HAND = 8
"""Chats that each agent has."""
WAITING = 1_900
DASHBOARDS = 10
ASKED, TAKEN = 'probe waiting', 'probe taken'
"""Two queues in which nothing happens but what is timed: in one customers come, out of the other they are taken."""
TO_TAKE = 700
"""With those in hand and those who wait 5,000 open contacts."""
DAYS = 360


def boss_cookie(number: int) -> str:
    """Return the session of supervisor ``number`` (from 1 to ``DASHBOARDS``)."""
    return f'boss-{number}-cookie'


def boss_id(number: int) -> UUID:
    """Return the id of supervisor ``number``."""
    return _id(f'boss{number}')


def queue_id(name: str) -> UUID:
    """Return the id of ``ASKED`` or ``TAKEN``."""
    return _id(name)


def _id(words: str) -> UUID:
    return UUID(hashlib.md5(words.encode()).hexdigest())


async def prepared(urls: BackingUrls, contacts: int) -> None:
    """Make the past, unless it is there."""
    name = _name(contacts)
    base = bench_reports.filled(urls, contacts).rsplit('/', 1)[1]
    with psycopg.connect(bare(urls.database_owner_url), autocommit=True) as server:
        if server.execute('SELECT 1 FROM pg_database WHERE datname = %s', [name]).fetchone():
            return
        server.execute('DROP DATABASE IF EXISTS dashboard_draft WITH (FORCE)')
        server.execute(_copy('dashboard_draft', base))
        draft = _address(urls, 'dashboard_draft')
        with psycopg.connect(bare(draft), autocommit=True) as connection:
            for statement in _PAST:
                connection.execute(sql.SQL(statement).format(days=sql.Literal(DAYS)))
        db = Database(draft, pool_size=2)
        await Rollups(db).catch_up(
            seconds=bench_reports.CATCH_UP_SECONDS
        )  # else desks count meanwhile
        await db.close()
        server.execute(
            sql.SQL('ALTER DATABASE dashboard_draft RENAME TO {}').format(sql.Identifier(name))
        )


@contextmanager
def day(urls: BackingUrls, contacts: int) -> Iterator[BackingUrls]:
    """Give the addresses of a copy of the past with an open day in front of it, until the block ends."""
    with psycopg.connect(bare(urls.database_owner_url), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)')
        server.execute(_copy(DATABASE, _name(contacts)))
        address = _address(urls, DATABASE)
        values = {
            'waiting': WAITING, 'held': AGENTS * IN_HAND, 'agents': AGENTS, 'queues': QUEUES, 'bosses': DASHBOARDS,
            'asked': ASKED, 'taken': TAKEN, 'to_take': TO_TAKE,
        }  # fmt: skip
        with psycopg.connect(bare(address), autocommit=True) as connection:
            for statement in _DAY:
                connection.execute(statement, values)
            connection.execute('VACUUM (ANALYZE)')
        try:
            yield BackingUrls(
                database_url=address, database_owner_url=address, redis_url=urls.redis_url
            )
        finally:
            server.execute(f'DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)')


def _name(contacts: int) -> str:
    return f'dashboard_{contacts}_{FILLING}_{schema()}'


def _address(urls: BackingUrls, name: str) -> str:
    return urls.database_owner_url.rsplit('/', 1)[0] + f'/{name}'


def _copy(name: str, template: str) -> sql.Composed:
    return sql.SQL('CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy').format(
        sql.Identifier(name), sql.Identifier(template)
    )


_PAST = (
    "UPDATE agents SET created_at = now() - interval '400 days'",
    # Everybody works every day: from nine, with contacts, a break at noon, until six.
    """
    INSERT INTO agent_status_changes (id, agent_id, status, created_at)
    SELECT gen_random_uuid(), agents.id, change.status::agent_status,
           (date_trunc('day', now() AT TIME ZONE 'Asia/Seoul') - day * interval '1 day' + change.at::interval) AT TIME ZONE 'Asia/Seoul'
    FROM generate_series({days}, 1, -1) AS day CROSS JOIN agents CROSS JOIN (VALUES
        ('09:00', 'available'), ('09:20', 'busy'), ('11:00', 'after_contact'), ('12:00', 'away'), ('13:00', 'available'),
        ('15:00', 'busy'), ('18:00', 'offline')
    ) AS change (at, status)
    """,
    'VACUUM (ANALYZE)',
)
_CHAT = """
    id, queue_id, agent_id, status, department, source, start_time, visitor_name, visitor_phone, token_hash, taken_at, version,
    last_number, last_line, unread_count, customer_seen_at
"""
_DAY = (
    "UPDATE queues SET mode = 'pull', wrap_up_seconds = 0",
    """
    UPDATE agents SET status = 'available', base_status = 'available', chat_capacity = 20
    """,
    """
    INSERT INTO queues (id, name, department, mode, wrap_up_seconds)
    SELECT md5(name)::uuid, name, name, 'pull', 0 FROM unnest(ARRAY[%(asked)s, %(taken)s]) AS name
    """,
    """
    INSERT INTO agents (id, username, email, password_hash, first_name, last_name, department, role, status, base_status,
                        chat_capacity)
    SELECT md5('boss' || n)::uuid, 'boss-' || n, 'boss' || n || '@example.com', '-', '지훈', '박', 'floor', 'supervisor'::agent_role,
           'offline'::agent_status, 'offline'::agent_status, 1
    FROM generate_series(1, %(bosses)s) AS n
    UNION ALL
    SELECT md5('taker')::uuid, 'taker', 'taker@example.com', '-', '도윤', '이', %(taken)s, 'agent'::agent_role, 'available'::agent_status, 'available'::agent_status,
           %(to_take)s
    """,
    """
    INSERT INTO sessions (id, agent_id, token_hash, expires_at)
    SELECT gen_random_uuid(), id, encode(sha256((username || '-cookie')::bytea), 'hex'), now() + interval '30 days'
    FROM agents WHERE role = 'supervisor'
    """,
    # Agents are of department n % 8, and so are their chats.
    f"""
    INSERT INTO chat_sessions ({_CHAT})
    SELECT md5('held' || n)::uuid, md5('queue' || n %% %(agents)s %% %(queues)s)::uuid, md5('agent' || n %% %(agents)s)::uuid,
           'active'::chat_session_status, 'department ' || n %% %(agents)s %% %(queues)s, 'web', began, '고객' || n, '0102' || lpad(n::text, 7, '0'),
           md5('held-token' || n), began, 1, 0, '', 0, now() + interval '10 years'
    FROM (SELECT n, now() - n * interval '1 second' AS began FROM generate_series(1, %(held)s) AS n) AS chats
    UNION ALL
    SELECT md5('waits' || n)::uuid, md5('queue' || n %% %(queues)s)::uuid, NULL, 'waiting'::chat_session_status, 'department ' || n %% %(queues)s,
           'web', began, '고객' || n, '0103' || lpad(n::text, 7, '0'), md5('waits-token' || n), NULL, 1, 0, '', 0,
           now() + interval '10 years'
    FROM (SELECT n, now() - n * interval '1 second' AS began FROM generate_series(1, %(waiting)s) AS n) AS chats
    UNION ALL
    SELECT md5('take' || n)::uuid, md5(%(taken)s)::uuid, NULL, 'waiting'::chat_session_status, %(taken)s, 'web', now(), '고객' || n,
           '0104' || lpad(n::text, 7, '0'), md5('take-token' || n), NULL, 1, 0, '', 0, now() + interval '10 years'
    FROM generate_series(1, %(to_take)s) AS n
    """,
    """
    INSERT INTO contact_steps (contact_id, channel, kind, at, queue_id, agent_id, came_at)
    SELECT id, 'chat', kind::step_kind, start_time, queue_id, agent, start_time
    FROM chat_sessions CROSS JOIN LATERAL (VALUES (1, 'created', NULL::uuid, true), (2, 'taken', agent_id, agent_id IS NOT NULL))
        AS step (place, kind, agent, happens)
    WHERE status <> 'closed' AND happens ORDER BY start_time, id, place
    """,
)
