"""Random schedules of disconnects, repeats, lost answers and kills: nothing lost, nothing doubled.

``make soak`` plays a thousand of them.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from desk.settings import Settings
from services.registry import Services
from tests.load.desks import LocalDesk, ProcessDesk
from tests.load.schedules import Verdict, run
from tests.support.make import Make

pytestmark = pytest.mark.slow


@pytest.fixture
async def servers(settings: Settings) -> AsyncIterator[list[ProcessDesk]]:
    """Two server processes on the same data."""
    desks = [ProcessDesk(settings), ProcessDesk(settings)]
    await asyncio.gather(*(desk.start() for desk in desks))
    yield desks
    for desk in desks:
        await desk.kill()


async def test_fifteen_schedules_of_bad_lines_lose_and_double_nothing(
    services: Services, another_desk: Services, make: Make
) -> None:
    desks = [LocalDesk(services), LocalDesk(another_desk)]

    verdicts = [await run(seed, desks, services, make) for seed in range(15)]

    assert [one for one in verdicts if not one.is_clean] == []
    assert sum(one.sent for one in verdicts) >= 15 * 8


async def test_five_schedules_with_killed_servers_lose_and_double_nothing(
    services: Services, servers: list[ProcessDesk], make: Make
) -> None:
    verdicts: list[Verdict] = [await run(seed, servers, services, make) for seed in range(5)]

    assert [one for one in verdicts if not one.is_clean] == []
    assert [one.kills for one in verdicts] == [1, 1, 1, 1, 1]
