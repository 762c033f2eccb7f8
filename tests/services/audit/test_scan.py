"""The log is looked through once for all who ask, and what was looked at is not read again; its head leaves by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from desk import clock
from desk.db import Database
from desk.settings import Settings
from models import AuditAction
from services.audit import scan
from services.audit.chain import ChainFault, Head
from services.audit.heads import ship_head
from services.audit.log import AuditLog
from services.registry import Services
from services.work.unit_of_work import UnitsOfWork
from tests.support.statements import each_statement


@pytest.fixture
def later() -> Iterator[ExitStack]:
    """Clocks that a test moves and that are put back after it."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few entries be a log of many batches."""
    monkeypatch.setattr(scan, 'BATCH', 10)


@pytest.fixture
async def units(settings: Settings, services: Services) -> AsyncIterator[UnitsOfWork]:
    """Where changes are made."""
    db = Database(settings.database_url, pool_size=5)
    yield UnitsOfWork(db, services.relay)
    await db.close()


@pytest.fixture
async def log(units: UnitsOfWork) -> AuditLog:
    """A log of 45 entries."""
    await write(units, 45)
    return AuditLog(units.db)


@contextmanager
def reads() -> Iterator[list[str]]:
    """Every statement that reads entries."""
    heard: list[str] = []

    def hear(statement: str, _values: object) -> None:
        if 'previous_hash' in statement and statement.startswith('SELECT'):
            heard.append(statement)

    with each_statement(hear):
        yield heard


async def write(units: UnitsOfWork, count: int) -> None:
    """Write so many entries."""
    async with units.begin() as work:
        for _ in range(count):
            work.record(None, AuditAction.SIGNED_IN)


async def looked(log: AuditLog, *, anew: bool = False) -> list[int]:
    """How far a look has come, step by step."""
    return [chain.head.id async for chain in log.chain(anew=anew)]


async def tamper(settings: Settings, statement: str) -> None:
    """Do what only the owner of the tables can."""
    owner = Database(settings.migration_url, pool_size=1)
    async with owner.transaction() as session:
        connection = await session.connection()
        for each in ('DISABLE', statement, 'ENABLE'):
            await connection.execute(
                text(each if ' ' in each else f'ALTER TABLE audit_log {each} TRIGGER USER')
            )
    await owner.close()


async def test_who_comes_again_waits_for_what_is_new_only(
    log: AuditLog, units: UnitsOfWork
) -> None:
    assert await looked(log) == [10, 20, 30, 40, 45]
    await write(units, 3)

    with reads() as read:
        assert await looked(log) == [48]

    assert len(read) == 2  # the place that was known, and what follows


async def test_many_who_ask_at_once_share_one_look(log: AuditLog) -> None:
    with reads() as read:
        await asyncio.gather(*(looked(log) for _ in range(10)), *(looked(log, anew=True) for _ in range(10)))  # fmt: skip

    assert len(read) == 5


async def test_whoever_asks_for_it_has_all_of_it_looked_at(
    log: AuditLog, settings: Settings
) -> None:
    await looked(log)
    await tamper(settings, "UPDATE audit_log SET reason = '몰래' WHERE id = 7")

    assert await looked(log) == [45]
    assert await looked(log, anew=True) == [6]
    assert await looked(log) == [6]  # and nobody is told otherwise from then on


async def test_all_of_it_is_looked_at_once_a_day(
    log: AuditLog, settings: Settings, later: ExitStack
) -> None:
    await looked(log)
    await tamper(settings, "UPDATE audit_log SET reason = '몰래' WHERE id = 7")

    later.enter_context(clock.moved(timedelta(days=1)))

    assert await looked(log) == [6]


async def test_who_leaves_takes_nothing_from_the_others(log: AuditLog) -> None:
    async for chain in log.chain():
        assert chain.head.id == 10
        break

    assert await looked(log) == [20, 30, 40, 45]


async def test_entries_that_are_gone_from_the_end_are_missed(
    log: AuditLog, settings: Settings, units: UnitsOfWork
) -> None:
    await looked(log)
    await tamper(settings, 'DELETE FROM audit_log WHERE id > 40')

    *_, chain = [chain async for chain in log.chain()]
    assert chain.fault is ChainFault.CUT_OFF

    await write(units, 20)
    other = AuditLog(units.db)
    assert (await ship_head(other)).is_whole  # who did not know the end cannot miss it


async def test_head_is_sent_into_the_process_own_log(
    log: AuditLog, capsys: pytest.CaptureFixture[str], settings: Settings, units: UnitsOfWork
) -> None:
    chain = await ship_head(log)
    said = capsys.readouterr().out
    kept = Head.of(said.split('head=')[1].split()[0])

    assert 'audit_head' in said
    assert kept == chain.head
    await tamper(settings, 'DELETE FROM audit_log WHERE id > 44')
    await write(units, 5)
    assert (await AuditLog(units.db).verified(kept)).fault is ChainFault.CHANGED


async def test_log_that_is_not_whole_is_said_loudly(
    log: AuditLog, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await tamper(settings, 'DELETE FROM audit_log WHERE id = 12')

    await ship_head(log)

    assert 'audit_log_broken' in capsys.readouterr().out
