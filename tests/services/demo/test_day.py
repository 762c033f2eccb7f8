"""The played day against a desk that is served: customers come, agents take, answer, end and wrap up."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import AgentStatus, QueueMode
from services.demo.day import Day
from services.demo.dialogues import DEPARTMENTS
from services.registry import Services
from tests.support.browser import live
from tests.support.make import PASSWORD, Make

pytestmark = pytest.mark.slow

FAST = 200.0
"""So many times as fast as real: the pauses of both sides vanish, what is left is the desk's own time."""
DAY_MINUTES = 100.0
"""Half a minute of real time."""


@pytest.fixture
def settings(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[Settings]:
    """What the served desk runs with; ``make`` and ``services`` work on its data."""
    with live.database(backing, template, tmp_path) as settings:
        yield settings


async def test_customers_come_and_leave_with_an_answer(
    settings: Settings, services: Services, make: Make, tmp_path: Path
) -> None:
    for department in DEPARTMENTS:
        await make.queue(name=department, department=department, mode=QueueMode.PUSH)
    agents = [
        await make.agent(department=one, chat_capacity=5, status=AgentStatus.OFFLINE)
        for one in DEPARTMENTS
    ]
    boss = await make.supervisor(status=AgentStatus.OFFLINE)

    with live.served(settings, tmp_path / 'errors.log') as desk:
        names = [one.username for one in agents]
        day = Day(desk.address, FAST, random.Random(1), agents=names, password=PASSWORD)
        await asyncio.wait_for(day.play(minutes=DAY_MINUTES), timeout=120)
        complaints = desk.complaints()

    _, snapshot = await services.board.now(boss)
    assert complaints == ''
    assert day.played > 3
    assert sum(one.handled for one in snapshot.agents) > 0
