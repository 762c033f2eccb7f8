"""What the history costs at a million messages, and what a flood of searches costs those who send meanwhile.

By itself: ``python -m tests.load.bench --only history``. The data are those of ``bench_search``.

The flood is measured in pairs: two short windows of sending at a steady pace, one in quiet and one under the flood, in an
order that chance decides, so that whatever else the machine does falls on both alike. What counts is the median
of the pairs' ratios, and how sure that is: the interval in which 95 of 100 medians of pairs drawn again lie.
"""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from desk import clock
from desk.db import Database
from desk.errors import DeskError
from desk.sandbox import BackingUrls
from models import Agent, Priority
from services.chats.append_statement import append
from services.chats.outgoing import OutgoingMessage
from services.history.filter import EVERYTHING, ContactState, HistoryFilter, Period
from services.history.history import History
from services.search.customers import CustomerSearch
from services.search.messages import MessageSearch
from tests.load.bench_search import MESSAGE_TEXTS, ROWS, filled, texts
from tests.load.processes import SECRET
from tests.load.report import Row
from tests.support.make import Make

RATE = 50
FLOOD = 20
"""So many search without a pause: customers, messages and the history."""
PAIRS = 40
WINDOW_SECONDS = 1.5
SETTLE_SECONDS = 0.2
MOST_RATIO = 1.1
REST = 18.0
"""A person rests so many times as long as a search took: the budget is no part of what is measured."""


async def rows(urls: BackingUrls, *, customers: int = ROWS, messages: int = ROWS) -> list[Row]:
    """Measure the history and the flood; returns the report's rows."""
    db = Database(filled(urls, customers, messages), pool_size=10)
    try:
        make = Make(db)
        agent = await make.agent(username=f'bench-{uuid4().hex}')
        boss = await make.supervisor(username=f'bench-{uuid4().hex}')
        chats = [(await make.chat(agent=agent)).id for _ in range(20)]
        history = History(db, CustomerSearch(db, secret=SECRET), MessageSearch(db))
        found = [row for who in (agent, boss) for row in await _pages(history, who, messages)]
        return [*found, *await _flood(db, boss, chats)]
    finally:
        await db.close()


# ---- pages


def mix(agent: Agent) -> list[HistoryFilter]:
    """Return what people filter by: everything, narrow and wide periods, one agent, the rare and what is not there."""
    today = clock.now().date()
    return [
        EVERYTHING,
        *(HistoryFilter(period=period) for period in Period),
        *(HistoryFilter(state=state) for state in ContactState),
        *(HistoryFilter(priority=priority) for priority in Priority),
        *(HistoryFilter(until=today - timedelta(days=days)) for days in (30, 120, 300, 900)),
        HistoryFilter(department=agent.department),
        HistoryFilter(department=agent.department, priority=Priority.HIGH, period=Period.MONTH),
    ]


async def _pages(history: History, who: Agent, messages: int) -> list[Row]:
    role = 'supervisor' if who.sees_everything else 'agent'
    filters = mix(who)
    words = [HistoryFilter(text=text) for text in MESSAGE_TEXTS]
    return [
        await _timed(f'history page, {len(filters)} filters, {role}, p95', history, who, filters),
        await _timed(
            f'history page by words in {messages:,} messages, {len(words)} texts, {role}, p95',
            history, who, words, most=100,
        ),
    ]  # fmt: skip


async def _timed(
    what: str, history: History, who: Agent, filters: Sequence[HistoryFilter], most: float = 100
) -> Row:
    """Read the first page of each filter, and without words the one behind it, at a person's pace."""
    times: list[float] = []
    for turn in range(2):
        for wanted in filters:
            took, begin = [], None
            for _ in range(1 if wanted.text else 2):
                began = time.perf_counter()
                page = await history.page(who, wanted, before=begin)
                took.append(time.perf_counter() - began)
                if (begin := page.next) is None:
                    break
            if turn:  # the first warms up
                times += [one * 1000 for one in took]
            await asyncio.sleep(sum(took) * REST)
    p95 = statistics.quantiles(times, n=100, method='inclusive')[94]
    note = f'p50 {statistics.median(times):.0f} ms'
    return Row(what=what, figure=p95, unit='ms', most=most, note=note)


# ---- flood


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much slower sending is under the flood: the median of the pairs, and its 95 % interval."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, float]], *, draws: int = 2_000) -> 'Ratio':
        """Work it out of (quiet, flooded) pairs; drawn again with a chance that is always the same."""
        ratios = [flooded / quiet for quiet, flooded in pairs]
        chance = random.Random(1)
        medians = sorted(
            statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(draws)
        )
        return cls(
            statistics.median(ratios), medians[round(draws * 0.025)], medians[round(draws * 0.975)]
        )


async def _flood(db: Database, agent: Agent, chats: Sequence[UUID]) -> list[Row]:
    pairs: list[tuple[float, float]] = []
    chance = random.Random(7)
    searches = Searches(db, agent)
    await _sent(db, chats)
    for _ in range(PAIRS):
        found: dict[bool, float] = {}
        for is_flooded in chance.sample((False, True), k=2):
            async with searches.going() if is_flooded else _quiet():
                await asyncio.sleep(SETTLE_SECONDS)
                found[is_flooded] = await _sent(db, chats)
        pairs.append((found[False], found[True]))
    ratio = Ratio.of(pairs)
    quiet, flooded = (statistics.median(one) for one in zip(*pairs, strict=True))
    told = f'median of {PAIRS} pairs, 95 % of {ratio.low:.3f} to {ratio.high:.3f}; {searches.done} searches were answered'
    return [
        Row(
            what=f'a send at {RATE}/s while {FLOOD} search without a pause, beside quiet',
            figure=ratio.median, unit='times', most=MOST_RATIO, note=told,
        ),
        Row(what='the same, mean', figure=flooded, unit='ms', baseline=quiet, note='baseline: in quiet'),
    ]  # fmt: skip


async def _sent(db: Database, chats: Sequence[UUID]) -> float:
    """Append messages at ``RATE`` for a window; returns how many milliseconds one took, in the mean."""

    async def send(chat_id: UUID, due: float) -> float:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        outgoing = OutgoingMessage(
            id=uuid4(),
            chat_id=chat_id,
            content='주문한 상품이 아직 오지 않았습니다. 확인해 주세요.',
        )
        began = time.perf_counter()
        assert await append(db.statements, outgoing, None)
        return (time.perf_counter() - began) * 1000

    start, count = time.perf_counter(), int(RATE * WINDOW_SECONDS)
    times = await asyncio.gather(
        *(send(chats[number % len(chats)], start + number / RATE) for number in range(count))
    )
    return statistics.mean(times)


class Searches:
    """Many who search without a pause: customers, words in messages, and the history."""

    def __init__(self, db: Database, agent: Agent) -> None:
        self._agent = agent
        self._customers, self._messages = CustomerSearch(db, secret=SECRET), MessageSearch(db)
        self._history = History(db, self._customers, self._messages)
        self._mix, self._filters = texts(), mix(agent)
        self.done = 0

    @asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        """Search while the block runs."""
        tasks = [asyncio.ensure_future(self._search(number)) for number in range(FLOOD)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _search(self, number: int) -> None:
        chance = random.Random(number)
        ways: list[Callable[[], Awaitable[object]]] = [
            lambda: self._customers.search(self._agent, chance.choice(self._mix)),
            lambda: self._messages.search(self._agent, chance.choice(MESSAGE_TEXTS)),
            lambda: self._history.page(self._agent, chance.choice(self._filters)),
            lambda: self._history.page(
                self._agent, HistoryFilter(text=chance.choice(MESSAGE_TEXTS))
            ),
        ]
        while True:
            with suppress(DeskError):
                await ways[number % len(ways)]()
                self.done += 1
            await asyncio.sleep(0)


@asynccontextmanager
async def _quiet() -> AsyncIterator[None]:
    yield
