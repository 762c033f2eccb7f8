"""A roll-out under traffic, part of ``make soak``: two versions of the desk behind a real balancer, pages open, messages going.

An earlier commit (ROLLOUT_FROM; else the one before the newest migration, or the first whose processes drain) is checked out
into a temporary folder and started. Then, as ``deploy/deploy_agent_ui.sh`` and ECS do: migrate, start the new processes,
register them, deregister the old ones, wait the balancer's delay, SIGTERM, wait for their end. Nothing acknowledged may be
lost, doubled or out of order, and no page may wait longer than 5 s for what was acknowledged.
ROLLOUT_PAGES (200), ROLLOUT_RATE (50 messages a second) and ROLLOUT_PROCESSES (1 of each version) make it
smaller or larger; ROLLOUT_DRAIN=0 shows what draining (60 s) is for.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import psycopg

from desk import logging
from desk.sandbox import BackingUrls, Sandbox
from desk.settings import DRAIN_SECONDS as DESK_DRAINS
from tests.load import floor
from tests.load.balancer import Balancer, MissingBalancerError, balancing
from tests.load.processes import SECRET, SMALL_POOLS, Place, Running, serving, stopped
from tests.load.traffic import Verdict, traffic
from tests.support.ports import free_port

PROJECT = Path(__file__).parents[2]
MODULE = 'tests.load.desk_server'
VERSIONS = 'models/migrations/versions'
DRAINS = 'desk/draining.py'
STEADY_SECONDS = 5.0
"""How long the traffic runs before and after the roll-out."""
DEREGISTER_SECONDS = 5.0
"""The balancer's delay before SIGTERM; 30 s in ``service.yaml``, during which nothing happens."""
DRAIN_SECONDS = float(os.environ.get('ROLLOUT_DRAIN', str(DESK_DRAINS)))


def older_commit() -> str:
    """Return the commit to roll out from: the newest before the last migration that has draining, or the first that has it."""
    before = _git('log', '-1', '--format=%H', '--', VERSIONS) + '^'
    drains = _git('ls-tree', '-r', '--name-only', before, '--', DRAINS)
    return _git('rev-parse', before) if drains else _git('log', '--diff-filter=A', '--format=%H', '--', DRAINS)  # fmt: skip


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """Check a commit out into a temporary folder, with what the desk needs beside it."""
    with tempfile.TemporaryDirectory(prefix='rollout-') as folder:
        tree = Path(folder) / 'older'
        _git('worktree', 'add', '--detach', '--quiet', str(tree), commit)
        try:
            yield tree
        finally:
            _git('worktree', 'remove', '--force', str(tree))


async def rolled_out(urls: BackingUrls, tree: Path, *, pages: int, rate: float, each: int) -> tuple[Verdict, float]:  # fmt: skip
    """Roll the new version out over the old one; return what became of the traffic, and the seconds it took."""
    ports = {f'{version}{n}': free_port() for version in ('old', 'new') for n in range(each)}
    async with AsyncExitStack() as stack:
        balancer = stack.enter_context(balancing(ports))
        old = [await _started(stack, balancer, f'old{n}', ports, urls, tree) for n in range(each)]
        async with traffic(balancer.address, pages=pages, rate=rate) as going:
            await asyncio.sleep(STEADY_SECONDS)
            begun = time.monotonic()
            await asyncio.to_thread(_migrate, PROJECT, urls)
            for n in range(each):
                await _started(stack, balancer, f'new{n}', ports, urls, PROJECT)
            for n in range(each):
                await balancer.deregister(f'old{n}')
            await asyncio.sleep(DEREGISTER_SECONDS)
            await asyncio.gather(*(stopped(one, seconds=DRAIN_SECONDS + 15) for one in old))
            took = time.monotonic() - begun
            with contextlib.suppress(AssertionError):  # the verdict says which pages waited
                await going.recovered()
            await asyncio.sleep(STEADY_SECONDS)
            return await going.verdict(urls.database_url), took


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


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ['git', *arguments], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ''


def main() -> int:
    """Roll out; print what became of the traffic; return the exit code."""
    logging.configure(level='ERROR')
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    pages = int(os.environ.get('ROLLOUT_PAGES', '200'))
    rate = float(os.environ.get('ROLLOUT_RATE', '50'))
    each = int(os.environ.get('ROLLOUT_PROCESSES', '1'))
    commit = os.environ.get('ROLLOUT_FROM') or older_commit()
    try:
        with checkout(commit) as tree, older_floor(tree, floor.SMALL) as urls:
            verdict, took = asyncio.run(rolled_out(urls, tree, pages=pages, rate=rate, each=each))
    except MissingBalancerError as error:
        sys.stderr.write(f'{error}\n')
        return 2
    print(f'roll-out from {commit[:8]}: {pages} pages, {rate:.0f} messages/s, {each} + {each} processes, {took:.0f} s')  # fmt: skip
    print(verdict.lines(), flush=True)
    return 0 if verdict.keeps_everything and not verdict.pages_over else 1


if __name__ == '__main__':
    sys.exit(main())
