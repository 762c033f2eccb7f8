"""Bringing customers in: new ones, known ones, faults, nothing by halves."""

import asyncio
import csv
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from desk.db import Database
from desk.errors import ConflictError, DeskError, InvalidInputError, NotAllowedError
from desk.settings import Settings
from models import Agent, Customer
from services.customers.erasure import ErasureReason
from services.customers.fields import CustomerEdit
from services.customers.importing import importing
from services.customers.importing.changes import OtherPerson, RecordChange
from services.customers.importing.columns import Column
from services.customers.importing.files import GRACE_SECONDS, ImportFile
from services.customers.importing.importing import Phase, Plan, Progress, Report
from services.customers.importing.tables import Headings, SheetChoice
from services.registry import Services
from tests.support.make import Make
from tests.support.sheets import workbook
from tests.support.until import until, until_waiting

ROOT = Path(__file__).parents[4]
HOLDING = """
from services.customers.importing.files import ImportFile
file = ImportFile()
print(file.folder, flush=True)
input()
"""
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
    same_people: Collection[int] = (),
) -> Report:
    file.sheet.write_text(text, encoding='cp949')
    plan = Plan(
        columns=columns,
        same_people=frozenset(same_people),
        leaves_out_faulty=leaves_out_faulty,
        is_trial=is_trial,
    )
    return await services.customer_import.run(chief, file, plan, lambda _: None)


async def found(services: Services, chief: Agent, phone: str) -> list[Customer]:
    return await services.phone_lookup.customers(phone)


async def test_sheet_is_looked_at_first(services: Services, chief: Agent, file: ImportFile) -> None:
    file.sheet.write_text('이름,휴대폰,등급\n김철수,010-1234-5678,골드\n', encoding='cp949')

    look = await services.customer_import.look(chief, file)

    assert (look.encoding, look.headings) == ('cp949', ('이름', '휴대폰', '등급'))
    assert look.columns == (NAME, PHONE, None)
    assert look.sample == (('김철수', '010-1234-5678', '골드'),)


async def test_few_sheets_are_read_at_a_time_and_who_comes_too_late_hears_so(
    services: Services, chief: Agent, file: ImportFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, 'WAIT_SECONDS', 0.2)
    file.sheet.write_text('이름,휴대폰\n김철수,010-1234-5678\n')
    stuck = [ImportFile() for _ in range(importing.MAX_READERS)]
    for one in stuck:
        os.mkfifo(one.sheet)  # its reader waits for somebody to write
    reading = [asyncio.ensure_future(services.customer_import.look(chief, one)) for one in stuck]
    await until(lambda: len(readers()) == importing.MAX_READERS)

    with pytest.raises(ConflictError) as late:
        await services.customer_import.look(chief, file)
    for one in reading:
        one.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    look = await services.customer_import.look(chief, file)

    assert late.value.key == 'import.crowded'
    assert look.headings == ('이름', '휴대폰')
    for one in stuck:
        await one.close()


def readers() -> list[psutil.Process]:
    """Return the processes of this one that read sheets."""
    return [one for one in psutil.Process().children() if importing.WORKER in one.cmdline()]


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
        file,
        SheetChoice(),
        {'heading': '오류', **{fault.key: f'[{fault.key}]' for fault in report.faults}},
    )

    with path.open(encoding='utf-8-sig', newline='') as lines:
        rows = list(csv.reader(lines))
    assert (report.new, report.faulty, report.is_written) == (2, 4, True)
    assert rows[0] == ['번호', '이름', '전화', '오류']
    assert rows[1] == ['', '이둘', '12', '3 · 전화: [customer.phone]']
    assert len(rows) == 5
    assert len(await found(services, chief, '01011110001')) == 1


async def test_column_that_counts_rows_is_nobodys_number(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    """The sheet that was seen: as guessed it made strangers of three customers."""
    known = [
        await make.customer(name=name, phone=f'0107777000{place}')
        for place, name in enumerate('가나다')
    ]
    sheet = '번호,이름,연락처\n1,시험하나,010-5200-0101\n2,시험둘,010-5200-0102\n3,시험셋,010-5200-0103\n'
    file.sheet.write_text(sheet, encoding='cp949')

    look = await services.customer_import.look(chief, file)
    report = await bring(services, chief, file, sheet, *look.columns)

    assert look.columns == (None, NAME, PHONE)
    assert (report.new, report.changed) == (3, 0)
    for one in known:
        kept = await services.customer_records.customer(chief, one.id)
        assert (kept.name, kept.version) == (one.name, 0)


async def test_row_about_somebody_else_than_it_names_waits_for_a_decision(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    one = await make.customer(name='이민준', phone='01011112222')
    other = await make.customer(name='한소희', phone='01033334444')
    sheet = (
        f'번호,이름,전화\n{one.number},시험하나,01052000101\n{other.number},시험둘,01052000102\n'
    )
    columns = (NUMBER, NAME, PHONE)

    asked = await bring(services, chief, file, sheet, *columns, is_trial=True)
    refused = await bring(services, chief, file, sheet, *columns)
    decided = await bring(
        services, chief, file, sheet, *columns, same_people=[2], leaves_out_faulty=True
    )

    assert [(fault.row, fault.key) for fault in asked.faults] == [
        (2, 'import.other_person'), (3, 'import.other_person'),
    ]  # fmt: skip
    assert asked.other_people[0] == OtherPerson(
        2, one.number, '이민준', '01011112222', '시험하나', '01052000101'
    )
    assert not refused.is_written
    assert (decided.changed, decided.faulty, decided.is_written) == (1, 1, True)
    assert (await services.customer_records.customer(chief, one.id)).name == '시험하나'
    assert (await services.customer_records.customer(chief, other.id)).name == '한소희'


@pytest.mark.parametrize(
    'cells', ['김개명,01011112222', '이 민준,01099998888', '김개명,', '김개명,02-345-6789']
)
async def test_new_name_or_new_number_alone_is_a_change(
    services: Services, make: Make, chief: Agent, file: ImportFile, cells: str
) -> None:
    known = await make.customer(name='이민준', phone='01011112222', other_phones=['023456789'])

    report = await bring(
        services, chief, file, f'번호,이름,전화\n{known.code},{cells}\n', NUMBER, NAME, PHONE
    )

    assert (report.changed, report.faulty) == (1, 0)


async def test_trial_shows_the_old_and_the_new_name_of_who_changes(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    first = await make.customer(name='이민준', phone='01011112222')
    second = await make.customer(name='한소희', phone='01033334444')
    sheet = '이름,전화,메일\n이민준,01011112222,new@example.com\n박새로,01033334444,\n'

    report = await bring(services, chief, file, sheet, NAME, PHONE, EMAIL, is_trial=True)

    assert report.renamed == 1
    assert report.changes == (
        RecordChange(3, second.number, '한소희', '박새로', ['name']),
        RecordChange(2, first.number, '이민준', '이민준', ['email']),
    )


async def test_customer_who_would_have_too_many_own_fields_is_a_fault(
    services: Services, make: Make, chief: Agent, file: ImportFile
) -> None:
    own = {f'항목{number}': '가' for number in range(15)}
    known = await make.customer(phone='01011112222', attributes=own)
    headings = [f'새 항목{number}' for number in range(10)]
    sheet = f'전화,{",".join(headings)}\n01011112222,{",".join("나" * 10)}\n'

    report = await bring(services, chief, file, sheet, PHONE, *[Column.ATTRIBUTE] * 10)

    assert [(fault.key, fault.values) for fault in report.faults] == [
        ('customer.attributes_many', {'most': 20})
    ]
    edit = CustomerEdit(version=0, memo='그대로 고칠 수 있음')
    assert (await services.customer_records.edit(chief, known.id, edit)).customer.attributes == own


async def test_customer_with_too_many_own_fields_can_still_be_edited(
    services: Services, make: Make, chief: Agent
) -> None:
    """Earlier imports brought in more than twenty."""
    own = {f'항목{number}': '가' for number in range(25)}
    known = await make.customer(attributes=own)

    edit = CustomerEdit(version=0, memo='단골', attributes={'항목0': '나', '항목1': None})
    edited = await services.customer_records.edit(chief, known.id, edit)

    assert (edited.customer.memo, len(edited.customer.attributes)) == ('단골', 24)
    with pytest.raises(InvalidInputError, match=r'customer\.attributes_many'):
        await services.customer_records.edit(
            chief, known.id, CustomerEdit(version=1, attributes={'새 항목': '다'})
        )


async def test_two_columns_for_one_field_are_refused(
    services: Services, chief: Agent, file: ImportFile
) -> None:
    with pytest.raises(InvalidInputError, match=r'import\.column_twice'):
        await bring(services, chief, file, '이름,성명,전화\n가,나,01012345678\n', NAME, NAME, PHONE)


async def test_one_bad_line_is_named_and_the_others_come_in(
    services: Services, chief: Agent, file: ImportFile
) -> None:
    long = '가' * 50_000
    sheet = (
        '이름,전화,메모\n김하나,01011110001,"닫지 않음\n'
        f'이둘,01011110002,{long}\n박셋,01011110003,단골\n최넷,01011110004,가,나\n'
    )

    report = await bring(
        services, chief, file, sheet, NAME, PHONE, Column.MEMO, None, leaves_out_faulty=True
    )

    assert [(fault.row, fault.key) for fault in report.faults] == [
        (2, 'sheet.quote'), (3, 'customer.memo'),
    ]  # fmt: skip
    assert (report.new, report.is_written) == (2, True)


async def test_table_of_a_workbook_can_be_chosen(
    services: Services, chief: Agent, file: ImportFile
) -> None:
    def fill(book: Any) -> None:
        book.add_worksheet('표지').write(0, 0, '2026년 고객 명단')
        people = book.add_worksheet('개인')
        people.write_column(0, 0, ['개인 고객', '이름', '김하나'])
        people.write_column(1, 1, ['연락처', 1011110001])
        firms = book.add_worksheet('법인')
        firms.write_column(0, 0, ['상호', '한결상사'])
        firms.write_column(0, 1, ['대표 전화', '02-345-6789'])

    file.sheet.write_bytes(workbook(fill))
    guess = await services.customer_import.look(chief, file)
    choice = SheetChoice('법인')
    firms = await services.customer_import.look(chief, file, choice)
    plan = Plan(columns=(NAME, PHONE), choice=firms.choice, is_trial=False)
    report = await services.customer_import.run(chief, file, plan, lambda _: None)

    assert (guess.sheets, guess.choice) == (
        ('표지', '개인', '법인'), SheetChoice('개인', Headings(2, 2)),
    )  # fmt: skip
    assert (guess.columns, guess.sample) == ((NAME, PHONE), (('김하나', '1011110001'),))
    assert report.new == 1
    [firm] = await found(services, chief, '023456789')
    assert firm.name == '한결상사'


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
    from services.customers.fields import CustomerEdit  # noqa: PLC0415

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


async def test_sheet_of_a_killed_process_goes_and_that_of_a_living_one_stays(
    file: ImportFile,
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, '-c', HOLDING, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    assert process.stdout
    left = Path((await process.stdout.readline()).decode().strip())
    for folder in (left, file.folder):
        os.utime(folder, (0, time.time() - GRACE_SECONDS - 1))

    await ImportFile.tidy()
    assert is_there(left)  # somebody works with it
    process.kill()
    await process.wait()
    await ImportFile.tidy()

    assert not is_there(left)
    assert is_there(file.folder)


async def test_closed_sheet_takes_no_more_of_what_comes(file: ImportFile) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'too late'

    await file.close()

    with pytest.raises(FileNotFoundError):
        await file.fill(chunks())
    assert not is_there(file.folder)


def is_there(folder: Path) -> bool:
    return folder.exists()
