"""The dashboard: from the commit of a chat's change to the number in the browser, and what open dashboards ask the database.

By itself: ``python -m tests.load.bench --only dashboard [--small]``. Customers come, agents take and end: 20 events a second on
a floor of 300 agents, while a Chromium page has ``/desk/dashboard`` open. Two queues have nothing but timed events, so that
their numbers only rise: the page notes when it first shows at least as many as were committed. A number that never came counts
as lost. This machine's Chromium without a window cannot hide a page; that which is called hidden here has what Chromium does to
hidden pages: no frames, and timers once a second.
"""

import asyncio
import contextlib
import itertools
import json
import statistics
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

import aiohttp
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from desk.errors import DeskError
from desk.sandbox import BackingUrls
from models import Agent, ChatSession, ChatStatus, Queue
from services.chats.events import ChatCard
from services.chats.visits import ChatStart
from services.registry import Services
from tests.load import bench_reports, dashboard_data, dashboard_past, sockets
from tests.load.dashboard_data import ASKED, DASHBOARDS, DATABASE, TAKEN, boss_cookie
from tests.load.floor import Person, bare
from tests.load.front import front_of
from tests.load.loads import ARRIVE_SECONDS, Latency, at_pace
from tests.load.processes import Running, client, serving
from tests.load.report import Row
from tests.load.scenarios import Outcome
from tests.support.browser import chromium
from tests.support.until import until

EVENTS = 20.0
"""Events a second in all; so many of them are timed:"""
PROBES = 4.0
SECONDS, SMALL_SECONDS = 60.0, 12.0
WARM_SECONDS = 2.0
WINDOW_SECONDS, SMALL_WINDOW_SECONDS = 10.0, 4.0
RUNS = 3
MOST_MS = 1_000
MOST_RATIO = 1.1
"""Ten dashboards may ask no more than one does; a tenth is chance."""
ASKERS = ('pages', 'board')
FORGET_SECONDS = 30.0
KEYS = {
    ASKED: f'waiting:{dashboard_data.queue_id(ASKED)}',
    TAKEN: f'in_progress:{dashboard_data.queue_id(TAKEN)}',
}
"""The numbers that show the timed events, as the page names them."""
PATIENT = {'abandon_after_seconds': 24 * 3600}
"""The timed customers have no pages that keep them present: given up, they would be missing from the waiting number."""
COMMITTED: ContextVar[list[float] | None] = ContextVar('COMMITTED', default=None)
WATCH = """
    window.shown = {};
    const keys = KEYS;
    new MutationObserver(() => {
        for (const key of keys) {
            const element = document.querySelector(`[data-key="${key}"]`);
            const value = element ? parseInt(element.textContent) : NaN;
            const seen = window.shown[key] ??= [];
            if (Number.isNaN(value) || seen.at(-1)?.[0] === value) continue;
            const note = [value, Date.now()];
            seen.push(note);
            if (!document.hidden) requestAnimationFrame(() => setTimeout(() => note[1] = Date.now()));
        }
    }).observe(document, { subtree: true, childList: true, characterData: true });
"""
HIDDEN = """
    Object.defineProperty(Document.prototype, 'hidden', { get: () => true });
    Object.defineProperty(Document.prototype, 'visibilityState', { get: () => 'hidden' });
    window.requestAnimationFrame = () => 0;
    const later = window.setTimeout;
    window.setTimeout = (act, wait = 0, ...rest) => later(act, wait + 1000 - (Date.now() + wait) % 1000, ...rest);
"""


@dataclass(slots=True, kw_only=True)
class Floor:
    """What goes on: everybody's events, and those that are timed."""

    services: Services
    agents: dict[str, list[Agent]]
    """By department, which is a queue's too."""
    queues: list[str]
    taker: Agent
    to_take: deque[UUID]
    came: deque[ChatCard] = field(default_factory=deque)
    held: deque[tuple[Agent, UUID]] = field(default_factory=deque)
    committed: dict[str, list[float]] = field(default_factory=lambda: {ASKED: [], TAKEN: []})
    """When each timed event was committed, in milliseconds of the wall clock."""
    refused: int = 0
    done: int = 0
    _numbers: 'itertools.count[int]' = field(default_factory=itertools.count)
    _turns: 'itertools.count[int]' = field(default_factory=itertools.count)
    _probes: 'itertools.count[int]' = field(default_factory=itertools.count)

    async def act(self) -> None:
        """Let a customer come, or an agent take or end a chat, in turns."""
        turn = next(self._turns)
        try:
            if turn % 3 == 1 and self.came:
                chat = self.came.popleft()
                able = self.agents[chat.department]
                agent = able[turn // 3 % len(able)]
                await self.services.chats.take(agent, chat.id)
                self.held.append((agent, chat.id))
            elif turn % 3 == 2 and self.held:
                agent, chat_id = self.held.popleft()
                await self.services.chats.end(agent, chat_id)
            else:
                self.came.append(await self._come(self.queues[turn // 3 % len(self.queues)]))
        except DeskError:
            self.refused += 1
        else:
            self.done += 1

    async def probe(self) -> None:
        """Let a timed event happen: a customer comes, or one is taken, in turns."""
        which = ASKED if next(self._probes) % 2 else TAKEN
        moments: list[float] = []
        COMMITTED.set(moments)
        try:
            if which == ASKED:
                await self._come(ASKED)
            else:
                await self.services.chats.take(self.taker, self.to_take.popleft())
        except DeskError:
            self.refused += 1
            return
        self.committed[which].append(moments[0])  # its own; what is tidied up behind it may follow
        self.done += 1

    async def _come(self, queue: str) -> ChatCard:
        form = ChatStart(name='최유진', phone=f'0105{next(self._numbers):07}', department=queue)
        return (await self.services.visits.start(form)).chat


async def rows(urls: BackingUrls, *, small: bool) -> Outcome:
    """Measure; returns the report's rows and how many numbers never came."""
    contacts = bench_reports.SMALL_CONTACTS if small else bench_reports.CONTACTS
    await dashboard_data.prepared(urls, contacts)
    with dashboard_data.day(urls, contacts) as own:
        async with AsyncExitStack() as stack:
            desk = await stack.enter_async_context(
                serving('tests.load.desk_server', own, prefix=DATABASE, settings=PATIENT)
            )
            services = await stack.enter_async_context(front_of(own, DATABASE))
            floor = await _floor(services)
            outcome = await _pixels(desk, floor, SMALL_SECONDS if small else SECONDS)
            outcome.rows.append(await _statements(desk, floor, small=small))
            outcome.rows.append(await dashboard_past.what_if(services, small=small))
            outcome.rows.append(
                await dashboard_past.past(services, bare(own.database_url), small=small)
            )
    return outcome


@event.listens_for(Engine, 'commit')
def _note_commit(_connection: object) -> None:
    """Note the moment at which a commit is sent, for whom it matters to."""
    if (moments := COMMITTED.get()) is not None:
        moments.append(time.time() * 1000)


# ---- to the pixel


async def _pixels(desk: Running, floor: Floor, seconds: float) -> Outcome:
    outcome = Outcome([])
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(chromium.LAUNCH_ARGS)
        )
        for what, before in (('in the browser', ''), ('in a hidden tab', HIDDEN)):
            page = await _opened(browser, desk, before)
            async with _going(floor):
                await asyncio.sleep(WARM_SECONDS)
            refused, done, begun = floor.refused, floor.done, time.monotonic()
            found, lost = await _timed(page, floor, seconds)
            rate = (floor.done - done) / (time.monotonic() - begun)
            outcome.lost += lost
            outcome.rows.append(
                Row(
                    what=f'from the commit to the number on the dashboard, {what}, p95',
                    figure=found.p95, unit='ms', most=MOST_MS,
                    note=f'p50 {found.p50:.0f}, p99 {found.p99:.0f} ms, {found.count} events timed, {lost} never shown; '
                    f'{dashboard_data.AGENTS} agents, {rate:.1f} events/s, {floor.refused - refused} refused',
                )
            )  # fmt: skip
            await page.context.close()
        await browser.close()
    return outcome


async def _opened(browser: Browser, desk: Running, before: str) -> Page:
    context = await browser.new_context(viewport={'width': 1440, 'height': 900}, locale='ko-KR')
    cookie = {'name': 'desk_session', 'value': boss_cookie(1), 'url': desk.address}
    await context.add_cookies([cookie])  # type: ignore[list-item]  # a dict is one
    await context.add_init_script(before + WATCH.replace('KEYS', json.dumps(list(KEYS.values()))))
    page = await context.new_page()
    await page.goto(f'{desk.address}/desk/dashboard')
    await page.locator(f'[data-key="{KEYS[ASKED]}"]').wait_for()
    return page


async def _timed(page: Page, floor: Floor, seconds: float) -> tuple[Latency, int]:
    """Let it go on so long; returns how long the timed events took and how many never came."""
    earlier = {which: len(moments) for which, moments in floor.committed.items()}
    async with _going(floor):
        await asyncio.sleep(seconds)
    for moments in floor.committed.values():
        moments.sort()
    with contextlib.suppress(AssertionError):  # what is missing is counted below
        await until(lambda: _is_shown(page, floor), seconds=ARRIVE_SECONDS)
    shown = await page.evaluate('window.shown')
    times, lost = [], 0
    for which, moments in floor.committed.items():
        for number, at in enumerate(moments[earlier[which] :], start=earlier[which] + 1):
            there = next((when for value, when in shown[KEYS[which]] if value >= number), None)
            if there is None:
                lost += 1
            else:
                times.append(there - at)
    return Latency.of(times, lost), lost


async def _is_shown(page: Page, floor: Floor) -> bool:
    shown = await page.evaluate('window.shown')
    return all(shown[KEYS[one]][-1][0] >= len(moments) for one, moments in floor.committed.items())


# ---- what dashboards ask the database


async def _statements(desk: Running, floor: Floor, *, small: bool) -> Row:
    """Count what pages and the board ask with none, one and ten dashboards open, in turns.

    What the desk's other loops ask for the same events (routing, rollups) is a multiple of that and has nothing to do with it.
    """
    rates: dict[int, list[float]] = {0: [], 1: [], DASHBOARDS: []}
    events: dict[int, list[float]] = {0: [], 1: [], DASHBOARDS: []}
    async with client() as http:
        for _ in range(RUNS):
            for count, found in rates.items():
                asked, happened = await _asked(http, desk, floor, count, small=small)
                found.append(asked)
                events[count].append(happened)
    none, one, ten = (statistics.median(found) for found in rates.values())
    went = ', '.join(f'{statistics.median(one):.1f}' for one in events.values())
    return Row(
        what=f'SQL statements a second of pages and board with {DASHBOARDS} dashboards open', figure=ten, unit='/s',
        most=MOST_RATIO * one,
        note=f'with one {one:.1f}/s, with none {none:.1f}/s; the budget is one dashboard and a tenth for chance; '
        f'events/s with none, one and {DASHBOARDS}: {went}',
    )  # fmt: skip


async def _asked(
    http: aiohttp.ClientSession, desk: Running, floor: Floor, count: int, *, small: bool
) -> tuple[float, float]:
    """Return how many statements a second the desk made, and how many events there were."""
    seconds = SMALL_WINDOW_SECONDS if small else WINDOW_SECONDS
    async with AsyncExitStack() as stack:
        for number in range(1, count + 1):
            boss = Person(dashboard_data.boss_id(number), boss_cookie(number), floor.taker.id, '')
            page = sockets.Page(http, desk, boss)
            await page.connect('/desk/dashboard', lambda _number: None)
            stack.push_async_callback(page.close)
        async with _going(floor):
            await asyncio.sleep(WARM_SECONDS)
            done, before, begun = floor.done, await _so_far(http, desk), time.perf_counter()
            await asyncio.sleep(seconds)
            after, passed = await _so_far(http, desk), time.perf_counter() - begun
            happened = floor.done - done

    async def are_gone() -> bool:
        """Whether the desk has forgotten the pages: until then it keeps them current."""
        async with http.get(f'{desk.address}/bench/pages') as answer:
            return bool(json.loads(await answer.text()) == 0)

    await until(are_gone, seconds=FORGET_SECONDS)
    return (after - before) / passed, happened / passed


async def _so_far(http: aiohttp.ClientSession, desk: Running) -> int:
    async with http.get(f'{desk.address}/bench/askers') as answer:
        asked: dict[str, int] = json.loads(await answer.text())
    return sum(asked.get(one, 0) for one in ASKERS)


# ---- what goes on


@asynccontextmanager
async def _going(floor: Floor) -> AsyncIterator[None]:
    """Let events happen while the block runs, and wait for those that have begun."""
    async with asyncio.TaskGroup() as group:
        paces = [
            group.create_task(at_pace(group, floor.act, EVENTS - PROBES)),
            group.create_task(at_pace(group, floor.probe, PROBES)),
        ]
        try:
            yield
        finally:
            for pace in paces:
                pace.cancel()


async def _floor(services: Services) -> Floor:
    async with services.board._db.reading() as session:
        everybody = (await session.exec(select(Agent))).all()
        queues = (await session.exec(select(Queue))).all()
        waiting = select(ChatSession.id).where(
            col(ChatSession.department) == TAKEN, col(ChatSession.status) == ChatStatus.WAITING
        )
        to_take = deque((await session.exec(waiting)).all())
    agents: dict[str, list[Agent]] = {}
    for one in everybody:
        agents.setdefault(one.department, []).append(one)
    usual = [one.name for one in queues if one.name not in (ASKED, TAKEN)]
    by_department = {one.name: agents[one.department] for one in queues if one.name in usual}
    [taker] = agents[TAKEN]
    return Floor(
        services=services,
        agents={one[0].department: one for one in by_department.values()},
        queues=usual,
        taker=taker,
        to_take=to_take,
    )
