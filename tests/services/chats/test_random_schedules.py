"""Random schedules of disconnects, repeats, lost answers and kills: nothing lost, nothing doubled.

Of one agent with a customer, and of several agents who share a chat. ``make soak`` plays a thousand of each.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from desk.db import Database
from desk.settings import Settings
from services.aws.object_store import S3
from services.files.intake import FileSetup
from services.registry import Services
from tests.conftest import assembled
from tests.load import shared_chats
from tests.load.desks import LocalDesk, ProcessDesk
from tests.load.schedules import Verdict, run
from tests.support import objects
from tests.support.make import Make

pytestmark = pytest.mark.slow


@pytest.fixture
async def desks_with_files(settings: Settings, bucket: S3) -> AsyncIterator[list[Services]]:
    """Two desks in this process, with a bucket."""
    files = FileSetup(store=bucket)
    async with assembled(settings, files=files) as one, assembled(settings, files=files) as another:
        yield [one, another]


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


async def test_agents_who_share_a_chat_lose_double_and_leak_nothing(
    desks_with_files: list[Services], make: Make, db: Database
) -> None:
    desks = [LocalDesk(one) for one in desks_with_files]

    verdicts = await asyncio.gather(
        *(shared_chats.run(seed, desks, desks_with_files[0], make, db) for seed in range(6))
    )

    done = sum((one.done for one in verdicts), Counter[str]())
    assert [one for one in verdicts if not one.is_clean] == []
    assert all(done[one] for one in ('send', 'file', 'note', 'join', 'accept'))


async def test_agents_who_share_a_chat_outlive_killed_servers(
    settings: Settings,
    bucket_address: str,
    desks_with_files: list[Services],
    make: Make,
    db: Database,
) -> None:
    place = {'files_bucket': objects.BUCKET, 'aws_endpoint_url_s3': bucket_address}
    servers = [ProcessDesk(settings.model_copy(update=place)) for _ in range(2)]
    await asyncio.gather(*(one.start() for one in servers))

    verdicts = [
        await shared_chats.run(seed, servers, desks_with_files[0], make, db) for seed in range(2)
    ]

    for server in servers:
        await server.kill()
    assert [one for one in verdicts if not one.is_clean] == []
    assert [one.kills for one in verdicts] == [1, 1]
