"""A thousand random floors: the routing part of ``make soak``.

Each is a history of its own in an emptied database: arrivals, states, refusals, holds, ends and what supervisors do, through
two desks, by chance of a seed. ``tests.support.floors`` says what has to hold in each; a seed that failed is printed.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from desk.db import Database
from desk.sandbox import BackingUrls, Sandbox
from desk.settings import Settings
from models import migrations
from services.chats import chats, visits
from tests.conftest import SECRET, assembled, making
from tests.support.databases import Shelf, address, app_address, drop, server_of
from tests.support.floors import play

HOME = Path(__file__).parents[2] / '.cache' / 'soak'
TEMPLATE = 'soak_floors'


@dataclass(slots=True)
class Floors:
    """What became of the histories: how many were played, and the seeds at which something did not hold."""

    played: int = 0
    failed: list[int] = field(default_factory=list)


@contextmanager
def shelf() -> Iterator[tuple[BackingUrls, Shelf]]:
    """Real servers, and databases on them that are emptied and used again."""
    with Sandbox(HOME, durable=False) as urls:
        drop(urls, TEMPLATE)
        with server_of(urls) as server:
            server.execute(f'CREATE DATABASE {TEMPLATE}')
        migrations.upgrade(address(urls, TEMPLATE), used_by=app_address(urls, TEMPLATE))
        databases = Shelf(urls, TEMPLATE)
        try:
            yield urls, databases
        finally:
            databases.clear()
            drop(urls, TEMPLATE)


def soak(*, first: int, count: int, seconds: float) -> Floors:
    """Play ``count`` histories from seed ``first`` on, or as many as the time allows."""
    floors, deadline = Floors(), time.monotonic() + seconds
    with shelf() as (urls, databases):
        for seed in range(first, first + count):
            if time.monotonic() > deadline:
                break
            asyncio.run(_one(urls, databases, seed, floors))
    return floors


async def _one(urls: BackingUrls, databases: Shelf, seed: int, floors: Floors) -> None:
    chats.REPLIES.reset()
    visits.LINES.reset()
    name = databases.take()
    settings = Settings(
        _env_file=None,
        database_url=app_address(urls, name),
        database_owner_url=address(urls, name),
        redis_url=urls.redis_url,
        redis_prefix=f'floors_{uuid4().hex}',
        jwt_secret_key=SecretStr(SECRET),
        pool_size=5,
    )
    db = Database(settings.database_url, pool_size=2)
    try:
        async with (
            assembled(settings) as desk,
            assembled(settings) as another,
            making(settings) as make,
        ):
            await play([desk, another], make, db, seed=seed)
    except AssertionError as fault:
        floors.failed.append(seed)
        print(f'floor {seed}: {fault}', flush=True)
    finally:
        floors.played += 1
        await db.close()
        databases.put_back(name)
