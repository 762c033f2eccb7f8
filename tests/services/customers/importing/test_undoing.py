"""An import is undone within a day: all or nothing, or all but what has changed since."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, NotAllowedError, NotFoundError
from desk.settings import Settings
from models import Agent, CallPermission, Customer, ImportedCustomer, ImportRun
from services.audit import queries as audit_queries
from services.calls.callbacks import NewCallback
from services.customers.erasure import ErasureReason
from services.customers.fields import CustomerEdit, values_of
from services.customers.importing.columns import Column
from services.customers.importing.files import ImportFile
from services.customers.importing.importing import Plan, Report
from services.customers.importing.undoing import (
    UNDO_WITHIN,
    ImportChangedError,
    LeftReason,
    LeftRecord,
)
from services.registry import Services
from tests.support.make import Make

COLUMNS = (Column.NAME, Column.PHONE, Column.OTHER_PHONES, Column.EMAIL, Column.TYPE, Column.MEMO)
HEADINGS = '이름,전화,다른 전화,메일,유형,메모,등급\n'


@pytest.fixture
async def chief(make: Make) -> Agent:
    """Somebody who may bring customers in."""
    return await make.supervisor()


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """Who looks on from outside of every desk."""
    db = Database(settings.database_url, pool_size=2)
    yield db
    await db.close()


async def bring(services: Services, chief: Agent, lines: str) -> Report:
    """Bring a sheet in; returns what it came to."""
    file = ImportFile()
    file.sheet.write_text(HEADINGS + lines)
    plan = Plan(columns=(*COLUMNS, Column.ATTRIBUTE), is_trial=False)
    report = await services.customer_import.run(chief, file, plan, lambda _: None)
    await file.close()
    return report


async def run_of(report: Report) -> UUID:
    assert report.run_id is not None
    return report.run_id


async def found(services: Services, phone: str) -> Customer:
    [customer] = await services.phone_lookup.customers(phone)
    return customer


async def test_what_was_made_goes_and_what_was_changed_is_what_it_was(
    services: Services, make: Make, chief: Agent
) -> None:
    known = await make.customer(
        phone='01011112222', other_phones=['023456789'], email='old@example.com', memo='단골',
        attributes={'등급': '일반', '지점': '부산'},
    )  # fmt: skip
    before = values_of(known)
    bare = await make.customer(phone='01055556666')
    report = await bring(
        services, chief,
        '김개명,01011112222,010-9999-0000,new@example.com,법인,바뀜,골드\n'
        '이민준,01055556666,,one@example.com,,,골드\n박새로,01033334444,,,,,\n',
    )  # fmt: skip

    undone = await services.customer_import.undo(chief, await run_of(report))

    assert (undone.removed, undone.restored, undone.left) == (1, 2, 0)
    assert await services.phone_lookup.customers('01033334444') == []
    after = await services.customer_records.customer(chief, known.id)
    assert values_of(after) == before
    assert (after.other_phones, after.version) == (['023456789'], 2)
    assert values_of(await services.customer_records.customer(chief, bare.id)) == values_of(bare)


async def test_permission_to_call_comes_and_goes_with_an_import(
    services: Services, make: Make, chief: Agent
) -> None:
    known = await make.customer(phone='01011112222', call_permission=CallPermission.NOTHING)
    same = await make.customer(phone='01055556666')
    file = ImportFile()
    file.sheet.write_text(
        '이름,전화,수신동의\n이민준,01011112222,동의\n이민준,01055556666,\n박새로,01033334444,아니오\n최거부,01077778888,거부\n'
    )
    columns = (Column.NAME, Column.PHONE, Column.PERMISSION)
    plan = Plan(columns=columns, is_trial=False)
    report = await services.customer_import.run(chief, file, plan, lambda _: None)
    await file.close()

    assert (report.new, report.changed, report.same) == (2, 1, 1)
    for phone, permission in (
        (known.phone, CallPermission.ANYTHING),
        (same.phone, CallPermission.SERVICE),
        ('01033334444', CallPermission.SERVICE),
        ('01077778888', CallPermission.NOTHING),
    ):
        assert (await found(services, phone)).call_permission is permission
    await services.customer_import.undo(chief, await run_of(report))
    assert (await found(services, known.phone)).call_permission is CallPermission.NOTHING


async def test_new_customer_who_is_to_be_called_back_stays(
    services: Services, chief: Agent
) -> None:
    report = await bring(services, chief, '박새로,01033334444,,,,,\n')
    new = await found(services, '01033334444')
    since = clock.now()
    await services.callbacks.promise(
        chief,
        NewCallback(customer_id=new.id, slot_from=since, slot_to=since + timedelta(hours=1)),
    )

    with pytest.raises(ImportChangedError) as refused:
        await services.customer_import.undo(chief, await run_of(report))

    assert [one.reason for one in refused.value.left] == [LeftReason.USED]


async def test_undoing_is_a_change_that_colleagues_see(
    services: Services, make: Make, chief: Agent
) -> None:
    known = await make.customer(phone='01011112222')
    report = await bring(services, chief, '김개명,01011112222,,,,,\n')
    await services.customer_import.undo(chief, await run_of(report))

    edited = await services.customer_records.edit(
        chief, known.id, CustomerEdit(version=1, memo='단골')
    )

    assert [(one.field, one.before, one.after) for one in edited.theirs] == [
        ('name', '김개명', '이민준')
    ]


async def test_record_that_was_changed_since_keeps_all_as_it_is(
    services: Services, make: Make, chief: Agent
) -> None:
    known = await make.customer(phone='01011112222')
    report = await bring(services, chief, '김개명,01011112222,,,,,\n박새로,01033334444,,,,,\n')
    edit = CustomerEdit(version=1, memo='그 뒤에 적은 것')
    await services.customer_records.edit(chief, known.id, edit)

    with pytest.raises(ImportChangedError) as refused:
        await services.customer_import.undo(chief, await run_of(report))

    assert refused.value.left == (LeftRecord(LeftReason.CHANGED, known.code, '김개명'),)
    assert (await services.customer_records.customer(chief, known.id)).name == '김개명'
    assert (await found(services, '01033334444')).name == '박새로'


async def test_others_can_be_undone_without_those_that_changed(
    services: Services, make: Make, chief: Agent
) -> None:
    known = await make.customer(phone='01011112222')
    report = await bring(services, chief, '김개명,01011112222,,,,,\n박새로,01033334444,,,,,\n')
    edit = CustomerEdit(version=1, memo='그 뒤에 적은 것')
    await services.customer_records.edit(chief, known.id, edit)

    undone = await services.customer_import.undo(chief, await run_of(report), leaves_changed=True)

    assert (undone.removed, undone.restored, undone.left) == (1, 0, 1)
    assert (await services.customer_records.customer(chief, known.id)).name == '김개명'
    assert await services.phone_lookup.customers('01033334444') == []


@pytest.mark.parametrize(
    ('since', 'reason'),
    [
        ('chat', LeftReason.USED),
        ('call', LeftReason.USED),
        ('note', LeftReason.USED),
        ('merge', LeftReason.GONE),
        ('erase', LeftReason.GONE),
    ],
)
async def test_new_customer_who_is_in_use_by_now_stays(
    services: Services, make: Make, chief: Agent, since: str, reason: LeftReason
) -> None:
    report = await bring(services, chief, '박새로,01033334444,,,,,\n')
    new = await found(services, '01033334444')
    match since:
        case 'chat':
            await make.chat(customer_id=new.id)
        case 'call':
            await make.call(customer_id=new.id)
        case 'note':
            await services.customer_notes.add(chief, new.id, '단골')
        case 'merge':
            kept = await make.customer()
            await services.customer_merging.merge(chief, kept.id, new.id, versions=(0, 0))
        case _:
            await services.customer_erasure.erase(chief, new.id, ErasureReason.REQUEST)

    with pytest.raises(ImportChangedError) as refused:
        await services.customer_import.undo(chief, await run_of(report))

    assert [one.reason for one in refused.value.left] == [reason]


async def test_import_is_undone_once(
    services: Services, another_desk: Services, chief: Agent
) -> None:
    report = await bring(services, chief, '박새로,01033334444,,,,,\n')
    run_id = await run_of(report)

    outcomes = await asyncio.gather(
        *(desk.customer_import.undo(chief, run_id) for desk in (services, another_desk)),
        return_exceptions=True,
    )

    [refused] = [one for one in outcomes if isinstance(one, BaseException)]
    assert isinstance(refused, ConflictError)
    assert refused.key in {'import.undone', 'import.busy'}
    [run] = await services.customer_import.recent(chief)
    assert (run.run_id, run.new, run.is_undone) == (run_id, 1, True)


async def test_import_can_be_undone_for_a_day(
    services: Services, chief: Agent, db: Database
) -> None:
    run_id = await run_of(await bring(services, chief, '박새로,01033334444,,,,,\n'))
    async with db.transaction() as session:
        run = await session.get(ImportRun, run_id)
        assert run
        run.created_at = clock.now() - UNDO_WITHIN - timedelta(seconds=1)
        session.add(run)

    assert await services.customer_import.recent(chief) == []
    with pytest.raises(ConflictError, match=r'import\.undo_too_late'):
        await services.customer_import.undo(chief, run_id)
    await services.customer_import.tidy()
    async with db.statement() as connection:
        kept = await connection.execute(
            text(f'SELECT count(*) FROM {ImportedCustomer.__tablename__}')
        )
    assert kept.scalar_one() == 0


async def test_undoing_is_for_supervisors_and_of_imports_that_are_there(
    services: Services, make: Make, chief: Agent
) -> None:
    report = await bring(services, chief, '박새로,01033334444,,,,,\n')
    agent = await make.agent()

    with pytest.raises(NotAllowedError):
        await services.customer_import.undo(agent, await run_of(report))
    with pytest.raises(NotAllowedError):
        await services.customer_import.recent(agent)
    with pytest.raises(NotFoundError):
        await services.customer_import.undo(chief, uuid4())


async def test_import_and_its_undoing_are_written_down(
    services: Services, make: Make, chief: Agent, db: Database
) -> None:
    await make.customer(phone='01011112222')
    report = await bring(services, chief, '김개명,01011112222,,,,,\n박새로,01033334444,,,,,\n')
    run_id = await run_of(report)

    await services.customer_import.undo(chief, run_id)

    async with db.reading() as session:
        entries = await audit_queries.sealed_after(session, 0, limit=10)
    assert [(one.action, one.details) for one in entries] == [
        ('customers_imported', f'{{"new": 1, "changed": 1, "import_id": "{run_id}"}}'),
        (
            'customers_import_undone',
            f'{{"new": 1, "left": 0, "changed": 1, "import_id": "{run_id}"}}',
        ),
    ]
