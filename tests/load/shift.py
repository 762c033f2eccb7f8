"""A shift in minutes: pages that stay and work, pages that come and go, and what the server holds afterwards.

Agents switch between their chats and lists hundreds of times while their customers write; others open a page and
close it. After each round, when those have been forgotten, the server counts: what grows with the rounds is a leak.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.load import floor
from tests.load.processes import Running, client
from tests.load.report import Row
from tests.load.sockets import Customer, Page
from tests.support.until import until

AGENTS = 8
ROUNDS = 6
SWITCHES = 40
"""Chats that each agent opens in a round."""
LEAVERS = 8
"""Pages that are opened and closed in a round."""
FORGET_SECONDS = 60
"""Long enough for the server to forget a page whose browser has gone (``RECONNECT_SECONDS`` and its heartbeat)."""
SETTLE_SECONDS = 2.0
"""A page goes on for a moment after its transcript is there: the customer's panel, marks, viewers."""
WAITING, OPEN = 0, 1


@dataclass(frozen=True, slots=True)
class Held:
    """What the server holds after a round."""

    counts: dict[str, float]
    resident_mb: float


async def memory_over_a_shift(desk: Running) -> list[Row]:
    """Work through the rounds; returns what each chat and each page left behind."""
    milliseconds: list[float] = []
    async with client() as http:
        pages = [Page(http, desk, floor.agent(number)) for number in range(1, AGENTS + 1)]
        for page in pages:
            await page.open(_ignore)
        held = []
        for _ in range(ROUNDS):
            works = [_work(http, desk, page, number) for number, page in enumerate(pages, start=1)]
            switched = await asyncio.gather(*works, _come_and_go(http, desk))
            milliseconds += [one for some in switched for one in some]
            held.append(await _held(http, desk, pages))
        for page in pages:
            await page.close()
    return _rows(held[1:], milliseconds)  # the first round fills what is kept on purpose


async def _work(http: aiohttp.ClientSession, desk: Running, page: Page, number: int) -> list[float]:
    milliseconds = []
    customer, chats = Customer(http, desk, floor.agent(number)), floor.chats_of(number)
    for turn in range(SWITCHES):
        started = time.perf_counter()
        await page.switch(chats[(turn + 1) % len(chats)])  # it opens with the first
        milliseconds.append((time.perf_counter() - started) * 1000)
        await customer.write(turn)
        if turn % 10 == 0:
            await page.press_tab(WAITING)
            await page.press_tab(OPEN)
    return milliseconds


async def _come_and_go(http: aiohttp.ClientSession, desk: Running) -> list[float]:
    for number in range(AGENTS + 1, AGENTS + LEAVERS + 1):
        page = Page(http, desk, floor.agent(number))
        await page.open(_ignore)
        await page.close()
    return []


async def _held(http: aiohttp.ClientSession, desk: Running, pages: list[Page]) -> Held:
    async def only_agents_stay() -> bool:
        return bool(await _ask(http, desk, 'pages') == AGENTS)

    await until(only_agents_stay, seconds=FORGET_SECONDS)

    async def nothing_is_kept_for_pages() -> bool:
        for page in pages:
            await page.acknowledge()
        return bool(await _ask(http, desk, 'kept') == 0)

    await asyncio.sleep(SETTLE_SECONDS)
    await until(nothing_is_kept_for_pages, seconds=FORGET_SECONDS)
    return Held(await _ask(http, desk, 'collect'), desk.resident_mb)


async def _ask(http: aiohttp.ClientSession, desk: Running, what: str) -> Any:
    async with http.get(f'{desk.address}/bench/{what}') as answer:
        return await answer.json(content_type=None)


def _rows(held: list[Held], milliseconds: list[float]) -> list[Row]:
    first, last, rounds = held[0], held[-1], len(held) - 1
    chats = rounds * AGENTS * SWITCHES
    note = f'{chats:,} chats opened and {rounds * LEAVERS} pages closed between the two counts'
    grown = {what: last.counts[what] - first.counts[what] for what in first.counts}
    cuts = statistics.quantiles(milliseconds, n=100, method='inclusive')
    return [
        Row(what='over a shift: growth of memory an agent', unit='MB', most=0.5,
            figure=(last.resident_mb - first.resident_mb) / AGENTS, note=note),
        Row(what='over a shift: objects that a chat leaves behind', unit='', most=5,
            figure=grown['objects'] / chats, note='all kinds, Python counts them after a collection'),
        Row(what='over a shift: elements, subscriptions and tasks left behind', unit='', most=AGENTS,
            figure=grown['elements'] + grown['subscriptions'] + grown['tasks']),
        Row(what='switching to another chat, to the socket, p50', unit='ms', figure=cuts[49]),
        Row(what='switching to another chat, to the socket, p95', unit='ms', figure=cuts[94],
            note=f'{AGENTS} agents do nothing else'),
    ]  # fmt: skip


def _ignore(_number: int) -> None:
    """Hear nothing."""
