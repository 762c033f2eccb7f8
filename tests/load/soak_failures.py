"""Failures behind the balancer, part of ``make soak``: two processes of the desk, pages open, messages going, one thing fails.

- ``stickiness``: every page loses the balancer's cookie and its socket; the sockets reach any process.
- ``killed``: one process dies with SIGKILL and is started again.
- ``slow``: one process does nothing for 8 s (SIGSTOP, SIGCONT).
- ``valkey``: the primary dies, its replica takes over.
- ``postgres``: the primary dies, its synchronous standby is promoted.

Nothing acknowledged may be lost, doubled, out of order, or missing on its page. FAILURES names some (all);
FAILURES_PAGES (60) and FAILURES_RATE (20 messages a second) make it smaller.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass

import psycopg

from desk import logging
from desk.sandbox import BackingUrls, Sandbox
from models import migrations
from tests.load import floor
from tests.load.balancer import Balancer, MissingBalancerError, balancing, leading_to
from tests.load.processes import SMALL_POOLS, Place, Running, serving
from tests.load.standby import postgres_pair, valkey_pair
from tests.load.traffic import Traffic, Verdict, traffic
from tests.support.ports import free_port
from tests.support.until import until

MODULE = 'tests.load.desk_server'
STEADY_SECONDS = 5.0
SLOW_SECONDS = 8.0
NOTICE_SECONDS = 2.0
"""How long it takes until somebody knows that a primary is dead. A managed service takes longer: add the difference."""


@dataclass(slots=True)
class Scene:
    """Two desks behind a balancer, with traffic."""

    balancer: Balancer
    desks: dict[str, Running]
    going: Traffic
    restart: Callable[[str], Awaitable[None]]


Failure = Callable[[Scene], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What became of one failure."""

    name: str
    back_seconds: float
    """Until every page had a socket again, and an answer had come."""
    verdict: Verdict


async def stickiness(scene: Scene) -> None:
    """Cut every socket, and let no page know where it was."""
    for page in scene.going.pages:
        page.lose_place()
    for name in scene.desks:
        await scene.balancer.cut(name)


async def killed(scene: Scene) -> None:
    """Kill one process and start it again."""
    scene.desks['one'].process.send_signal(signal.SIGKILL)
    await scene.restart('one')


async def slow(scene: Scene) -> None:
    """Stop one process for a while."""
    scene.desks['one'].process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(SLOW_SECONDS)
    scene.desks['one'].process.send_signal(signal.SIGCONT)


async def played(
    name: str, failure: Failure, urls: BackingUrls, *, pages: int, rate: float
) -> Figures:
    """Let one thing fail under traffic; return what became of it."""
    ports = {'one': free_port(), 'two': free_port()}
    async with AsyncExitStack() as stack:
        balancer = stack.enter_context(balancing(ports))
        desks: dict[str, Running] = {}

        async def start(which: str) -> None:
            desks[which] = await stack.enter_async_context(
                serving(MODULE, urls, prefix=f'failures-{name}', place=Place(port=ports[which]),
                        settings={'public_url': balancer.address} | SMALL_POOLS)
            )  # fmt: skip
            await balancer.register(which)

        for which in ports:
            await start(which)
        async with traffic(balancer.address, pages=pages, rate=rate) as going:
            await asyncio.sleep(STEADY_SECONDS)
            begun = time.monotonic()
            await failure(Scene(balancer, desks, going, start))
            await until(lambda: going.ledger.last_at() > begun, seconds=60)
            await asyncio.sleep(0.5)  # a socket that is about to close has done so
            await going.recovered(60)
            back = time.monotonic() - begun
            await asyncio.sleep(STEADY_SECONDS)
            verdict = await going.verdict(urls.database_url)
    return Figures(name=name, back_seconds=back, verdict=verdict)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a failure is played: the data's addresses, and what fails."""

    urls: BackingUrls
    failure: Failure


@contextmanager
def on_floor(failure: Failure) -> Iterator[Stage]:
    """On the usual servers."""
    with floor.floor(floor.SMALL) as urls:
        yield Stage(urls, failure)


@contextmanager
def with_valkey_pair() -> Iterator[Stage]:
    """With a Valkey whose replica takes over."""
    with floor.floor(floor.SMALL) as urls, valkey_pair() as pair, _led(pair.ports) as (port, lead):

        async def failure(_scene: Scene) -> None:
            await _fail_over(pair.lose_first, pair.promote_second, lead)

        own = BackingUrls(
            database_url=urls.database_url,
            database_owner_url=urls.database_owner_url,
            redis_url=f'redis://127.0.0.1:{port}/0',
        )
        yield Stage(own, failure)


@contextmanager
def with_postgres_pair() -> Iterator[Stage]:
    """With a PostgreSQL whose standby is promoted."""
    with Sandbox(floor.HOME, durable=True) as urls, postgres_pair() as pair, _led(pair.ports) as (port, lead):  # fmt: skip
        with pair.connected('first') as primary:
            primary.execute('CREATE DATABASE desk')
        own = pair.url(port)
        migrations.upgrade(own)
        with psycopg.connect(floor.bare(own), autocommit=True) as connection:
            floor.fill(connection, floor.SMALL)

        async def failure(_scene: Scene) -> None:
            await _fail_over(pair.lose_first, pair.promote_second, lead)

        yield Stage(
            BackingUrls(database_url=own, database_owner_url=own, redis_url=urls.redis_url), failure
        )


FAILURES: dict[str, Callable[[], AbstractContextManager[Stage]]] = {
    'stickiness': lambda: on_floor(stickiness),
    'killed': lambda: on_floor(killed),
    'slow': lambda: on_floor(slow),
    'valkey': with_valkey_pair,
    'postgres': with_postgres_pair,
}
Lead = Callable[[str, str], Awaitable[None]]


async def _fail_over(lose: Callable[[], None], promote: Callable[[], None], lead: Lead) -> None:
    """Lose the first server, notice it, promote the second, and lead everybody to it."""
    await asyncio.to_thread(lose)
    await asyncio.sleep(NOTICE_SECONDS)
    await asyncio.to_thread(promote)
    await lead('first', 'second')


@contextmanager
def _led(ports: dict[str, int]) -> Iterator[tuple[int, Lead]]:
    """Run a TCP balancer that leads to the first; give its port, and what leads from one to the other."""
    with leading_to(ports) as balancer:
        asyncio.run(balancer.register('first'))

        async def lead(old: str, new: str) -> None:
            await balancer.deregister(old)
            await balancer.register(new)

        yield balancer.port, lead


def main() -> int:
    """Play the failures; print what became of each; return the exit code."""
    logging.configure(level='ERROR')
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    names = os.environ.get('FAILURES', ' '.join(FAILURES)).split()
    pages = int(os.environ.get('FAILURES_PAGES', '60'))
    rate = float(os.environ.get('FAILURES_RATE', '20'))
    found = []
    try:
        for name in names:
            with FAILURES[name]() as stage:
                figures = asyncio.run(
                    played(name, stage.failure, stage.urls, pages=pages, rate=rate)
                )
            print(f'{name}: back after {figures.back_seconds:.1f} s\n{figures.verdict.lines()}', flush=True)  # fmt: skip
            found.append(figures)
    except MissingBalancerError as error:
        sys.stderr.write(f'{error}\n')
        return 2
    return 0 if all(one.verdict.keeps_everything for one in found) else 1


if __name__ == '__main__':
    sys.exit(main())
