"""A thousand random schedules of disconnects, repeats, lost answers and kills, and a thousand random floors: ``make soak``.

Prints what became of them; exit code 1 when anything was lost, doubled, missing or stale, or when time ran out
(SOAK_SECONDS, 1800 unless set) before all SOAK_SCHEDULES (1000) were played. A tenth of them kill a server.
SOAK_SEED is the first one's seed: a schedule that failed is played again by its own. Then SOAK_SHARED (1000) schedules of chats
that several agents share (``shared_chats``) and SOAK_FLOORS (1000) histories of the routing (``soak_floors``) are played, each
within SOAK_SECONDS of their own; a number of 0 leaves a part out.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

import psycopg
from pydantic import SecretStr
from redis.asyncio import Redis

from desk import logging, loops
from desk.db import Database
from desk.events import Topics
from desk.sandbox import Sandbox
from desk.settings import Settings
from desk.stream import EventStream
from models import migrations
from services import assembly
from services.chats import chats, notes, visits
from services.files.intake import FileSetup
from services.registry import Services
from tests.load import schedules, shared_chats, soak_floors
from tests.load.desks import Desk, LocalDesk, ProcessDesk
from tests.load.schedules import Verdict
from tests.load.shared_chats import SharedVerdict
from tests.support import objects
from tests.support.make import Make

HOME = Path(__file__).parents[2] / '.cache' / 'soak'
SECRET = 'a-secret-of-the-soak-that-is-long-enough'
KILL_EVERY = 10
AT_ONCE = 4
"""So many schedules without kills run side by side: they also disturb each other."""


class Outcome(Protocol):
    """What became of a schedule of any kind."""

    @property
    def is_clean(self) -> bool:
        """Whether all that is promised was kept."""


OutcomeT = TypeVar('OutcomeT', bound=Outcome)
Run = Callable[[int, Sequence[Desk], Services, Make, Database], Awaitable[OutcomeT]]


@contextmanager
def emptied_desk() -> Iterator[Settings]:
    """Real servers, a new database on them, and an empty bucket."""
    name = f'soak_{os.getpid()}'
    with (
        Sandbox(HOME, durable=False) as urls,
        TemporaryDirectory() as folder,
        objects.running(Path(folder)) as bucket,
    ):
        with _server(urls.database_owner_url) as server:
            server.execute(f'CREATE DATABASE {name}')
        address = urls.database_owner_url.rsplit('/', 1)[0] + f'/{name}'
        migrations.upgrade(address)
        yield Settings(
            _env_file=None,
            database_url=address,
            redis_url=urls.redis_url,
            redis_prefix=name,
            jwt_secret_key=SecretStr(SECRET),
            files_bucket=objects.BUCKET,
            aws_endpoint_url_s3=bucket,
        )
        with _server(urls.database_owner_url) as server:
            server.execute(f'DROP DATABASE {name} WITH (FORCE)')


@asynccontextmanager
async def local_desk(settings: Settings) -> AsyncIterator[Services]:
    """A desk in this process, with everything that goes on in it."""
    db = Database(settings.database_url)
    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    topics = Topics()
    stream = EventStream(redis, topics, prefix=settings.redis_prefix)
    services = assembly.assemble(
        db,
        topics,
        stream,
        redis=redis,
        jwt_secret=SECRET,
        session_hours=1,
        files=FileSetup.of(settings),
    )
    await stream.open()
    going = {'relay': services.relay.carry, 'sweep': services.relay.sweep, 'stream': stream.follow}
    async with loops.running(going):
        yield services
    await services.files.close()
    await redis.aclose()
    await db.close()


async def soak(
    settings: Settings, run: Run[OutcomeT], *, first: int, count: int, seconds: float
) -> list[OutcomeT]:
    """Play ``count`` schedules from seed ``first`` on, or as many as the time allows."""
    deadline = time.monotonic() + seconds
    seeds = list(range(first, first + count))
    killing = [seed for seed in seeds if seed % KILL_EVERY == 0]
    peaceful = [seed for seed in seeds if seed % KILL_EVERY]
    async with AsyncExitStack() as stack:
        services, another = [
            await stack.enter_async_context(local_desk(settings)) for _ in range(2)
        ]
        db = Database(settings.database_url, pool_size=AT_ONCE)
        stack.push_async_callback(db.close)
        make = Make(db)
        processes = [await _process(stack, settings) for _ in range(2)]
        desks = [LocalDesk(services), LocalDesk(another)]

        async def play(seeds: Sequence[int], desks: Sequence[Desk]) -> list[OutcomeT]:
            verdicts = []
            for seed in seeds:
                if time.monotonic() > deadline:
                    break
                for throttle in (chats.REPLIES, visits.LINES, notes.NOTES):
                    throttle.reset()
                verdicts.append(await run(seed, desks, services, make, db))
                if not verdicts[-1].is_clean:
                    print(verdicts[-1], flush=True)
            return verdicts

        shares = [peaceful[place::AT_ONCE] for place in range(AT_ONCE)]
        played = await asyncio.gather(
            play(killing, processes), *(play(share, desks) for share in shares)
        )
    return [verdict for share in played for verdict in share]


async def _alone(
    seed: int, desks: Sequence[Desk], fresh: Services, make: Make, _: Database
) -> Verdict:
    return await schedules.run(seed, desks, fresh, make)


async def _process(stack: AsyncExitStack, settings: Settings) -> ProcessDesk:
    desk = ProcessDesk(settings)
    stack.push_async_callback(desk.kill)
    await desk.start()
    return desk


def table(verdicts: Sequence[Verdict], *, asked: int, took_seconds: float) -> str:
    """Return what became of the schedules, a figure a line."""
    sums = {
        'schedules': f'{len(verdicts)} of {asked}',
        'with a killed server': sum(one.kills > 0 for one in verdicts),
        'messages sent': sum(one.sent for one in verdicts),
        'lost': sum(one.lost for one in verdicts),
        'doubled': sum(one.doubled for one in verdicts),
        'gaps in numbers': sum(one.gaps for one in verdicts),
        'screens unlike a fresh read': sum(one.stale_screens for one in verdicts),
        'seconds': round(took_seconds),
    }
    return '\n'.join(f'{name:<28} {value:>14}' for name, value in sums.items())


def shared_table(verdicts: Sequence[SharedVerdict], *, asked: int, took_seconds: float) -> str:
    """Return what was done in shared chats and what became of it, a figure a line."""
    done = sum((one.done for one in verdicts), Counter[str]())
    figures = {
        'shared chats': f'{len(verdicts)} of {asked}',
        'with a killed server': sum(one.kills > 0 for one in verdicts),
        **{name: done[name] for name in shared_chats.SHOWN},
        'in which a rule did not hold': sum(not one.is_clean for one in verdicts),
        'seconds': round(took_seconds),
    }
    return '\n'.join(f'{name:<28} {value:>14}' for name, value in figures.items())


def main() -> int:
    """Soak; return the exit code."""
    logging.configure(level='ERROR')
    first = int(os.environ.get('SOAK_SEED', '0'))
    seconds = float(os.environ.get('SOAK_SECONDS', '1800'))
    are_clean = [
        _soak_alone(first, _count('SOAK_SCHEDULES'), seconds),
        _soak_shared(first, _count('SOAK_SHARED'), seconds),
        _soak_floors(first, _count('SOAK_FLOORS'), seconds),
    ]
    return 0 if all(are_clean) else 1


def _count(name: str) -> int:
    return int(os.environ.get(name, '1000'))


def _soak_alone(first: int, count: int, seconds: float) -> bool:
    began, verdicts = time.monotonic(), list[Verdict]()
    if count:
        with emptied_desk() as settings:
            verdicts = asyncio.run(
                soak(settings, _alone, first=first, count=count, seconds=seconds)
            )
        print(table(verdicts, asked=count, took_seconds=time.monotonic() - began))
    return len(verdicts) == count and all(one.is_clean for one in verdicts)


def _soak_shared(first: int, count: int, seconds: float) -> bool:
    began, verdicts = time.monotonic(), list[SharedVerdict]()
    if count:
        with emptied_desk() as settings:
            verdicts = asyncio.run(
                soak(settings, shared_chats.run, first=first, count=count, seconds=seconds)
            )
        print(shared_table(verdicts, asked=count, took_seconds=time.monotonic() - began))
    return len(verdicts) == count and all(one.is_clean for one in verdicts)


def _soak_floors(first: int, count: int, seconds: float) -> bool:
    floors = soak_floors.soak(first=first, count=count, seconds=seconds)
    print(f'floors {floors.played} of {count}, routing did not hold in {len(floors.failed)}')
    return floors.played == count and not floors.failed


def _server(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace('+psycopg', ''), autocommit=True)


if __name__ == '__main__':
    sys.exit(main())
