"""Calls on the screen: Connect in a box rings in a real browser, an agent presses, and callers are found among a million.

By itself: ``python -m tests.load.bench --only voice [--small]``. The page notes by itself when a state of the call, and the
caller's name, have been painted; box, browser and load generator share a clock, being one machine. Beside it, what 100 pages
with the state of a softphone cost those who write messages: in turns the same pages have it, with a call in every phase that
changes every ten seconds, and have it not. A call that does not ring, or a name that does not come, ends the run as an error.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg
from playwright.async_api import BrowserContext, async_playwright
from psycopg import sql

from desk.db import Database
from desk.sandbox import BackingUrls, vendor
from desk.settings import Settings
from models import Agent, AgentStatus
from services.registry import Services
from tests.load import bench_search, floor
from tests.load.floor import bare
from tests.load.front import front_of
from tests.load.loads import Arrivals, Latency, at_pace, steadily
from tests.load.processes import Running, client, serving
from tests.load.report import Row
from tests.load.scenarios import Outcome
from tests.load.sockets import Customer, Page
from tests.support.browser import chromium
from tests.support.browser.calling import CallScreen, at_the_phone, softphone_of
from tests.support.browser.people import Centre
from tests.support.make import Make
from tests.support.sandbox.box import Box, running_box

DATABASE = 'bench_voice'
CALLS, SMALL_CALLS = 40, 10
HOLDS = 2
"""Presses on 보류 in each call."""
LOOKUPS, SMALL_LOOKUPS = 400, 100
MOST_RING_MS, MOST_POP_MS, MOST_COMMAND_MS, MOST_RATIO = 700, 300, 500, 1.1
AGENTS = 100
RATE = 50
"""Messages a second."""
STATES = 10.0
"""States of softphones a second: each of the agents has a call of a minute, one after another, which is busier than a floor is."""
SETTING_OUT = 40.0
"""First and last states a second: a centre's agents do not all sit down within the same instant."""
SETTLE_SECONDS = 2.0
SECONDS, SMALL_SECONDS = 10.0, 4.0
RUNS = 3
OPENING = 8
APPEAR_MS = 30_000
WATCH = """
    window.states = []; window.wanted = null; window.named = null; window.pressed = null;
    addEventListener('click', () => window.pressed = Date.now(), true);
    const painted = (act) => requestAnimationFrame(() => setTimeout(() => act(Date.now())));
    new MutationObserver(() => {
        const state = document.querySelector('.desk-call')?.dataset.call;
        if (state && window.states.at(-1)?.state !== state) {
            const seen = { state, at: null };
            window.states.push(seen);
            painted((at) => seen.at = at);
        }
        if (window.wanted && document.querySelector('.desk-caller')?.textContent.includes(window.wanted)) {
            window.wanted = null;
            painted((at) => window.named = at);
        }
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""


async def rows(urls: BackingUrls, *, small: bool) -> Outcome:
    """Measure; returns the report's rows and how many messages were lost."""
    vendor.fetch(Settings().desk_home)
    count = bench_search.ROWS // 50 if small else bench_search.ROWS
    with TemporaryDirectory() as folder, running_box(Path(folder)) as box:
        box.start_over()
        box.hand('POST', 'clock', held=False)
        with _customers(urls, count) as own:
            found = await _calls(own, box, small=small, customers=count)
        outcome = await _beside_messages(urls, box, SMALL_SECONDS if small else SECONDS)
    return Outcome([*found, *outcome.rows], outcome.lost)


# ---- on the screen


@dataclass(frozen=True, slots=True)
class Times:
    """What was measured, in milliseconds."""

    rings: list[float] = field(default_factory=list)
    names: list[float] = field(default_factory=list)
    """From the ring on the screen to the caller's name."""
    holds: list[float] = field(default_factory=list)


async def _calls(own: BackingUrls, box: Box, *, small: bool, customers: int) -> list[Row]:
    agent = await _agent(own)
    lookups = SMALL_LOOKUPS if small else LOOKUPS
    numbers = _numbers(own, lookups + (SMALL_CALLS if small else CALLS))
    settings = softphone_of(box)
    async with serving('tests.load.desk_server', own, prefix=DATABASE, settings=settings) as desk:
        times = await _on_the_screen(desk, box, numbers[lookups:])
        async with front_of(own, DATABASE) as services:
            looked, plain = await _look_up(services, agent, bare(own.database_url), numbers[:lookups])  # fmt: skip
    ring, name, hold = (Latency.of(one) for one in (times.rings, times.names, times.holds))

    def note(one: Latency) -> str:
        return f'p50 {one.p50:.0f}, p99 {one.p99:.0f} ms, {one.count} times; Chromium and Connect in a box'

    return [
        Row(what='from the ring in Connect to the ring on the screen, p95', figure=ring.p95, unit='ms',
            most=MOST_RING_MS, note=note(ring)),
        Row(what=f"from the ring on the screen to the caller's name, {customers:,} customers, p95", figure=name.p95,
            unit='ms', most=MOST_POP_MS, note=note(name)),
        Row(what='from the press on 보류 to its state on the screen, p95', figure=hold.p95, unit='ms',
            most=MOST_COMMAND_MS, note=note(hold)),
        Row(what=f'a caller by number among {customers:,} customers, service, p95', figure=looked.p95, unit='ms',
            most=MOST_POP_MS, baseline=plain.p95,
            note=f'p50 {looked.p50:.1f} ms, {looked.count} numbers, none asked before; beside: the number alone, bare psycopg'),
    ]  # fmt: skip


async def _on_the_screen(desk: Running, box: Box, callers: Sequence[tuple[str, str]]) -> Times:
    times = Times()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(chromium.LAUNCH_ARGS)
        )
        context = await browser.new_context(
            viewport={'width': 1440, 'height': 900}, locale='ko-KR', permissions=['microphone']
        )
        await context.add_init_script(WATCH)
        phone = await _sat_down(desk, context)
        for number, name in callers:
            await _one_call(phone, box, number, name, times)
        await browser.close()
    return times


async def _sat_down(desk: Running, context: BrowserContext) -> CallScreen:
    phone = await at_the_phone(Centre(desk.address), context, 'agent1')
    await phone.chooses('상담 가능')
    return phone


async def _one_call(phone: CallScreen, box: Box, number: str, name: str, times: Times) -> None:
    """Let a call ring, be taken, held and ended; adds to the times."""
    desk = phone.desk
    await desk.evaluate('name => { window.named = null; window.wanted = name; }', name)  # fmt: skip
    began = time.time() * 1000
    await asyncio.to_thread(box.ring, number=f'+82{number[1:]}')
    rang = await _shown(phone, 'ringing')
    await desk.wait_for_function('window.named !== null', timeout=APPEAR_MS)
    times.rings.append(rang - began)
    times.names.append(max(0.0, float(await desk.evaluate('window.named')) - rang))
    await phone.presses('수락')
    await _shown(phone, 'talking')
    for _ in range(HOLDS):
        await phone.presses('보류')
        held = await _shown(phone, 'held')
        times.holds.append(held - float(await desk.evaluate('window.pressed')))
        await phone.presses('보류 해제')
        await _shown(phone, 'talking')
    await phone.presses('통화 종료')
    await _shown(phone, 'wrap_up')
    await phone.presses('통화 정리')
    await _shown(phone, 'none')


async def _shown(phone: CallScreen, state: str) -> float:
    """Wait until the call is in a state; returns when that was painted, in milliseconds of the wall clock."""
    found = await phone.desk.wait_for_function(
        'state => { const now = window.states.at(-1); return now?.state === state && now.at; }', arg=state, timeout=APPEAR_MS
    )  # fmt: skip
    return float(await found.json_value())


# ---- callers by number


async def _look_up(
    services: Services, agent: Agent, address: str, numbers: Sequence[tuple[str, str]]
) -> tuple[Latency, Latency]:
    """Look for each number once, in turns with the baseline."""
    ours, theirs = [], []
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as plain:
        for number, name in numbers:
            begun = time.perf_counter()
            rows = await plain.execute('SELECT * FROM customers WHERE phone = %s', [number])
            await rows.fetchall()
            theirs.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            found = await services.callers.caller(agent, str(uuid4()), f'+82{number[1:]}', {})
            ours.append((time.perf_counter() - begun) * 1000)
            assert name in [one.customer.name for one in found.candidates], 'a caller was not found'
    return Latency.of(ours), Latency.of(theirs)


def _numbers(own: BackingUrls, count: int) -> list[tuple[str, str]]:
    """Return numbers and names of customers who have them alone."""
    with psycopg.connect(bare(own.database_url)) as connection:
        found = connection.execute(_ALONE, [count]).fetchall()
    assert len(found) == count, 'too few customers with numbers of their own'
    return [(str(number), str(name)) for number, name in found]


_ALONE = """
    SELECT phone, name FROM (SELECT phone, name FROM customers WHERE phone LIKE '010%%' AND length(phone) = 11 ORDER BY id) AS these
    WHERE (SELECT count(*) FROM customers AS same WHERE same.phone = these.phone) = 1 LIMIT %s
"""


async def _agent(own: BackingUrls) -> Agent:
    """Let the sandbox's first agent work at the desk."""
    db = Database(own.database_url, pool_size=1)
    agent = await Make(db).agent(
        username='agent1', email='voice@example.com', status=AgentStatus.OFFLINE
    )
    await db.close()
    return agent


@contextmanager
def _customers(urls: BackingUrls, count: int) -> Iterator[BackingUrls]:
    """Give the addresses of a copy of the customers that are searched in, until the block ends."""
    template = bench_search.filled(urls, count, count).rsplit('/', 1)[1]
    drop = f'DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)'
    with psycopg.connect(bare(urls.database_owner_url), autocommit=True) as server:
        server.execute(drop)
        names = map(sql.Identifier, (DATABASE, template))
        server.execute(sql.SQL('CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy').format(*names))
        address = urls.database_owner_url.rsplit('/', 1)[0] + f'/{DATABASE}'
        try:
            yield BackingUrls(
                database_url=address, database_owner_url=address, redis_url=urls.redis_url
            )
        finally:
            server.execute(drop)


# ---- what softphones cost those who write


async def _beside_messages(urls: BackingUrls, box: Box, seconds: float) -> Outcome:
    settings = softphone_of(box)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(
            serving('tests.load.desk_server', urls, settings=settings)
        )
        http = await stack.enter_async_context(client())
        arrivals, turns = Arrivals(), asyncio.Semaphore(OPENING)
        people = [floor.agent(number) for number in range(1, AGENTS + 1)]
        pages = [Page(http, desk, person) for person in people]

        async def open_one(page: Page) -> None:
            async with turns:
                await page.open(arrivals.heard)
                await page.unlock_sound()
                stack.push_async_callback(page.close)

        await asyncio.gather(*map(open_one, pages))
        customers = [Customer(http, desk, person) for person in people]
        await steadily(customers, arrivals, rate=RATE, seconds=seconds)  # until it runs evenly
        quiet, busy, said = [], [], 0
        for _ in range(RUNS):  # in turns: the machine is the same for both
            quiet.append(await steadily(customers, arrivals, rate=RATE, seconds=seconds))
            async with _with_softphones(pages) as sent:
                busy.append(await steadily(customers, arrivals, rate=RATE, seconds=seconds))
            said += next(sent)
    without, beside = Latency.middle(quiet), Latency.middle(busy)
    row = Row(
        what=f'a message at {RATE}/s beside {AGENTS} agents with softphones, one process, p95', figure=beside.p95 / without.p95,
        unit='times', most=MOST_RATIO,
        note=f'{beside.p95:.1f} ms, without softphones {without.p95:.1f} ms; {said / RUNS / seconds:.0f} states/s, '
        f'{beside.count} messages, {beside.lost + without.lost} lost',
    )  # fmt: skip
    return Outcome([row], beside.lost + without.lost)


@asynccontextmanager
async def _with_softphones(pages: Sequence[Page]) -> AsyncIterator['itertools.count[int]']:
    """Let every page have the state of a softphone while the block runs; gives a counter of the states sent."""
    sent, turns = itertools.count(), itertools.count()

    async def another() -> None:
        turn = next(turns)
        place = turn % len(pages)
        await pages[place].say_softphone(_state(place, place + 1 + turn // len(pages)))
        next(sent)

    await _one_by_one(pages, _state)
    async with asyncio.TaskGroup() as group:
        pace = group.create_task(at_pace(group, another, STATES))
        try:
            yield sent
        finally:
            pace.cancel()
    await _one_by_one(pages, lambda _place, _step: {'link': 'absent', 'at': _now()})


async def _one_by_one(pages: Sequence[Page], state: Callable[[int, int], dict[str, Any]]) -> None:
    """Send every page's state, spread over a time that is not measured, and let the desk be done with them."""
    for place, page in enumerate(pages):
        await page.say_softphone(state(place, place))
        await asyncio.sleep(1 / SETTING_OUT)
    await asyncio.sleep(SETTLE_SECONDS)


PHASES: tuple[tuple[str, bool, str], ...] = (
    ('connecting', True, 'connecting'), ('connected', False, 'connected'), ('connected', False, 'hold'),
    ('connected', False, 'connected'), ('ended', False, 'disconnected'), ('', False, ''),
)  # fmt: skip
"""The states of a call, in order: Connect's, whether it rings, the customer's leg; no call at last."""


def _state(place: int, step: int) -> dict[str, Any]:
    """Return the state that the softphone of page ``place`` sends as its ``step``-th."""
    available = {'name': '상담 가능', 'type': 'routable'}
    state, rings, leg = PHASES[step % len(PHASES)]
    made, number = f'{place}-{step // len(PHASES)}', f'+8210{77_000_000 + place}'
    customer = {'id': f'{made}-c', 'kind': 'customer', 'state': leg, 'since': _now(), 'number': number}  # fmt: skip
    agent = {'id': f'{made}-a', 'kind': 'agent', 'state': 'connected', 'since': _now()}
    call = {
        'id': made, 'kind': 'voice', 'state': state, 'since': _now(), 'rings': rings, 'number': number, 'queue': '주문·배송',
        'legs': [agent, customer],
    }  # fmt: skip
    return {
        'link': 'ready', 'at': _now(), 'owner': True, 'calls': [call] if state else [],
        'agent': {**available, 'since': _now(), 'chosen': available['name'], 'states': [available]},
    }  # fmt: skip


def _now() -> int:
    return int(time.time() * 1000)
