"""1, 2 and 4 processes of the desk behind HAProxy: ``make scaling``.

The processes are pinned in turn to this machine's cores (``taskset``). Where there are fewer cores than processes, PostgreSQL
and the load take what the desks would have needed: then messages a second say little, and the processor time per message says
what limits. It is measured by kind of process, so that any other machine can be computed (docs/scaling.md).
SCALING_PROCESSES and SCALING_ROUTING (1 2 4 each), SCALING_SECONDS (8), SCALING_PAGES (100) and SCALING_RATE (25 messages a second to pages) change it.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import psutil
import psycopg
import redis

from desk import logging
from desk.sandbox import BackingUrls
from tests.load import floor, routing
from tests.load.balancer import Balancer, MissingBalancerError, balancing
from tests.load.loads import Pump
from tests.load.processes import SMALL_POOLS, Place, Running, client, serving
from tests.load.sockets import Customer, ProgramSocket
from tests.load.traffic import traffic
from tests.support.ports import free_port

MODULE = 'tests.load.desk_server'
WRITERS = 64
WINDOW = 1
ROUTED = {'agents': 100, 'waiting': 1_000, 'queues': 5, 'rate': 10.0, 'seconds': 5.0}


@dataclass(frozen=True, slots=True)
class Kinds:
    """The processes that take part, by kind."""

    desks: Sequence[psutil.Process]
    postgres: psutil.Process
    valkey: psutil.Process
    balancer: psutil.Process

    @classmethod
    def of(cls, urls: BackingUrls, desks: Sequence[Running], balancer: Balancer) -> 'Kinds':
        """Find them."""
        with psycopg.connect(floor.bare(urls.database_url)) as connection:
            backend = psutil.Process(connection.info.backend_pid)
            postmaster = backend.parent()
        assert postmaster
        said = redis.Redis.from_url(urls.redis_url).info('server')
        return cls(
            [one.process for one in desks],
            postmaster,
            psutil.Process(int(said['process_id'])),
            balancer.process,
        )

    def seconds(self) -> dict[str, float]:
        """Return the processor time of each kind so far."""
        children = self.postgres.children(recursive=True)
        ended = self.postgres.cpu_times()
        return {
            'desk': sum(map(_used, self.desks)),
            'PostgreSQL': sum(map(_used, [self.postgres, *children]))
            + ended.children_user
            + ended.children_system,
            'Valkey': _used(self.valkey),
            'HAProxy': _used(self.balancer),
            'load': _used(psutil.Process()),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one part of the measurement found."""

    what: str
    processes: int
    per_second: float
    milliseconds: Mapping[str, float]
    """Processor time of a message by kind of process."""
    note: str = ''

    def line(self) -> str:
        """Return a row of the table."""
        spent = ' | '.join(f'{self.milliseconds[kind]:.2f}' for kind in KINDS)
        return f'| {self.what} | {self.processes} | {self.per_second:.0f} | {spent} | {self.note} |'


KINDS = ('desk', 'PostgreSQL', 'Valkey', 'HAProxy', 'load')
HEAD = f'| what | processes | a second | {" | ".join(f"{kind}, ms" for kind in KINDS)} | |\n|{"---|" * (len(KINDS) + 4)}'


async def measured(
    urls: BackingUrls, processes: int, *, seconds: float, pages: int, rate: float
) -> list[Share]:
    """Measure so many processes: messages as fast as they go, then at a pace with pages open."""
    ports = {f'desk{n}': free_port() for n in range(processes)}
    async with AsyncExitStack() as stack:
        balancer = stack.enter_context(balancing(ports))
        desks = []
        for n, (name, port) in enumerate(ports.items()):
            place = Place(port=port, core=n % (psutil.cpu_count() or 1))
            desks.append(
                await stack.enter_async_context(
                    serving(MODULE, urls, prefix='scaling', place=place,
                            settings={'public_url': balancer.address} | SMALL_POOLS)
                )
            )  # fmt: skip
            await balancer.register(name)
        kinds = Kinds.of(urls, desks, balancer)
        await asyncio.sleep(2)  # until they have started whole
        return [
            await _fastest(kinds, balancer, processes, seconds),
            await _with_pages(urls, kinds, balancer, processes, seconds, pages=pages, rate=rate),
        ]


async def _fastest(kinds: Kinds, balancer: Balancer, processes: int, seconds: float) -> Share:
    """Customers write as fast as they are answered; each message goes to its agent's program."""
    async with client() as http, AsyncExitStack() as stack:
        people = [floor.agent(n) for n in range(1, WRITERS + 1)]
        writers = [Customer(http, balancer.running, one) for one in people]
        pump = Pump(writers, window=WINDOW)
        for one in people:
            program = ProgramSocket(http, balancer.running, one)
            await program.open(pump.heard)
            stack.push_async_callback(program.close)
        await pump.per_second(2)
        await pump.lost()
        before, count, begun = kinds.seconds(), pump.arrived, time.perf_counter()
        await pump.per_second(seconds)
        lost = await pump.lost()
        took, arrived = time.perf_counter() - begun, pump.arrived - count
        spent = _per(before, kinds.seconds(), arrived)
    return Share(what='as fast as they go, to a program each', processes=processes, per_second=arrived / took,
                 milliseconds=spent, note=f'{lost} lost')  # fmt: skip


async def _with_pages(
    urls: BackingUrls, kinds: Kinds, balancer: Balancer, processes: int, seconds: float, *, pages: int, rate: float
) -> Share:  # fmt: skip
    """At a pace, with agents' pages open; what the pages cost without a message is taken off."""
    async with traffic(balancer.address, pages=pages, rate=rate) as going:
        await asyncio.sleep(3)
        before, count, begun = kinds.seconds(), len(going.ledger.at), time.perf_counter()
        await asyncio.sleep(seconds)
        after, arrived, took = kinds.seconds(), len(going.ledger.at) - count, time.perf_counter() - begun  # fmt: skip
        await going.end()
        await asyncio.sleep(1)
        quiet, quiet_at = kinds.seconds(), time.perf_counter()
        await asyncio.sleep(seconds / 2)
        idle, rested = kinds.seconds(), time.perf_counter() - quiet_at
        verdict = await going.verdict(urls.database_url)
    resting = {kind: (idle[kind] - quiet[kind]) / rested for kind in KINDS}
    spent = {
        kind: (after[kind] - before[kind] - resting[kind] * took) * 1000 / arrived for kind in KINDS
    }
    note = (
        f'{pages} pages, p95 {verdict.p95_page_wait * 1000:.0f} ms after the acknowledgement; at rest the desk takes '
        f'{resting["desk"] * 1000 / pages:.2f} and PostgreSQL {resting["PostgreSQL"] * 1000 / pages:.2f} ms/s a page'
    )
    return Share(what='at a pace, to a page each', processes=processes, per_second=arrived / took,
                 milliseconds=spent, note=note)  # fmt: skip


def _per(before: Mapping[str, float], after: Mapping[str, float], count: int) -> dict[str, float]:
    return {kind: (after[kind] - before[kind]) * 1000 / max(1, count) for kind in KINDS}


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except (
        psutil.NoSuchProcess
    ):  # a connection of PostgreSQL that ended meanwhile counts as its parent's
        return 0.0
    return float(times.user + times.system)


async def routed(urls: BackingUrls, processes: int) -> list[str]:
    """Measure the routing with so many processes; return its rows."""
    found = await routing.rows(urls, routing.Load(**ROUTED, processes=processes))  # type: ignore[arg-type]  # one dict of two kinds
    return [f'| {processes} | {" | ".join(row.cells()[:2])} |' for row in found.rows]


def main() -> int:
    """Measure; print the tables; return the exit code."""
    logging.configure(level='ERROR')
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    counts = [int(one) for one in os.environ.get('SCALING_PROCESSES', '1 2 4').split()]
    routings = [int(one) for one in os.environ.get('SCALING_ROUTING', '1 2 4').split()]
    seconds = float(os.environ.get('SCALING_SECONDS', '8'))
    pages = int(os.environ.get('SCALING_PAGES', '100'))
    rate = float(os.environ.get('SCALING_RATE', '25'))
    print(f'{psutil.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n\n{HEAD}', flush=True)  # fmt: skip
    try:
        for count in counts:
            with floor.floor(floor.SMALL) as urls:
                for share in asyncio.run(
                    measured(urls, count, seconds=seconds, pages=pages, rate=rate)
                ):
                    print(share.line(), flush=True)
    except MissingBalancerError as error:
        sys.stderr.write(f'{error}\n')
        return 2
    print('\n| processes | routing | |\n|---|---|---|')
    for count in routings:
        with floor.floor(floor.SMALL) as urls:
            print('\n'.join(asyncio.run(routed(urls, count))), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
