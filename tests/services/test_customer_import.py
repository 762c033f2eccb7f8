"""Bringing customers in: new ones, known ones, faults, nothing by halves."""

import asyncio
import csv
import os
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from desk.db import Database
from desk.errors import ConflictError, DeskError, InvalidInputError, NotAllowedError
from desk.settings import Settings
from models import Agent, Customer
from services.customer_erasure import ErasureReason
from services.customer_fields import CustomerEdit
from services.customer_import import KEPT_SECONDS, ImportFile, Phase, Plan, Progress, Report
from services.customer_sheet import Column
from services.registry import Services
from tests.make import Make
from tests.until import until_waiting

NAME, PHONE, EMAIL, NUMBER = Column.NAME, Column.PHONE, Column.EMAIL, Column.NUMBER


@pytest.fixture
async def file() -> AsyncIterator[ImportFile]:
    """A sheet on its way in."""
    file = ImportFile()
    yield file
    await file.close()


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


async def bring(
    services: Services,
    chief: Agent,
    file: ImportFile,
    text: str,
    *columns: Column | None,
    leaves_out_faulty: bool = False,
    is_trial: bool = False,
) -> Report:
    file.sheet.write_text(text, encoding='cp949')
    plan = Plan(columns=columns, leaves_out_faulty=leaves_out_faulty, is_trial=is_trial)
    return await services.customer_import.run(chief, file, plan, lambda _: None)


async def found(services: Services, chief: Agent, phone: str) -> list[Customer]:
    return await services.phone_lookup.customers(phone)


async def test_sheet_is_looked_at_first(services: Services, chief: Agent, file: ImportFile) -> None:
    file.sheet.write_text('이름,휴대폰,등급\n김철수,010-1234-5678,골드\n', encoding='cp949')

    look = await services.customer_import.look(chief, file)

    assert (look.encoding, look.headings) == ('cp949', ('이름', '휴대폰', '등급'))
    assert look.columns == (NAME, PHONE, None)
    assert look.sample == (('김철수', '010-1234-5678', '골드'),)


async def test_unknown_numbers_become_customers_and_known_ones_change(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    known = await make.customer(name='이민준', phone='01011112222', email='old@example.com')
    assert await found(services, chief, '01033334444') == []  # remembered that there is nobody

    report = await bring(
        services, chief, file,
        '이름,전화,메일,등급\n이민준,010-1111-2222,new@example.com,골드\n박새로,01033334444,,실버\n',
        NAME, PHONE, EMAIL, Column.ATTRIBUTE,
    )  # fmt: skip

    assert (report.new, report.changed, report.same, report.faulty) == (1, 1, 0, 0)
    changed = await services.customer_records.customer(chief, known.id)
    assert (changed.email, changed.attributes, changed.version) == (
        'new@example.com', {'등급': '골드'}, known.version + 1,
    )  # fmt: skip
    [new] = await found(services, chief, '01033334444')
    assert (new.name, new.attributes) == ('박새로', {'등급': '실버'})


async def test_trial_says_what_would_happen_and_does_nothing(
    services: Services, chief: Agent, file: ImportFile
) -> None:
    report = await bring(
        services, chief, file, '이름,전화\n김철수,01012345678\n', NAME, PHONE, is_trial=True
    )

    assert (report.new, report.is_written) == (1, False)
    assert await found(services, chief, '01012345678') == []


async def test_same_file_again_changes_nothing(
    services: Services, chief: Agent, file: ImportFile
) -> None:
    sheet = '이름,전화,메모\n김철수,01012345678,단골\n'
    await bring(services, chief, file, sheet, NAME, PHONE, Column.MEMO)

    again = await bring(services, chief, file, sheet, NAME, PHONE, Column.MEMO)

    assert (again.new, again.changed, again.same) == (0, 0, 1)


async def test_empty_cell_leaves_what_is_there(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    known = await make.customer(memo='귀가 어두우심', email='kim@example.com')

    report = await bring(
        services, chief, file, f'번호,메모,메일\n{known.code},,\n', NUMBER, Column.MEMO, EMAIL
    )

    assert report.same == 1
    kept = await services.customer_records.customer(chief, known.id)
    assert (kept.memo, kept.email) == ('귀가 어두우심', 'kim@example.com')


FAULTY = (
    '번호,이름,전화\n'
    ',김하나,01011110001\n'
    ',이둘,12\n'
    'C-9999999,박셋,01011110003\n'
    ',,01011110004\n'
    ',최하나,010-1111-0001\n'
    ',정다섯,01055550000\n'
)


async def test_one_fault_keeps_the_whole_file_out(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    for name in ('쌍둥이', '동생'):
        await make.customer(name=name, phone='01055550000')

    report = await bring(services, chief, file, FAULTY, NUMBER, NAME, PHONE)

    assert [(fault.row, fault.key) for fault in report.faults] == [
        (3, 'customer.phone'),
        (4, 'import.number_unknown'),
        (5, 'import.name_missing'),
        (6, 'import.twice'),
        (7, 'import.ambiguous'),
    ]
    assert not report.is_written
    assert await found(services, chief, '01011110001') == []


async def test_rows_with_faults_can_be_left_out_mended_and_brought_in(
    services: Services, chief: Agent, file: ImportFile
) -> None:
    report = await bring(services, chief, file, FAULTY, NUMBER, NAME, PHONE, leaves_out_faulty=True)
    path = await services.customer_import.faulty_rows(
        file, {'heading': '오류', **{fault.key: f'[{fault.key}]' for fault in report.faults}}
    )

    with path.open(encoding='utf-8-sig', newline='') as lines:
        rows = list(csv.reader(lines))
    assert (report.new, report.faulty, report.is_written) == (2, 4, True)
    assert rows[0] == ['번호', '이름', '전화', '오류']
    assert rows[1] == ['', '이둘', '12', '3 · 전화: [customer.phone]']
    assert len(rows) == 5
    assert len(await found(services, chief, '01011110001')) == 1


async def test_further_numbers_find_their_customer_and_stay(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    known = await make.customer(phone='01011112222', other_phones=['023456789'])

    report = await bring(services, chief, file, '이름,전화\n이민준,02-345-6789\n', NAME, PHONE)

    assert (report.same, report.new) == (1, 0)
    kept = await services.customer_records.customer(chief, known.id)
    assert (kept.phone, kept.other_phones) == ('01011112222', ['023456789'])


async def test_change_can_be_merged_with_an_edit(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    """An import counts as a colleague's edit: who began before it hears what it changed."""
    from services.customer_fields import CustomerEdit  # noqa: PLC0415

    known = await make.customer(phone='01011112222')
    await bring(services, chief, file, '전화,메일\n01011112222,new@example.com\n', PHONE, EMAIL)

    edited = await services.customer_records.edit(
        chief, known.id, CustomerEdit(version=known.version, memo='단골')
    )

    assert [one.field for one in edited.theirs] == ['email']
    assert edited.customer.email == 'new@example.com'


@pytest.mark.parametrize(
    ('content', 'key'),
    [
        (b'', 'sheet.empty'),
        ('이름,전화\n'.encode(), 'sheet.empty'),
        (b'PK\x03\x04 cut off', 'sheet.broken'),
        (b'\x89PNG\r\n\x1a\n\x00', 'sheet.encoding'),
    ],
)
async def test_broken_file_gets_a_sentence(
    services: Services, chief: Agent, file: ImportFile, content: bytes, key: str
) -> None:
    file.sheet.write_bytes(content)

    with pytest.raises(InvalidInputError) as refused:
        await services.customer_import.run(chief, file, Plan(columns=(NAME, PHONE)), lambda _: None)

    assert refused.value.key == key


async def test_agents_may_not_bring_customers_in(
    services: Services, make: Make, file: ImportFile
) -> None:
    with pytest.raises(NotAllowedError):
        await bring(services, await make.agent(), file, 'x\n', PHONE)


async def test_file_without_a_key_is_refused(
    services: Services, chief: Agent, file: ImportFile
) -> None:
    with pytest.raises(DeskError, match=r'import\.no_key_column'):
        await bring(services, chief, file, '이름\n김철수\n', NAME)


async def test_import_builds_on_what_is_edited_while_it_compares(
    services: Services,
    another_desk: Services,
    make: Make,
    chief: Agent,
    file: ImportFile,
    db: Database,
) -> None:
    known = await make.customer(phone='01011112222')
    edit = CustomerEdit(version=0, phones=('010-1111-2222', '010-9999-0000'), memo='오전에만')

    async with first_in_line(db, known, another_desk.customer_records.edit(chief, known.id, edit)):
        importing = asyncio.create_task(
            bring(services, chief, file, '전화,메일\n01011112222,new@example.com\n', PHONE, EMAIL)
        )
        await until_waiting(db, 2)
    report = await importing

    after = await services.customer_records.customer(chief, known.id)
    assert (after.email, after.memo, after.other_phones) == (
        'new@example.com', '오전에만', ['01099990000'],
    )  # fmt: skip
    assert (report.changed, after.version) == (1, 2)


async def test_import_brings_nobody_back_who_is_deleted_while_it_compares(
    services: Services,
    another_desk: Services,
    make: Make,
    chief: Agent,
    file: ImportFile,
    db: Database,
) -> None:
    known = await make.customer(phone='01011112222')
    erasing = another_desk.customer_erasure.erase(chief, known.id, ErasureReason.REQUEST)

    async with first_in_line(db, known, erasing):
        importing = asyncio.create_task(
            bring(services, chief, file, '전화,메일\n01011112222,new@example.com\n', PHONE, EMAIL)
        )
        await until_waiting(db, 2)
    report = await importing

    async with db.statement() as connection:
        left = (await connection.execute(text('SELECT phone, email, version FROM customers'))).one()
        changes = await connection.execute(text('SELECT count(*) FROM customer_changes'))
    assert tuple(left) == ('', None, 1)
    assert (report.changed, changes.scalar_one()) == (0, 0)


@asynccontextmanager
async def first_in_line(
    db: Database, customer: Customer, act: Coroutine[Any, Any, object]
) -> AsyncIterator[None]:
    """Let an act wait for a customer's row; whoever comes within the block waits behind it."""
    async with db.transaction() as session:
        await session.get(Customer, customer.id, with_for_update=True)
        acting = asyncio.create_task(act)
        await until_waiting(db, 1)
        yield
    await acting


async def test_second_import_at_once_is_told_to_wait(
    services: Services, another_desk: Services, chief: Agent, file: ImportFile
) -> None:
    other = ImportFile()
    for one in (file, other):
        one.sheet.write_text('이름,전화\n김철수,01012345678\n')
    plan = Plan(columns=(NAME, PHONE), is_trial=False)

    outcomes = await asyncio.gather(
        services.customer_import.run(chief, file, plan, lambda _: None),
        another_desk.customer_import.run(chief, other, plan, lambda _: None),
        return_exceptions=True,
    )

    await other.close()
    written = [one for one in outcomes if isinstance(one, Report)]
    refused = [one for one in outcomes if isinstance(one, ConflictError)]
    assert len(written) + len(refused) == 2
    assert sum(one.new for one in written) == 1
    assert len(await found(services, chief, '01012345678')) == 1


async def test_cancelled_import_leaves_nothing(
    services: Services, chief: Agent, file: ImportFile
) -> None:
    lines = ''.join(f'고객{count},0102{count:07}\n' for count in range(30_000))
    file.sheet.write_text(f'이름,전화\n{lines}')
    plan = Plan(columns=(NAME, PHONE), is_trial=False)
    is_writing = asyncio.Event()

    def tell(progress: Progress) -> None:
        if progress.phase is Phase.WRITING:
            is_writing.set()

    going = asyncio.ensure_future(services.customer_import.run(chief, file, plan, tell))
    await asyncio.wait_for(is_writing.wait(), 60)
    going.cancel()
    ended = await asyncio.gather(going, return_exceptions=True)

    assert isinstance(ended[0], asyncio.CancelledError)
    assert await found(services, chief, '01020000000') == []
    again = await bring(services, chief, file, '이름,전화\n김철수,01012345678\n', NAME, PHONE)
    assert again.new == 1  # nobody is kept waiting by what was given up
    assert not [one for one in psutil.Process().children() if 'sheet_worker' in one.cmdline()]


async def test_sheet_that_nobody_closed_goes_after_a_day(file: ImportFile) -> None:
    left = ImportFile()
    left.sheet.write_text('이름,전화\n김철수,01012345678\n')
    os.utime(left.folder, (0, time.time() - KEPT_SECONDS - 1))

    await ImportFile.tidy()

    assert not left.folder.exists()
    assert file.folder.exists()
