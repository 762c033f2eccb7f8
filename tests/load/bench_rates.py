"""Ordinary use at a peak: people search at a steady rate, whether or not the last answer came, while others talk.

By itself: ``python -m tests.load.bench --only rates``. The data are those of ``bench_search``. A search counts from the moment
when it was due, so that whoever has to wait is counted; what was refused is told and counts as the longest.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from desk.db import Database
from desk.errors import DeskError
from desk.sandbox import BackingUrls
from models import Agent
from services.chats.append_statement import append
from services.chats.outgoing import OutgoingMessage
from services.history.filter import HistoryFilter
from services.history.history import History
from services.search.customers import CustomerSearch
from services.search.messages import MessageSearch
from tests.load.bench_history import RATE, mix
from tests.load.bench_search import MESSAGE_TEXTS, ROWS, filled, texts
from tests.load.processes import SECRET
from tests.load.report import Row
from tests.support.make import Make

PEOPLE = 50
SECONDS = 20.0
WARM_SECONDS = 8.0
"""What is allowed to be searched grows with what is seen to be free: so long it may."""
REFUSED_MS = 10_000.0
CUSTOMERS, PAGES, WORDS = 20, 10, 5
"""Searches a second, as 500 people type at a peak."""
MOST_RATIO = 1.3

Act = Callable[[int], Awaitable[object]]


@dataclass(slots=True)
class Stream:
    """One kind of act at a steady rate."""

    what: str
    rate: float
    act: Act
    most: float
    times: list[float] = field(default_factory=list)
    refused: int = 0

    async def play(self, seconds: float) -> None:
        """Begin each act when it is due; return when all have ended."""
        start = time.perf_counter()
        acts = [
            self._once(number, start + number / self.rate)
            for number in range(int(seconds * self.rate))
        ]
        await asyncio.gather(*acts)

    async def _once(self, number: int, due: float) -> None:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        try:
            await self.act(number)
        except DeskError:
            self.refused += 1
            self.times.append(REFUSED_MS)
        else:
            self.times.append((time.perf_counter() - due) * 1000)

    @property
    def p95(self) -> float:
        """In milliseconds."""
        return statistics.quantiles(self.times, n=100, method='inclusive')[94]

    def row(self) -> Row:
        """Return what the report says of it."""
        median = statistics.median(self.times)
        note = f'p50 {median:.0f} ms, {self.refused} of {len(self.times)} refused'
        return Row(what=f'{self.what}, p95', figure=self.p95, unit='ms', most=self.most, note=note)


async def rows(urls: BackingUrls, *, customers: int = ROWS, messages: int = ROWS) -> list[Row]:
    """Measure; returns the report's rows."""
    db = Database(filled(urls, customers, messages), pool_size=10)
    try:
        make = Make(db)
        people = [await make.agent(username=f'bench-{uuid4().hex}') for _ in range(PEOPLE)]
        chats = [(await make.chat(agent=people[0])).id for _ in range(20)]
        quiet = _talk(db, chats)
        await quiet.play(WARM_SECONDS)
        quiet.times.clear()
        await quiet.play(SECONDS)
        talk, searches = _talk(db, chats), _searches(db, people)
        everything = (talk, *searches)
        await asyncio.gather(*(one.play(WARM_SECONDS) for one in everything))
        for one in everything:
            one.times.clear()
            one.refused = 0
        await asyncio.gather(*(one.play(SECONDS) for one in everything))
        ratio = Row(
            what=f'a send at {RATE}/s beside them, p95', figure=talk.p95 / quiet.p95,
            unit='times', most=MOST_RATIO, note=f'{talk.p95:.1f} ms, in quiet {quiet.p95:.1f} ms',
        )  # fmt: skip
        return [*(one.row() for one in searches), ratio]
    finally:
        await db.close()


def _talk(db: Database, chats: Sequence[UUID]) -> Stream:
    async def send(number: int) -> object:
        outgoing = OutgoingMessage(
            id=uuid4(),
            chat_id=chats[number % len(chats)],
            content='주문한 상품이 아직 오지 않았습니다.',
        )
        return await append(db.statements, outgoing, None)

    return Stream(f'a send at {RATE}/s', RATE, send, most=50)


def _searches(db: Database, people: Sequence[Agent]) -> list[Stream]:
    customers, messages = CustomerSearch(db, secret=SECRET), MessageSearch(db)
    history = History(db, customers, messages)
    # Numbers are looked up a few times an hour by one person, and braked beyond that: names are what is typed.
    names = [text for text in texts() if not any(one.isdigit() or one == '@' for one in text)]
    filters = mix(people[0])

    def who(number: int) -> Agent:
        return people[number % len(people)]

    def words(number: int) -> HistoryFilter:
        return HistoryFilter(text=MESSAGE_TEXTS[number % len(MESSAGE_TEXTS)])

    return [
        Stream(
            f'customer searches at {CUSTOMERS}/s', CUSTOMERS,
            lambda number: customers.search(who(number), names[number % len(names)]), most=100,
        ),
        Stream(
            f'history pages at {PAGES}/s', PAGES,
            lambda number: history.page(who(number), filters[number % len(filters)]), most=200,
        ),
        Stream(
            f'history by words at {WORDS}/s', WORDS,
            lambda number: history.page(who(number), words(number)), most=300,
        ),
    ]  # fmt: skip
