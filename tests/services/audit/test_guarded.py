"""The audit log belongs to a role that the desk does not connect as: whoever holds the desk's password can only add to it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import main
from desk.db import Database
from desk.settings import Settings, StartError
from models import AuditAction
from services.audit.log import AuditLog
from services.registry import Services
from services.work.unit_of_work import UnitsOfWork
from tests.support.make import Make
from tests.support.production import in_production
from tests.support.until import until_waiting

Open = Callable[[str], Database]
CHANGES = (
    "UPDATE audit_log SET reason = ''",
    'DELETE FROM audit_log',
    'TRUNCATE audit_log',
    'INSERT INTO audit_log SELECT * FROM audit_log ON CONFLICT (id) DO UPDATE SET id = 9',
)
FURTHER = (
    'DROP TABLE audit_log',
    'DROP TABLE audit_log CASCADE',
    'ALTER TABLE audit_log DISABLE TRIGGER USER',
    'ALTER TABLE audit_log RENAME TO old_log',
    'DROP TRIGGER audit_log_only_grows ON audit_log',
    'CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE sql AS $$ SELECT NULL $$',
    'ALTER FUNCTION chain_audit_entry() RESET search_path',
    'DROP FUNCTION chain_audit_entry() CASCADE',
    'DROP SCHEMA public CASCADE',
    'ALTER TABLE audit_log OWNER TO CURRENT_USER',
    'SET ROLE desk',
    "SET session_replication_role = 'replica'",
    'UPDATE alembic_version SET version_num = 0',
)


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Open databases that are closed after the test."""
    databases: list[Database] = []

    def open_it(url: str) -> Database:
        databases.append(Database(url, pool_size=2))
        return databases[-1]

    yield open_it
    for db in databases:
        await db.close()


async def do(db: Database, *statements: str) -> None:
    """Do it in one transaction."""
    async with db.transaction() as session:
        connection = await session.connection()
        for statement in statements:
            await connection.execute(text(statement))


async def write(db: Database, services: Services) -> None:
    """Write an entry."""
    async with UnitsOfWork(db, services.relay).begin() as work:
        work.record(None, AuditAction.SIGNED_IN)


@pytest.mark.parametrize('statement', [*CHANGES, *FURTHER])
async def test_desk_can_only_add(
    services: Services, settings: Settings, opened: Open, statement: str
) -> None:
    db = opened(settings.database_url)
    await write(db, services)

    with pytest.raises(ProgrammingError) as refused:
        await do(db, statement)

    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege | psycopg.errors.SyntaxError)  # fmt: skip
    chain = await services.audit_log.verified()
    assert (chain.head.id, chain.is_whole) == (1, True)


@pytest.mark.parametrize('statement', CHANGES)
async def test_even_the_owner_changes_nothing_by_accident(
    services: Services, settings: Settings, opened: Open, statement: str
) -> None:
    owner = opened(settings.migration_url)
    await write(owner, services)

    with pytest.raises(ProgrammingError) as refused:
        await do(owner, statement)

    assert 'audit_log only grows' in str(refused.value.orig)


async def test_table_of_the_same_name_in_front_of_the_log_deceives_nobody(
    services: Services, settings: Settings, opened: Open
) -> None:
    """A temporary table goes before all others, unless a function says where it looks."""
    db = opened(settings.database_url)
    await write(db, services)

    await do(
        db,
        'CREATE TEMPORARY TABLE audit_log (LIKE public.audit_log)',
        "INSERT INTO public.audit_log (action) VALUES ('signed_in')",
        'DROP TABLE pg_temp.audit_log',
    )

    chain = await services.audit_log.verified()
    assert (chain.head.id, chain.fault) == (2, None)


async def test_desk_knows_whether_it_could_do_more(settings: Settings, opened: Open) -> None:
    superuser = settings.migration_url.replace('//desk:', '//postgres:')

    assert await AuditLog(opened(settings.database_url)).is_guarded()
    assert not await AuditLog(opened(settings.migration_url)).is_guarded()
    assert not await AuditLog(opened(superuser)).is_guarded()


async def test_production_does_not_start_as_who_could_drop_the_log(settings: Settings) -> None:
    await main.require_protected_audit_log(in_production(settings))

    with pytest.raises(StartError, match='could change or drop the audit log'):
        await main.require_protected_audit_log(
            in_production(settings, database_url=settings.migration_url)
        )


async def test_sign_in_name_takes_no_lock_of_the_chain(
    services: Services, settings: Settings, opened: Open, make: Make
) -> None:
    """Somebody tries to sign in as ``audit_log``, and the database makes them wait."""
    agent = await make.agent()
    db = opened(settings.migration_url)
    async with db.transaction() as session:
        connection = await session.connection()
        await connection.execute(text('LOCK TABLE sign_in_attempts'))
        guess = asyncio.ensure_future(_guess(services))
        await until_waiting(db, 1)
        try:
            async with asyncio.timeout(5):
                await services.accounts.block(None, agent.username)
        finally:
            guess.cancel()
            await asyncio.gather(guess, return_exceptions=True)


async def _guess(services: Services) -> None:
    await services.sign_ins.sign_in('audit_log', 'a guess', address='192.0.2.66')
