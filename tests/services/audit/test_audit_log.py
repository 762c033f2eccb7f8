"""The audit log: one chain whoever writes, no entry ever changed, every tampering found."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import main
from desk import clock
from desk.db import Database
from desk.errors import InvalidInputError
from desk.settings import Settings
from models import AuditAction, Customer, SubjectKind
from models.audit import FIRST_PREVIOUS_HASH
from services.audit import queries as audit_queries
from services.audit.chain import Chain, ChainFault, Head, SealedEntry
from services.audit.log import AuditLog
from services.audit.scan import BATCH
from services.registry import Services
from services.work import recording as audit
from services.work.unit_of_work import UnitsOfWork
from tests.support.make import Make
from tests.support.until import until

WRITERS = 50


@pytest.fixture
async def units(settings: Settings, services: Services) -> AsyncIterator[UnitsOfWork]:
    """Where changes are made."""
    db = Database(settings.database_url, pool_size=10, pool_overflow=10)
    yield UnitsOfWork(db, services.relay)
    await db.close()


@pytest.fixture
def log(units: UnitsOfWork) -> AuditLog:
    """The log as it is read."""
    return AuditLog(units.db)


@pytest.fixture
async def five(units: UnitsOfWork) -> list[SealedEntry]:
    """A log of five entries."""
    await write(units, 5)
    return await stored(units)


async def write(units: UnitsOfWork, count: int = 1) -> None:
    """So many changes of customers, one after the other."""
    for number in range(count):
        async with units.begin() as work:
            work.record(
                uuid4(),
                AuditAction.CUSTOMER_CHANGED,
                subject=(SubjectKind.CUSTOMER, uuid4()),
                fields=['name', 'phone'],
                reason='고객 요청, "따옴표"',
                details={'version': number},
            )


async def stored(units: UnitsOfWork) -> list[SealedEntry]:
    """All entries, oldest first."""
    async with units.db.reading() as session:
        return list(await audit_queries.sealed_after(session, 0, limit=1_000))


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[Database]:
    """The database as the role that owns its tables."""
    db = Database(settings.migration_url, pool_size=1)
    yield db
    await db.close()


async def tamper(owner: Database, *statements: str) -> None:
    """Do what only somebody can who owns the tables, and leave no other trace."""
    async with owner.transaction() as session:
        connection = await session.connection()
        for statement in (
            'ALTER TABLE audit_log DISABLE TRIGGER USER',
            *statements,
            'ALTER TABLE audit_log ENABLE TRIGGER USER',
        ):
            await connection.execute(text(statement))


async def test_entry_says_who_did_what_to_whose_data_where_and_why(
    units: UnitsOfWork, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()
    before = clock.now()
    audit.current_route.set('/desk/customers/{id}')

    async with units.begin() as work:
        work.record(
            agent,
            AuditAction.CUSTOMER_CHANGED,
            subject=customer,
            fields=['email'],
            reason=' 고객\n요청 ',
            details={'version': 3},
        )

    [entry] = await stored(units)
    assert (entry.id, entry.agent_id, entry.action) == (1, agent.id, 'customer_changed')
    assert (entry.subject_kind, entry.subject_id) == ('customer', customer.id)
    assert (entry.path, entry.reason) == ('/desk/customers/{id}', '고객 요청')
    assert entry.details == '{"fields": ["email"], "version": 3}'
    assert entry.previous_hash == FIRST_PREVIOUS_HASH
    assert before <= entry.created_at <= clock.now()


async def test_work_that_fails_leaves_no_entry(units: UnitsOfWork) -> None:
    async def fail() -> None:
        async with units.begin() as work:
            work.record(None, AuditAction.CUSTOMER_CHANGED)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await stored(units) == []


async def test_fifty_writers_at_once_make_one_whole_chain(
    units: UnitsOfWork, log: AuditLog
) -> None:
    await asyncio.gather(*(write(units, 4) for _ in range(WRITERS)))

    entries = await stored(units)
    chain = await log.verified()
    assert [entry.id for entry in entries] == list(range(1, 4 * WRITERS + 1))
    assert chain == Chain(head=Head(id=4 * WRITERS, hash=entries[-1].hash))
    assert sorted(entries, key=lambda entry: entry.created_at) == entries


async def test_acts_of_one_work_stand_in_their_order(units: UnitsOfWork) -> None:
    acts = [AuditAction.CUSTOMER_CREATED, AuditAction.CUSTOMER_LINKED, AuditAction.NOTE_ADDED]

    async with units.begin() as work:
        for act in acts:
            work.record(None, act)

    assert [entry.action for entry in await stored(units)] == acts


async def test_log_of_nothing_is_whole(log: AuditLog) -> None:
    assert await log.verified() == Chain()


async def test_log_longer_than_a_batch_is_looked_through(units: UnitsOfWork, log: AuditLog) -> None:
    async with units.begin() as work:
        for _ in range(BATCH + 1):
            work.record(None, AuditAction.SIGNED_IN)

    seen = [chain.head.id async for chain in log.chain()]

    assert seen == [BATCH, BATCH + 1]


@pytest.mark.parametrize(
    'statement',
    [
        "UPDATE audit_log SET reason = ''",
        'UPDATE audit_log SET reason = reason WHERE false',
        'DELETE FROM audit_log',
        'TRUNCATE audit_log',
        'INSERT INTO audit_log SELECT * FROM audit_log ON CONFLICT (id) DO UPDATE SET id = 9',
    ],
)
@pytest.mark.usefixtures('five')
async def test_database_refuses_every_change(units: UnitsOfWork, statement: str) -> None:
    before = await stored(units)

    with pytest.raises(ProgrammingError) as refused:
        async with units.db.statement() as connection:
            await connection.execute(text(statement))

    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    assert await stored(units) == before


@pytest.mark.usefixtures('five')
async def test_writer_cannot_choose_number_time_or_seal(units: UnitsOfWork, log: AuditLog) -> None:
    async with units.db.statement() as connection:
        await connection.execute(
            text("""
                INSERT INTO audit_log (id, created_at, action, previous_hash, hash)
                VALUES (2, '2020-01-01', 'signed_in', 'x', 'y')
            """)
        )

    *_, newest = await stored(units)
    assert (newest.id, newest.created_at.year) == (6, clock.now().year)
    assert (await log.verified()).is_whole


@pytest.mark.parametrize(
    'change',
    [
        "created_at = created_at - interval '1 microsecond'",
        'agent_id = gen_random_uuid()',
        'agent_id = NULL',
        "action = 'signed_in'",
        "subject_kind = 'agent'",
        'subject_kind = NULL',
        'subject_id = gen_random_uuid()',
        "path = '/desk'",
        "reason = ''",
        "details = '{}'",
        "previous_hash = repeat('0', 64)",
        "hash = repeat('0', 64)",
        'path = reason, reason = path',
    ],
)
@pytest.mark.usefixtures('five')
async def test_change_of_any_column_is_found(owner: Database, log: AuditLog, change: str) -> None:
    await tamper(owner, f'UPDATE audit_log SET {change} WHERE id = 3')

    chain = await log.verified()

    assert (chain.broken_at, chain.fault, chain.head.id) == (3, ChainFault.CHANGED, 2)


@pytest.mark.usefixtures('five')
async def test_removed_entry_is_found(owner: Database, log: AuditLog) -> None:
    await tamper(owner, 'DELETE FROM audit_log WHERE id = 3')

    chain = await log.verified()

    assert (chain.broken_at, chain.fault) == (3, ChainFault.MISSING)


@pytest.mark.usefixtures('five')
async def test_removed_first_entry_is_found(owner: Database, log: AuditLog) -> None:
    await tamper(owner, 'DELETE FROM audit_log WHERE id = 1')

    assert (await log.verified()).broken_at == 1


@pytest.mark.usefixtures('five')
async def test_changed_order_is_found(owner: Database, log: AuditLog) -> None:
    await tamper(
        owner,
        'UPDATE audit_log SET id = 30 WHERE id = 3',
        'UPDATE audit_log SET id = 3 WHERE id = 4',
        'UPDATE audit_log SET id = 4 WHERE id = 30',
    )

    chain = await log.verified()

    assert (chain.broken_at, chain.fault) == (3, ChainFault.CHANGED)


async def test_entry_sealed_anew_no_longer_fits_the_next(
    owner: Database, log: AuditLog, five: list[SealedEntry]
) -> None:
    changed = SealedEntry(
        **{name: getattr(five[2], name) for name in SealedEntry.__dataclass_fields__}
        | {'reason': '몰래'}
    )
    await tamper(
        owner, f"UPDATE audit_log SET reason = '몰래', hash = '{changed.seal}' WHERE id = 3"
    )

    chain = await log.verified()

    assert (chain.broken_at, chain.fault) == (4, ChainFault.UNCHAINED)


async def test_missing_end_is_found_by_a_head_that_was_kept_elsewhere(
    units: UnitsOfWork, owner: Database, log: AuditLog
) -> None:
    await write(units, 5)
    kept = (await log.verified()).head
    await tamper(owner, 'DELETE FROM audit_log WHERE id = 5')

    assert (await log.verified()).is_whole
    assert (await log.verified(kept)).fault is ChainFault.CUT_OFF
    await write(units, 2)
    assert (await log.verified(kept)).fault is ChainFault.CHANGED


async def test_log_that_grew_since_fits_the_head_that_was_kept(
    units: UnitsOfWork, log: AuditLog
) -> None:
    await write(units, 2)
    kept = (await log.verified()).head
    await write(units, 2)

    assert (await log.verified(kept)).is_whole


async def test_undone_work_does_not_break_the_chain_of_those_who_wait(
    units: UnitsOfWork, log: AuditLog
) -> None:
    first = units.begin()
    work = await first.__aenter__()
    await audit.write(work.session, [audit.entry(None, AuditAction.SIGNED_IN)])
    waiting = asyncio.create_task(write(units))
    await until(lambda: holders_waiting(units))

    await first.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
    await waiting

    assert (await log.verified()).head.id == 1


async def holders_waiting(units: UnitsOfWork) -> bool:
    """Whether somebody waits for the end of the chain."""
    async with units.db.statement() as connection:
        waiting = await connection.execute(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        )
    return waiting.scalar_one() > 0


async def test_messages_do_not_wait_for_the_chain(
    services: Services, units: UnitsOfWork, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    async with units.begin() as work:
        await audit.write(work.session, [audit.entry(None, AuditAction.SIGNED_IN)])
        async with asyncio.timeout(5):
            await services.chats.reply(agent, make.outgoing(chat))
            await services.visits.write(make.outgoing(chat))
            await services.chats.mark(agent, chat.id, read=2)
            await services.drafts.save(agent, chat.id, '안녕하세요')

    assert len(await stored(units)) == 1


async def test_customer_and_desk_have_no_name(units: UnitsOfWork) -> None:
    row = Customer(name='이민준', phone='01012345678')

    async with units.begin() as work:
        work.session.add(row)
        work.record(None, AuditAction.CUSTOMER_CREATED, subject=row)

    [entry] = await stored(units)
    assert entry.agent_id is None
    assert isinstance(entry.subject_id, UUID)


@pytest.mark.parametrize('kept', ['', '5', 'x:y', f'1:{"a" * 63}', f'1:{"A" * 64}'])
def test_what_never_was_a_head_is_said(kept: str) -> None:
    with pytest.raises(InvalidInputError):
        Head.of(kept)


async def test_command_prints_a_head_and_fails_at_the_first_broken_entry(
    units: UnitsOfWork, owner: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await write(units, 3)

    assert await main.verify_audit(settings, None)
    kept = Head.of(capsys.readouterr().out.rsplit(maxsplit=1)[-1])
    await write(units)
    assert await main.verify_audit(settings, kept)

    await tamper(owner, "UPDATE audit_log SET reason = '몰래' WHERE id = 2")
    assert not await main.verify_audit(settings, kept)
    assert 'broken at entry 2: it was changed' in capsys.readouterr().out
