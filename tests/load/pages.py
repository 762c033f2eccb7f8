"""What drawing the desk costs the server: the loop's time for a page, and a long chat's first paint."""

import asyncio
import statistics
import time
from typing import Any
from uuid import UUID

import aiohttp

from tests.load import floor
from tests.load.loads import Latency
from tests.load.processes import Running, client
from tests.load.report import Row
from tests.load.sockets import Page

BUILDS = 50
LONG_OPENINGS = 10
SETTLE_SECONDS = 0.15
"""A page goes on for a moment after its transcript is there: marks, viewers, the first draw of the inbox."""


async def building(desk: Running) -> list[Row]:
    """Open pages one after the other and read the loop's processor time before and after each.

    What the loop does anyway (sweeping, and waiting for the browsers of the pages before) is taken off: it is
    measured after each page.
    """
    async with client() as http:
        await _built(http, desk, 1, None)  # the first one compiles queries and templates
        builds = [await _built(http, desk, number, None) for number in range(2, BUILDS + 2)]
        long = [await _built(http, desk, 1, floor.LONG_CHAT) for _ in range(LONG_OPENINGS)]
    loop = Latency.of([one['loop'] for one in builds])
    found = f'{max(one["elements"] for one in builds):.0f} elements'
    return [
        Row(what='building the desk page, the loop, median', figure=loop.p50, unit='ms', most=40, note=found),
        Row(what='building the desk page, the loop, p95', figure=loop.p95, unit='ms'),
        Row(what='opening a 5,000-message chat, first paint on the server', most=300, unit='ms',
            figure=statistics.median(one['painted'] for one in long)),
        Row(what='message elements of a 5,000-message chat', most=100, unit='',
            figure=max(one['messages'] for one in long)),
    ]  # fmt: skip


async def _built(
    http: aiohttp.ClientSession, desk: Running, number: int, chat_id: UUID | None
) -> dict[str, float]:
    before = await _ask(http, desk, 'cpu')
    begun = time.perf_counter()
    page = Page(http, desk, floor.agent(number))
    await page.open(_ignore, chat_id)
    painted = time.perf_counter() - begun
    await asyncio.sleep(SETTLE_SECONDS)
    after, ended = await _ask(http, desk, 'cpu'), time.perf_counter()
    await asyncio.sleep(SETTLE_SECONDS)
    idle = (await _ask(http, desk, 'cpu') - after) / (time.perf_counter() - ended)
    drawn = await _ask(http, desk, f'page?client_id={page.client_id}')
    await page.close()
    spent = after - before - idle * (ended - begun)
    return {'loop': spent * 1000, 'painted': painted * 1000, **drawn}


async def _ask(http: aiohttp.ClientSession, desk: Running, what: str) -> Any:
    async with http.get(f'{desk.address}/bench/{what}') as answer:
        return await answer.json(content_type=None)


def _ignore(_number: int) -> None:
    """Hear nothing."""
