"""The shift table as a sheet: an export imported again changes nothing, nor does a trial, nor a file with one fault."""

from datetime import date, timedelta

import pytest

from desk.errors import InvalidInputError, NotAllowedError
from models import Agent
from services.customers.importing.files import ImportFile
from services.registry import Services
from services.reports.shift_sheet import ShiftReport
from services.reports.shifts import PlannedActivity, ShiftPlan
from tests.support.import_files import file, fill
from tests.support.make import DEPARTMENT, Make
from tests.support.sheets import workbook_of

__all__ = ['file']

DAY = date(2026, 12, 1)
HEADINGS = ['아이디', '날짜', '근무 시작', '근무 끝', '활동']
LUNCH = PlannedActivity(code='meal', begin='12:00', until='13:00')


@pytest.fixture
async def boss(make: Make) -> Agent:
    return await make.supervisor()


@pytest.fixture
async def mina(make: Make) -> Agent:
    return await make.agent(username='mina')


async def run(
    services: Services, boss: Agent, file: ImportFile, content: bytes, *, is_trial: bool = False
) -> ShiftReport:
    await fill(file, content)
    return await services.shift_sheet.run(boss, file, is_trial=is_trial)


async def planned(services: Services, boss: Agent, day: date = DAY) -> list[tuple[str, str, int]]:
    """Whose shifts of a day there are, when they begin, and how many activities they have."""
    return [
        (one.name, f'{one.shift.begin:%H:%M}', len(one.shift.activities))
        for one in await services.shifts.of_day(boss, day)
    ]


@pytest.mark.parametrize(
    ('is_xlsx', 'language'), [(False, 'ko'), (False, 'en'), (True, 'ko'), (True, 'en')]
)
async def test_an_export_imported_again_changes_nothing(
    services: Services, boss: Agent, mina: Agent, file: ImportFile, is_xlsx: bool, language: str
) -> None:
    week = ShiftPlan(day=DAY, begin='09:00', until='18:00', activities=[LUNCH], days=5)
    await services.shifts.plan(boss, mina.id, week)
    night = ShiftPlan(day=DAY + timedelta(days=5), begin='22:00', until='06:00')
    await services.shifts.plan(boss, mina.id, night)
    parts = await services.shift_sheet.export(
        boss, DAY, DAY + timedelta(days=9), is_xlsx=is_xlsx, language=language
    )
    content = b''.join([part async for part in parts])

    report = await run(services, boss, file, content)

    assert (report.changes, report.same, report.faults) == ((), 6, ())


async def test_rows_plan_days_and_a_trial_plans_none(
    services: Services, boss: Agent, mina: Agent, make: Make, file: ImportFile
) -> None:
    hayun = await make.agent(username='hayun', last_name='이', first_name='하윤')
    await services.shifts.plan(boss, mina.id, ShiftPlan(day=DAY, begin='07:00', until='16:00'))
    await services.shifts.plan(boss, hayun.id, ShiftPlan(day=DAY, begin='07:00', until='16:00'))
    before = await planned(services, boss)
    content = workbook_of(
        HEADINGS,
        ['MINA', '2026-12-01', '9:00', '18:00', '식사 12:00-13:00; break 15:00~15:15'],
        ['mina', '2026-12-02', '09:00:00', '18:00', ''],
    )

    tried = await run(services, boss, file, content, is_trial=True)
    still = await planned(services, boss)
    written = await run(services, boss, file, content)

    assert [(one.row, one.is_new) for one in tried.changes] == [(2, False), (3, True)]
    assert (tried.is_written, written.is_written) == (False, True)
    assert still == before
    assert len(before) == 2  # who is not in the file keeps theirs
    [kept] = [one for one in before if one[0] == hayun.name]
    assert kept in await planned(services, boss)
    assert {one[2] for one in await planned(services, boss)} == {0, 2}
    assert len(await planned(services, boss, DAY + timedelta(days=1))) == 1


@pytest.mark.parametrize(
    ('row', 'key'),
    [
        (['nobody', '2026-12-01', '09:00', '18:00', ''], 'agent.not_found'),
        (['stranger', '2026-12-01', '09:00', '18:00', ''], 'agent.not_found'),
        (['mina', 'tomorrow', '09:00', '18:00', ''], 'roster.cell'),
        (['mina', '2026-12-01', '25:00', '18:00', ''], 'shift.time'),
        (['mina', '2026-12-01', '', '18:00', ''], 'shift.time'),
        (['mina', '2026-12-01', '09:00', '18:00', '낮잠 12:00-13:00'], 'roster.cell'),
        (['mina', '2026-12-01', '09:00', '18:00', '식사 19:00-20:00'], 'shift.activity'),
        (['mina', '2026-12-02', '09:00', '18:00', ''], 'shift.twice'),
    ],
)
async def test_one_fault_is_said_with_its_row_and_changes_nothing(
    services: Services, mina: Agent, make: Make, file: ImportFile, row: list[str], key: str
) -> None:
    boss = await make.supervisor(departments=[DEPARTMENT])
    await make.agent(username='stranger', department='환불')
    content = workbook_of(HEADINGS, ['mina', '2026-12-02', '09:00', '18:00', ''], row)

    report = await run(services, boss, file, content)

    assert [(one.row, one.error.key) for one in report.faults] == [(3, key)]
    assert not report.is_written
    assert await planned(services, boss, DAY + timedelta(days=1)) == []


async def test_sheet_without_a_needed_column_is_refused(
    services: Services, boss: Agent, mina: Agent, file: ImportFile
) -> None:
    content = workbook_of(['아이디', '날짜', '근무 시작'], ['mina', '2026-12-01', '09:00'])

    with pytest.raises(InvalidInputError) as refused:
        await run(services, boss, file, content)

    assert refused.value.key == 'shift.no_column'
    with pytest.raises(NotAllowedError):
        await run(services, mina, file, content)
