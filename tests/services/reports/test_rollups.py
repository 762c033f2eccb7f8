"""The rollups equal a recount of the facts to the unit, in whatever order and however late the facts were stored."""

import asyncio
import random
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel

from desk import clock
from desk.db import Database
from models import Agent, AgentStatus
from services.registry import Services
from services.reports.figures import FORMULAS, Unit
from services.reports.report_query import Grouping, ReportQuery
from services.reports.reports import Numbers
from tests.support.make import Make
from tests.support.pasts import Past, Recount, Recounted

BEGIN = datetime(2026, 3, 2, tzinfo=clock.SEOUL)
EVER = {'since': date(2026, 1, 1), 'until': date(2026, 12, 31)}


async def check_against_recount(services: Services, db: Database, boss: Agent) -> None:
    """Every number of every grouping is that of the recount, and none is impossible."""
    expected = (await Recounted.of(db)).groups
    for group in Grouping:
        report = await services.reports.report(boss, ReportQuery(**EVER, group=group))  # type: ignore[arg-type]
        found = {
            (group, row.key): Recount(dict(row.numbers.counts.tallies), dict(row.numbers.counts.sums))
            for row in report.rows
        }  # fmt: skip
        assert found == {key: one for key, one in expected.items() if key[0] is group}
        assert report.waiting == 0
        for row in report.rows:
            check_possible(row.numbers)
        check_possible(report.total)


def check_possible(numbers: Numbers) -> None:
    """No figure is negative, no percentage over 100, and nothing is divided by nothing."""
    for figure, formula in FORMULAS.items():
        value = numbers.value(figure)
        if formula.unit is not Unit.CONTACTS and not numbers.count(figure):
            assert value is None, figure
        elif value is not None:
            assert value >= 0, figure
            assert formula.unit is not Unit.PERCENT or value <= 100, figure


@pytest.mark.slow
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 1_000_000), contacts=st.integers(1, 12))
async def test_rollups_equal_a_recount(
    services: Services, another_desk: Services, make: Make, db: Database, seed: int, contacts: int
) -> None:
    chance = random.Random(seed)
    boss = await make.supervisor(username=f'boss-{seed}-{contacts}', status=AgentStatus.OFFLINE)
    past = Past(db, chance, BEGIN)
    await past.people(make)
    stories = [past.rows() for _ in range(contacts)]

    while any(stories):  # the contacts go on beside each other, each in its own order
        story = chance.choice([one for one in stories if one])
        await past.keep(story.pop(0))
        if chance.random() < 0.2:
            await chance.choice((services, another_desk)).rollups.catch_up(seconds=5)

    await check_against_recount(services, db, boss)


@pytest.mark.slow
@pytest.mark.parametrize('seed', range(3))
async def test_two_processes_that_count_at_once_miss_nothing(
    services: Services, another_desk: Services, make: Make, db: Database, seed: int
) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    past = Past(db, random.Random(seed), BEGIN)
    await past.people(make)
    stories = [past.rows() for _ in range(12)]
    is_over = asyncio.Event()

    async def happen(story: list[list[SQLModel]]) -> None:
        for rows in story:
            await past.keep(rows)

    async def count(desk: Services) -> None:
        while not is_over.is_set():
            await desk.rollups.catch_up(seconds=1)

    counting = [asyncio.create_task(count(one)) for one in (services, another_desk)]
    await asyncio.gather(*(happen(story) for story in stories))
    is_over.set()
    await asyncio.gather(*counting)

    await check_against_recount(services, db, boss)
