"""A roll-out under traffic, part of ``make soak``: two versions of the desk behind a real balancer, pages open, messages going.

An older version (ROLLOUT_FROM; else see ``tests.load.versions``) is started. Then, as ``deploy/deploy_agent_ui.sh`` and ECS do:
migrate, which changes the tables under it, start the new processes, register them, deregister the old ones, wait the balancer's
delay, SIGTERM, wait for their end. Nothing acknowledged may be lost, doubled or out of order, and no page may wait longer than
5 s for what was acknowledged. At the end a process of the older version is started on the newer tables, as after a roll-back.
ROLLOUT_PAGES (200), ROLLOUT_RATE (50 messages a second) and ROLLOUT_PROCESSES (1 of each version) make it
smaller or larger; ROLLOUT_DRAIN=0 shows what draining (60 s) is for.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from desk import logging
from desk.sandbox import BackingUrls, Sandbox
from desk.settings import DRAIN_SECONDS as DESK_DRAINS
from tests.load import floor
from tests.load.balancer import Balancer, MissingBalancerError, balancing
from tests.load.processes import SECRET, SMALL_POOLS, Place, Running, client, serving, stopped
from tests.load.traffic import Verdict, traffic
from tests.load.versions import TwoVersions, two_versions
from tests.support.ports import free_port
from tests.support.until import until

MODULE = 'tests.load.desk_server'
STEADY_SECONDS = 5.0
"""How long the traffic runs before and after the roll-out."""
DEREGISTER_SECONDS = 5.0
"""The balancer's delay before SIGTERM; 30 s in ``service.yaml``, during which nothing happens."""
DRAIN_SECONDS = float(os.environ.get('ROLLOUT_DRAIN', str(DESK_DRAINS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RollOut:
    """What became of one."""

    verdict: Verdict
    took: float
    before: str
    after: str
    """The revision of the tables, before and after."""


async def rolled_out(
    urls: BackingUrls, versions: TwoVersions, *, pages: int, rate: float, each: int
) -> RollOut:
    """Roll the new version out over the old one."""
    before = revision_of(urls)
    ports = {f'{version}{n}': free_port() for version in ('old', 'new') for n in range(each)}
    async with AsyncExitStack() as stack:
        balancer = stack.enter_context(balancing(ports))
        old = [
            await _started(stack, balancer, f'old{n}', ports, urls, versions.old)
            for n in range(each)
        ]
        async with traffic(balancer.address, pages=pages, rate=rate) as going:
            await asyncio.sleep(STEADY_SECONDS)
            begun = time.monotonic()
            await asyncio.to_thread(_migrate, versions.new, urls)
            for n in range(each):
                await _started(stack, balancer, f'new{n}', ports, urls, versions.new)
            for n in range(each):
                await balancer.deregister(f'old{n}')
            await asyncio.sleep(DEREGISTER_SECONDS)
            await asyncio.gather(*(stopped(one, seconds=DRAIN_SECONDS + 15) for one in old))
            took = time.monotonic() - begun
            with contextlib.suppress(AssertionError):  # the verdict says which pages waited
                await going.recovered()
            await asyncio.sleep(STEADY_SECONDS)
            verdict = await going.verdict(urls.database_url)
    async with serving(MODULE, urls, prefix='rollout', place=Place(tree=versions.old)) as again:
        await until(partial(is_ready, again), seconds=60)
    return RollOut(verdict=verdict, took=took, before=before, after=revision_of(urls))


async def is_ready(running: Running) -> bool:
    """Whether a process serves, and everything behind it answers."""
    async with client() as http, http.get(f'{running.address}/readyz') as answer:
        return answer.status == 200


def revision_of(urls: BackingUrls) -> str:
    """Return the revision at which the tables are."""
    with psycopg.connect(floor.bare(urls.database_url)) as connection:
        row = connection.execute('SELECT version_num FROM alembic_version').fetchone()
    assert row is not None
    return str(row[0])


async def _started(
    stack: AsyncExitStack,
    balancer: Balancer,
    name: str,
    ports: dict[str, int],
    urls: BackingUrls,
    tree: Path,
) -> Running:
    place = Place(port=ports[name], tree=tree)
    settings = {'drain_seconds': DRAIN_SECONDS, 'public_url': balancer.address} | SMALL_POOLS
    running = await stack.enter_async_context(
        serving(MODULE, urls, prefix='rollout', settings=settings, place=place)
    )
    await balancer.register(name)
    return running


@contextmanager
def older_floor(tree: Path, size: floor.Size) -> Iterator[BackingUrls]:
    """Give a database that the older version has migrated, filled with agents and chats."""
    with Sandbox(floor.HOME, durable=True) as urls, floor.emptied(urls, 'rollout_run') as own:
        _migrate(tree, own)
        with psycopg.connect(floor.bare(own.database_url), autocommit=True) as connection:
            floor.fill(connection, size)
        yield own


def _migrate(tree: Path, urls: BackingUrls) -> None:
    environment = os.environ | {
        'DATABASE_URL': urls.database_url,
        'DATABASE_OWNER_URL': urls.database_owner_url,
        'REDIS_URL': urls.redis_url,
        'JWT_SECRET_KEY': SECRET,
    }
    subprocess.run([sys.executable, 'main.py', 'migrate'], cwd=tree, env=environment, check=True)


def main() -> int:
    """Roll out; print what became of the traffic; return the exit code."""
    logging.configure(level='ERROR')
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    pages = int(os.environ.get('ROLLOUT_PAGES', '200'))
    rate = float(os.environ.get('ROLLOUT_RATE', '50'))
    each = int(os.environ.get('ROLLOUT_PROCESSES', '1'))
    commit = os.environ.get('ROLLOUT_FROM', '')
    try:
        with two_versions(commit=commit) as versions, older_floor(versions.old, floor.SMALL) as urls:  # fmt: skip
            done = asyncio.run(rolled_out(urls, versions, pages=pages, rate=rate, each=each))
    except MissingBalancerError as error:
        sys.stderr.write(f'{error}\n')
        return 2
    print(f'roll-out from {versions.said}, tables {done.before} to {done.after}: {pages} pages, {rate:.0f} messages/s, {each} + {each} processes, {done.took:.0f} s')  # fmt: skip
    print(done.verdict.lines(), flush=True)
    is_change = done.before != done.after
    if not is_change:
        print('the tables did not change: name an older commit in ROLLOUT_FROM')
    return 0 if is_change and done.verdict.keeps_everything and not done.verdict.pages_over else 1


if __name__ == '__main__':
    sys.exit(main())
