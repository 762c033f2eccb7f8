"""The floor that the benchmark works on: a database of its own with agents, sessions, chats and messages.

It is filled once by SQL, kept as a template in ``.cache/bench``, and cloned for each run. Who is who can be worked
out from a number, so that nothing has to be read back.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql

from desk.sandbox import BackingUrls, Sandbox
from models import migrations

HOME = Path(__file__).parents[2] / '.cache' / 'bench'
FILLING = 3
"""Grows with every change of what ``_FILL`` makes: an older template is not used again."""
AGENTS = 500
PAIRS = 32
LONG_CHAT_MESSAGES = 5_000
DEPARTMENTS = ('가입·해지', '결제·환불', '주문·배송')


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is in the database."""

    name: str
    open_chats: int
    closed_chats: int
    lines: int = 20

    @property
    def messages(self) -> int:
        """How many messages there are in all."""
        return (self.open_chats + self.closed_chats) * self.lines


FULL = Size(name='full', open_chats=10_000, closed_chats=40_000)
SMALL = Size(name='small', open_chats=2_000, closed_chats=1_000)


@dataclass(frozen=True, slots=True)
class Person:
    """An agent who is signed in, and the chat that is theirs to work in."""

    agent_id: UUID
    cookie: str
    chat_id: UUID
    visit_token: str


def agent(number: int) -> Person:
    """Return agent ``number`` (from 1 to ``AGENTS``) of one of the ``DEPARTMENTS``."""
    return Person(
        _id('agent', number), f'agent-{number}-cookie', _id('chat', number), f'visit-{number}'
    )


def pair(number: int) -> tuple[Person, Person]:
    """Return the two people of a department of their own; the first holds its only chat."""
    chat_id, token = _id('pair-chat', number), f'pair-visit-{number}'
    return (
        Person(_id('pair-a', number), f'pair-a-{number}-cookie', chat_id, token),
        Person(_id('pair-b', number), f'pair-b-{number}-cookie', chat_id, token),
    )


def chats_of(number: int) -> list[UUID]:
    """Return chats that agent ``number`` holds on every floor; a tenth of the agents has fewer."""
    return [_id('chat', number + AGENTS * turn) for turn in range(4)]


LONG_CHAT = UUID(hashlib.md5(b'long-chat1').hexdigest())
"""A chat of ``LONG_CHAT_MESSAGES``, held by agent 1."""


def _id(kind: str, number: int) -> UUID:
    return UUID(hashlib.md5(f'{kind}{number}'.encode()).hexdigest())


@contextmanager
def floor(size: Size) -> Iterator[BackingUrls]:
    """Give the addresses of a fresh copy of the floor on durable servers."""
    with Sandbox(HOME, durable=True) as urls:
        template = _template(urls, size)
        with _server(urls) as server:
            server.execute('DROP DATABASE IF EXISTS bench_run WITH (FORCE)')
            server.execute(_clone('bench_run', template))
        try:
            own = _address(urls, 'bench_run')
            yield BackingUrls(database_url=own, database_owner_url=own, redis_url=urls.redis_url)
        finally:
            with _server(urls) as server:
                server.execute('DROP DATABASE IF EXISTS bench_run WITH (FORCE)')


@contextmanager
def emptied(urls: BackingUrls, name: str) -> Iterator[BackingUrls]:
    """Give the addresses of a database of this name without a table, dropped after the block."""
    with _server(urls) as server:
        server.execute(sql.SQL('DROP DATABASE IF EXISTS {} WITH (FORCE)').format(sql.Identifier(name)))  # fmt: skip
        server.execute(sql.SQL('CREATE DATABASE {}').format(sql.Identifier(name)))
    try:
        own = _address(urls, name)
        yield BackingUrls(database_url=own, database_owner_url=own, redis_url=urls.redis_url)
    finally:
        with _server(urls) as server:
            server.execute(sql.SQL('DROP DATABASE IF EXISTS {} WITH (FORCE)').format(sql.Identifier(name)))  # fmt: skip


def bare(url: str) -> str:
    """Return an address as psycopg itself takes it."""
    return url.replace('+psycopg', '')


def _template(urls: BackingUrls, size: Size) -> str:
    name = f'bench_{size.name}_{FILLING}_{schema()}'
    with _server(urls) as server:
        if server.execute('SELECT 1 FROM pg_database WHERE datname = %s', [name]).fetchone():
            return name
        server.execute('DROP DATABASE IF EXISTS bench_draft WITH (FORCE)')
        server.execute('CREATE DATABASE bench_draft')
        migrations.upgrade(_address(urls, 'bench_draft'))
        with psycopg.connect(bare(_address(urls, 'bench_draft')), autocommit=True) as draft:
            fill(draft, size)
        server.execute(
            sql.SQL('ALTER DATABASE bench_draft RENAME TO {}').format(sql.Identifier(name))
        )
    return name


def schema() -> str:
    """Return a mark of the migrations: a template of other tables is not used again."""
    versions = sorted((Path(migrations.__file__).parent / 'versions').glob('*.py'))
    return hashlib.md5(b''.join(one.read_bytes() for one in versions)).hexdigest()[:8]


def _clone(name: str, template: str) -> sql.Composed:
    return sql.SQL('CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy').format(
        sql.Identifier(name), sql.Identifier(template)
    )


def _server(urls: BackingUrls) -> psycopg.Connection:
    return psycopg.connect(bare(urls.database_owner_url), autocommit=True)


def _address(urls: BackingUrls, name: str) -> str:
    return urls.database_owner_url.rsplit('/', 1)[0] + f'/{name}'


def fill(connection: psycopg.Connection, size: Size) -> None:
    """Fill migrated tables without a row."""
    values = {
        'agents': AGENTS,
        'pairs': PAIRS,
        'open': size.open_chats,
        'chats': size.open_chats + size.closed_chats,
        'lines': size.lines,
        'long': LONG_CHAT_MESSAGES,
        'departments': list(DEPARTMENTS),
    }
    foreign_key = connection.execute(_FOREIGN_KEY).fetchone()
    assert foreign_key
    connection.execute('ALTER TABLE messages DROP CONSTRAINT fk_messages_chat_session_id')
    for statement in _FILL:
        connection.execute(statement, values)
    connection.execute(
        'ALTER TABLE messages ADD CONSTRAINT fk_messages_chat_session_id ' + foreign_key[0]
    )
    connection.execute('VACUUM (ANALYZE)')


_FOREIGN_KEY = """
    SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'fk_messages_chat_session_id'
"""
_CHAT_COLUMNS = """
    id, agent_id, status, ending, department, source, start_time, end_time, visitor_name, visitor_phone, token_hash,
    taken_at, version, last_number, last_message_at, last_line, unread_count, awaiting_since
"""
_FILL = (
    """
    INSERT INTO agents (id, username, email, password_hash, first_name, last_name, department, status)
    SELECT md5(kind || n)::uuid, kind || '-' || n, kind || n || '@example.com', '-', '서연', '김',
           CASE kind WHEN 'agent' THEN (%(departments)s::text[])[1 + n %% 3] ELSE 'pair ' || n END, 'available'
    FROM (SELECT 'agent' AS kind, generate_series(1, %(agents)s) AS n
          UNION ALL SELECT 'pair-a', generate_series(1, %(pairs)s)
          UNION ALL SELECT 'pair-b', generate_series(1, %(pairs)s)) AS people
    """,
    """
    INSERT INTO sessions (id, agent_id, token_hash, expires_at)
    SELECT gen_random_uuid(), id, encode(sha256((username || '-cookie')::bytea), 'hex'), now() + interval '30 days'
    FROM agents
    """,
    # One chat in ten waits; the others are held by everybody in turn: agent n holds chat n.
    f"""
    INSERT INTO chat_sessions ({_CHAT_COLUMNS})
    SELECT md5('chat' || n)::uuid,
           CASE WHEN waits THEN NULL ELSE md5('agent' || 1 + (n - 1) %% %(agents)s)::uuid END,
           CAST(CASE WHEN waits THEN 'waiting' WHEN n <= %(open)s THEN 'active' ELSE 'closed' END AS chat_session_status),
           CAST(CASE WHEN n > %(open)s THEN 'agent' END AS chat_ending),
           (%(departments)s::text[])[1 + (1 + (n - 1) %% %(agents)s) %% 3], 'web', began,
           CASE WHEN n > %(open)s THEN began + interval '10 minutes' END,
           '고객' || n, '010' || lpad(n::text, 8, '0'), encode(sha256(('visit-' || n)::bytea), 'hex'),
           CASE WHEN NOT waits THEN began END, 1, %(lines)s, began + interval '9 minutes', '주문한 상품이 아직 오지 않았습니다.',
           CASE WHEN n <= %(open)s THEN n %% 3 ELSE 0 END,
           CASE WHEN n <= %(open)s AND n %% 3 > 0 THEN began END
    FROM (SELECT n, n > %(agents)s AND n <= %(open)s AND n %% 10 = 0 AS waits,
                 now() - (n || ' seconds')::interval AS began
          FROM generate_series(1, %(chats)s) AS n) AS chats
    """,
    f"""
    INSERT INTO chat_sessions ({_CHAT_COLUMNS})
    SELECT chat, agent, CAST('active' AS chat_session_status), CAST(NULL AS chat_ending), department, 'web', now(), NULL,
           '고객', '01000000000', encode(sha256(token::bytea), 'hex'), now(), 1, lines, now(), '', 0, NULL
    FROM (SELECT md5('pair-chat' || n)::uuid AS chat, md5('pair-a' || n)::uuid AS agent, 'pair ' || n AS department,
                 'pair-visit-' || n AS token, 0 AS lines
          FROM generate_series(1, %(pairs)s) AS n
          UNION ALL
          SELECT md5('long-chat1')::uuid, md5('agent1')::uuid, (%(departments)s::text[])[2], 'long-visit', %(long)s
    ) AS chats
    """,
    """
    INSERT INTO messages (id, chat_session_id, number, sender, sender_id, content, created_at)
    SELECT gen_random_uuid(), chats.id, number, CAST(CASE number %% 2 WHEN 1 THEN 'customer' ELSE 'agent' END AS message_sender),
           CASE number %% 2 WHEN 0 THEN agent_id END, '주문한 상품이 아직 오지 않았습니다. ' || number,
           start_time + number * interval '10 seconds'
    FROM chat_sessions AS chats, generate_series(1, last_number) AS number
    """,
    # As on a desk that has run for a while: its process would spend the whole run on indexing them instead.
    """
    INSERT INTO message_grams (message_id, grams)
    SELECT messages.id, text_grams(search_key(content)) || department_gram(department)
    FROM messages JOIN chat_sessions ON chat_sessions.id = chat_session_id
    """,
    "UPDATE chat_sessions SET customer_seen_at = now() + interval '10 years' WHERE status = 'waiting'",
)
