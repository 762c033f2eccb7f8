"""The tables as migrations make them: equal to the models, the guide's columns and indexes as it wrote them."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from desk.sandbox import BackingUrls
from models import migrations
from models.base import Labels
from tests.support.databases import address, drop, server_of

pytestmark = pytest.mark.slow

VERSIONS = Path(migrations.__file__).parent / 'versions'

# Guide, "Database schema": column, type, whether it may be empty, default (ours where DESIGN §6 says so).
GUIDE_COLUMNS = {
    'agents': {
        'id': ('uuid', False, None),
        'username': ('character varying(50)', False, None),
        'email': ('character varying(100)', False, None),
        'password_hash': ('character varying(255)', False, None),
        'first_name': ('character varying(50)', False, None),
        'last_name': ('character varying(50)', False, None),
        'role': ('agent_role', False, "'agent'::agent_role"),
        'department': ('character varying(100)', False, None),
        'status': ('agent_status', False, "'offline'::agent_status"),
        'created_at': ('timestamp with time zone', False, 'now()'),
        'updated_at': ('timestamp with time zone', False, 'now()'),
    },
    'customers': {
        'id': ('uuid', False, None),
        'name': ('character varying(100)', False, None),
        'email': ('character varying(100)', True, None),
        'phone': ('character varying(20)', False, None),
        'customer_type': ('customer_type', False, "'individual'::customer_type"),
        'status': ('customer_status', False, "'active'::customer_status"),
        'risk_level': ('risk_level', False, "'low'::risk_level"),
        'total_calls': ('integer', False, '0'),
        'total_chats': ('integer', False, '0'),
        'created_at': ('timestamp with time zone', False, 'now()'),
        'updated_at': ('timestamp with time zone', False, 'now()'),
    },
    'chat_sessions': {
        'id': ('uuid', False, None),
        'customer_id': ('uuid', True, None),
        'agent_id': ('uuid', True, None),
        'status': ('chat_session_status', False, "'waiting'::chat_session_status"),
        'priority': ('priority', False, "'medium'::priority"),
        'department': ('character varying(100)', False, None),
        'source': ('character varying(50)', False, None),
        'start_time': ('timestamp with time zone', False, 'now()'),
        'end_time': ('timestamp with time zone', True, None),
        'created_at': ('timestamp with time zone', False, 'now()'),
    },
}
GUIDE_INDEXES = {
    'idx_customers_phone': 'ON public.customers USING btree (phone)',
    'idx_customers_email': 'ON public.customers USING btree (email)',
    'idx_chat_sessions_agent_status': 'ON public.chat_sessions USING btree (agent_id, status)',
    'idx_messages_session_created': 'ON public.messages USING btree (chat_session_id, created_at)',
    'uq_messages_chat_session_id_number': 'UNIQUE',
    'uq_agents_username': 'UNIQUE',
    'uq_agents_email': 'UNIQUE',
}


@pytest.fixture
def url(backing: BackingUrls) -> Iterator[str]:
    """The address of an empty database without a table."""
    name = f'migrations_{os.getpid()}_{uuid4().hex[:8]}'
    with server_of(backing) as server:
        server.execute(f'CREATE DATABASE {name}')
    yield address(backing, name)
    drop(backing, name)


@pytest.fixture
def migrated(url: str) -> Iterator[psycopg.Connection]:
    """A connection to tables of the newest revision."""
    migrations.upgrade(url)
    with connected(url) as server:
        yield server


def connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace('+psycopg', ''), autocommit=True)


def test_tables_equal_the_models(url: str) -> None:
    migrations.upgrade(url)

    migrations.check(url)


def test_upgrading_twice_does_nothing(url: str) -> None:
    migrations.upgrade(url)
    before = remains(url)

    migrations.upgrade(url)

    assert remains(url) == before


def test_tables_of_a_later_version_are_left_as_they_are(url: str) -> None:
    """As after a roll-back: the earlier version's deployment migrates, and its processes start."""
    migrations.upgrade(url)
    with connected(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'later'")
        connection.execute("ALTER TABLE messages ADD COLUMN later text NOT NULL DEFAULT ''")

    with capture_logs() as lines:
        migrations.upgrade(url)

    with connected(url) as connection:
        [(revision,)] = connection.execute('SELECT version_num FROM alembic_version')
    assert revision == 'later'
    assert [(one['event'], one['revision']) for one in lines] == [
        ('tables_of_a_later_version', 'later')
    ]


def test_way_down_leaves_nothing_and_leads_up_again(url: str) -> None:
    migrations.upgrade(url)
    first = remains(url)

    command.downgrade(migrations._config(url), 'base')
    assert remains(url) == {'alembic_version'}

    migrations.upgrade(url)
    assert remains(url) == first
    migrations.check(url)


def test_who_was_blocked_is_out_of_use(url: str) -> None:
    migrations.upgrade(url)
    command.downgrade(migrations._config(url), '0014')
    with connected(url) as server:
        for name, blocked in (('mina', 'now()'), ('jun', 'NULL')):
            server.execute(
                'INSERT INTO agents (id, username, email, password_hash, first_name, last_name, department, blocked_at) '
                f"VALUES (gen_random_uuid(), '{name}', '{name}@example.com', '', '나', '김', '배송', {blocked})"
            )

    migrations.upgrade(url)

    with connected(url) as server:
        found = server.execute('SELECT username, is_active FROM agents').fetchall()
    assert dict(found) == {'mina': False, 'jun': True}


def test_enum_labels_are_the_values_of_the_python_enums(migrated: psycopg.Connection) -> None:
    stored: dict[str, list[str]] = dict(
        migrated.execute(
            'SELECT typname, array_agg(enumlabel::text ORDER BY enumsortorder)'
            ' FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid GROUP BY typname'
        ).fetchall()
    )

    assert stored == {
        column.type.name: [member.value for member in column.type.kind]
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Labels)
    }
    assert len(stored) == 28


@pytest.mark.parametrize('table', GUIDE_COLUMNS)
def test_guides_columns_are_as_it_wrote_them(migrated: psycopg.Connection, table: str) -> None:
    rows = migrated.execute(
        """
        SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull, pg_get_expr(adbin, adrelid)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
        """,
        [table],
    ).fetchall()

    columns = {name: tuple(rest) for name, *rest in rows}
    assert {name: columns.get(name) for name in GUIDE_COLUMNS[table]} == GUIDE_COLUMNS[table]


@pytest.mark.parametrize('name', GUIDE_INDEXES)
def test_guides_indexes_are_as_it_wrote_them(migrated: psycopg.Connection, name: str) -> None:
    row = migrated.execute(
        'SELECT indexdef FROM pg_indexes WHERE indexname = %s', [name]
    ).fetchone()

    assert row is not None
    assert GUIDE_INDEXES[name] in row[0]


def test_chat_belongs_to_people_on_record_only(migrated: psycopg.Connection) -> None:
    keys = migrated.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'chat_sessions'::regclass"
    ).fetchall()

    assert {name for (name,) in keys} == {
        'fk_chat_sessions_agent_id', 'fk_chat_sessions_announcement_id', 'fk_chat_sessions_customer_id',
        'fk_chat_sessions_offered_agent_id', 'fk_chat_sessions_queue_id',
    }  # fmt: skip


@pytest.mark.parametrize('version', sorted(VERSIONS.glob('*.py')), ids=lambda path: path.stem)
def test_migration_waits_for_no_lock_and_imports_nothing_of_ours(version: Path) -> None:
    source = version.read_text()

    assert source.count("SET LOCAL lock_timeout = '5s'") == 2
    assert not any(
        line.startswith(('from ', 'import '))
        and line.split()[1].split('.')[0] in {'desk', 'models', 'services', 'pages'}
        for line in source.splitlines()
    )


def test_korean_has_trigrams(migrated: psycopg.Connection) -> None:
    migrated.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')

    row = migrated.execute("SELECT show_trgm('김서연'), '김서연' %> '서연', lower('Ä')").fetchone()

    assert row is not None
    assert len(row[0]) == 4
    assert row[2] == 'ä'


def remains(url: str) -> set[str]:
    """Name every table, index and type that is ours in a database."""
    with connected(url) as server:
        rows = server.execute(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
            UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
            """
        ).fetchall()
    return {name for (name,) in rows}
