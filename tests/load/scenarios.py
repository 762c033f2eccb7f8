"""The load over sockets: how long messages take, how many go through, what pages cost."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp

from tests.load import floor
from tests.load.floor import Person
from tests.load.loads import Arrivals, Latency, Pump, steadily
from tests.load.processes import Cores, Running, client
from tests.load.report import Row
from tests.load.sockets import BareSocket, Customer, Page, ProgramSocket

RATE = 50
"""Messages a second in all."""
SECONDS = 5.0
RUNS = 3
OPENING = 8
"""Pages that are being opened at a time."""
THROUGHPUT_SECONDS = 4.0
WINDOW = 4
PAIRS = 32


@dataclass(slots=True)
class Outcome:
    """Rows of the report, and how many messages never came."""

    rows: list[Row]
    lost: int = 0


async def latency_and_memory(desk: Running, bare: Running, counts: Sequence[int]) -> Outcome:
    """Open ever more agents' pages; at each count send the load beside the baseline's, in turns."""
    outcome = Outcome([])
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(client())
        arrivals, pages = Arrivals(), 0
        resident = [await _settled(http, desk)]
        for count in counts:
            people = [floor.agent(number) for number in range(pages + 1, count + 1)]
            await _open_pages(http, desk, people, arrivals, stack)
            pages = count
            resident.append(await _settled(http, desk))
            per_page = (resident[-1] - resident[-2]) / len(people)
            found = await _beside_baseline(http, desk, bare, arrivals, count)
            outcome.lost += found.lost
            outcome.rows += found.rows
            outcome.rows.append(
                Row(
                    what=f'memory of a signed-in agent, at {count}',
                    figure=per_page,
                    unit='MB',
                    most=1.5,
                )
            )
    return outcome


async def _open_pages(
    http: aiohttp.ClientSession,
    desk: Running,
    people: Sequence[Person],
    arrivals: Arrivals,
    stack: AsyncExitStack,
) -> None:
    turns = asyncio.Semaphore(OPENING)

    async def open_one(person: Person) -> None:
        async with turns:
            page = Page(http, desk, person)
            await page.open(arrivals.heard)
            stack.push_async_callback(page.close)

    await asyncio.gather(*(open_one(person) for person in people))


async def _settled(http: aiohttp.ClientSession, desk: Running) -> float:
    """Return the memory that the desk holds after what can be collected is."""
    async with http.get(f'{desk.address}/bench/collect') as answer:
        await answer.read()
    return desk.resident_mb


async def _beside_baseline(
    http: aiohttp.ClientSession, desk: Running, bare: Running, arrivals: Arrivals, count: int
) -> Outcome:
    people = [floor.agent(number) for number in range(1, count + 1)]
    customers = [Customer(http, desk, person) for person in people]
    desk_runs, bare_runs, cores = [], [], []
    async with AsyncExitStack() as stack:
        bare_arrivals = Arrivals()
        bare_customers = [await _bare_chat(http, bare, one, bare_arrivals, stack) for one in people]
        for _ in range(RUNS):
            bare_runs.append(
                await steadily(bare_customers, bare_arrivals, rate=RATE, seconds=SECONDS)
            )
            used = Cores(desk)
            desk_runs.append(await steadily(customers, arrivals, rate=RATE, seconds=SECONDS))
            cores.append(used.used())
    ours, theirs = Latency.middle(desk_runs), Latency.middle(bare_runs)
    return Outcome(_latency_rows(count, ours, theirs, statistics.median(cores)), ours.lost)


async def _bare_chat(
    http: aiohttp.ClientSession,
    bare: Running,
    person: Person,
    arrivals: Arrivals,
    stack: AsyncExitStack,
) -> BareSocket:
    customer, agent = BareSocket(http, bare, person), BareSocket(http, bare, person)
    await agent.open(arrivals.heard)
    await customer.open(_ignore)
    stack.push_async_callback(agent.close)
    stack.push_async_callback(customer.close)
    return customer


def _latency_rows(count: int, ours: Latency, theirs: Latency, cores: float) -> list[Row]:
    what = f"customer's message to the agent's socket, {count} open pages"
    return [
        Row(what=f'{what}, p50', figure=ours.p50, unit='ms', baseline=theirs.p50),
        Row(what=f'{what}, p95', figure=ours.p95, unit='ms', baseline=theirs.p95, most=50),
        Row(what=f'{what}, p99', figure=ours.p99, unit='ms', baseline=theirs.p99, most=250),
        Row(
            what=f'undelivered of {ours.count + ours.lost}, {count} pages',
            figure=ours.lost,
            unit='',
            most=0,
        ),
        Row(
            what=f'processor, {count} pages, {RATE} messages/s', figure=cores, unit='cores', most=1
        ),
    ]


async def throughput(desk: Running, bare: Running) -> Outcome:
    """Send as fast as it goes over WebSockets of both: a writer and a reader in each of ``PAIRS`` chats."""
    desk_rates, bare_rates, lost = [], [], 0
    async with client() as http:
        for _ in range(RUNS):
            rate, _ = await _pumped(lambda pump, stack: _bare_pairs(http, bare, pump, stack))
            bare_rates.append(rate)
            rate, missing = await _pumped(lambda pump, stack: desk_pairs(http, desk, pump, stack))
            desk_rates.append(rate)
            lost += missing
    row = Row(
        what='messages a second, one process, stored, numbered, fanned out',
        figure=statistics.median(desk_rates),
        unit='/s',
        baseline=statistics.median(bare_rates),
        least=0.5,
        note=f'/ws of both, {PAIRS} chats, {WINDOW} under way in each; the desk writes 3 frames a message, the baseline 1',
    )
    return Outcome([row], lost)


async def _pumped(
    connect: Callable[[Pump, AsyncExitStack], Awaitable[list[BareSocket] | list[ProgramSocket]]],
) -> tuple[float, int]:
    async with AsyncExitStack() as stack:
        pump = Pump([], window=WINDOW)
        pump.writers = list(await connect(pump, stack))
        rate = await pump.per_second(THROUGHPUT_SECONDS)
        return rate, await pump.lost()


async def _bare_pairs(
    http: aiohttp.ClientSession, bare: Running, pump: Pump, stack: AsyncExitStack
) -> list[BareSocket]:
    writers = []
    for number in range(1, PAIRS + 1):
        holder, colleague = (BareSocket(http, bare, person) for person in floor.pair(number))
        await holder.open(_ignore)
        await colleague.open(pump.heard)
        stack.push_async_callback(holder.close)
        stack.push_async_callback(colleague.close)
        writers.append(holder)
    return writers


async def desk_pairs(
    http: aiohttp.ClientSession, desk: Running, pump: Pump, stack: AsyncExitStack
) -> list[ProgramSocket]:
    """Open a writer and a reader in each of ``PAIRS`` chats; return the writers."""
    writers = []
    for number in range(1, PAIRS + 1):
        holder, colleague = (ProgramSocket(http, desk, person) for person in floor.pair(number))
        await holder.open(_ignore)
        await colleague.open(pump.heard)
        stack.push_async_callback(holder.close)
        stack.push_async_callback(colleague.close)
        writers.append(holder)
    return writers


def _ignore(_number: int) -> None:
    """Hear nothing."""
