"""What traces cost: the same messages through desks that record none, the usual share and all of them, in turns.

Processor time of the desk's process for a message is the figure: it is the same however fast the machine is meanwhile.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field

import aiohttp

from desk import tracing
from desk.sandbox import BackingUrls
from tests.load import floor
from tests.load.loads import Arrivals, Latency, Pump, steadily
from tests.load.processes import PROJECT, Running, client, serving
from tests.load.report import Row
from tests.load.scenarios import Outcome, desk_pairs
from tests.load.sockets import Customer, Page

SHARES = (0.0, 0.1, 1.0)
"""None; the default of ``OTEL_TRACES_SAMPLER_ARG``; every one."""
RATE = 50
PAGES = 20
SECONDS = 3.0
ROUNDS = 3
CALLS = 20_000


@dataclass(slots=True)
class Traced:
    """A desk that records a share, and what was measured of it."""

    share: float
    running: Running
    arrivals: Arrivals = field(default_factory=Arrivals)
    customers: list[Customer] = field(default_factory=list[Customer])
    steady: list[Latency] = field(default_factory=list[Latency])
    steady_cost: list[float] = field(default_factory=list[float])
    """Milliseconds of the processor for a message, round by round."""
    rates: list[float] = field(default_factory=list[float])
    lost: int = 0


async def rows(urls: BackingUrls) -> Outcome:
    """Measure a page's messages at a steady pace, then programs' as fast as they go."""
    with sinking() as sink:
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(client())
            desks = [await _desk(urls, share, sink.address, http, stack) for share in SHARES]
            for number in range(ROUNDS):
                for desk in _turned(desks, number):
                    await _steady(desk)
            for number in range(ROUNDS):
                for desk in _turned(desks, number):
                    await _fast(desk, http)
        spans = sink.spans()  # the desks have sent what they had
    found = [*_rows(desks, spans), _off_row(desks[0])]
    return Outcome(found, sum(one.lost for one in desks))


class Sink:
    """The process that traces are sent to."""

    def __init__(self, process: 'subprocess.Popen[str]') -> None:
        self._process = process
        assert process.stdout is not None
        self.address = process.stdout.readline().strip()

    def spans(self) -> int:
        """Return how many spans came; nothing more can be sent then."""
        said, _ = self._process.communicate()
        return int(said)


@contextmanager
def sinking() -> Iterator[Sink]:
    """Take traces in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, '-m', 'tests.load.trace_sink'],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Sink(process)
    finally:
        process.kill()
        process.wait()


async def _desk(
    urls: BackingUrls,
    share: float,
    address: str,
    http: aiohttp.ClientSession,
    stack: AsyncExitStack,
) -> Traced:
    traced = {'otel_exporter_otlp_endpoint': address, 'otel_traces_sampler_arg': share}
    running = await stack.enter_async_context(
        serving(
            'tests.load.desk_server',
            urls,
            prefix=f'traces-{share}',
            settings=traced if share else None,
        )
    )
    desk = Traced(share, running)
    for number in range(1, PAGES + 1):
        person = floor.agent(number)
        page = Page(http, running, person)
        await page.open(desk.arrivals.heard)
        stack.push_async_callback(page.close)
        desk.customers.append(Customer(http, running, person))
    return desk


def _turned(desks: list[Traced], number: int) -> list[Traced]:
    """Return the desks in another order each round: what else the machine does meets each in turn."""
    first = number % len(desks)
    return desks[first:] + desks[:first]


async def _steady(desk: Traced) -> None:
    used = desk.running.cpu_seconds()
    found = await steadily(desk.customers, desk.arrivals, rate=RATE, seconds=SECONDS)
    spent = desk.running.cpu_seconds() - used
    desk.steady.append(found)
    desk.steady_cost.append(spent * 1000 / (RATE * SECONDS))
    desk.lost += found.lost


async def _fast(desk: Traced, http: aiohttp.ClientSession) -> None:
    async with AsyncExitStack() as stack:
        pump = Pump([], window=4)
        pump.writers = list(await desk_pairs(http, desk.running, pump, stack))
        desk.rates.append(await pump.per_second(SECONDS))
        desk.lost += await pump.lost()


def _rows(desks: list[Traced], spans: int) -> list[Row]:
    off = desks[0]
    found = []
    for desk in desks[1:]:
        what = f'{desk.share:.0%} of messages traced'
        found += [
            Row(
                what=f'{what}: processor for a message over REST to a page',
                figure=statistics.median(desk.steady_cost),
                unit='ms',
                baseline=statistics.median(off.steady_cost),
                note=f'the baseline is the desk without traces, in turns; {RATE} messages/s, {PAGES} pages',
            ),
            Row(
                what=f'{what}: message to the page, p95',
                figure=Latency.middle(desk.steady).p95,
                unit='ms',
                baseline=Latency.middle(off.steady).p95,
            ),
            Row(
                what=f'{what}: messages a second over /ws',
                figure=statistics.median(desk.rates),
                unit='/s',
                baseline=statistics.median(off.rates),
            ),
        ]
    return [*found, Row(what='spans that came to the collector', figure=spans, unit='')]


def _off_row(off: Traced) -> Row:
    """Compare what a message asks of ``desk.tracing`` while it is off with all that the message costs."""
    begun = time.thread_time()
    for _ in range(CALLS):
        with tracing.root('program frame', asked=''), tracing.child('message stored', chat_id=1):
            tracing.carried()
            carried = tracing.carried()
        with tracing.sending('event sent', [carried]):
            pass
        with tracing.continued('event heard', carried):
            tracing.carried()
        tracing.note(route='')
    return Row(
        what='traces off: what is asked of them for a message',
        figure=(time.thread_time() - begun) * 1e6 / CALLS,
        unit='µs',
        baseline=statistics.median(off.steady_cost) * 1000,
        note='the baseline is all that a message over REST to a page costs',
    )
