"""An anonymous stranger who asks once a second for what costs most, and what everybody else notices of it.

By itself: ``python -m tests.load.bench --only stranger [--small]``. The stranger asks one thing a second, on time whatever
became of the last, and keeps to it: 60 requests a minute of one kind are one run, beside a run in quiet just before it. The
worst kind counts. Every kind is let in: the answers are told, so that a stranger whom the throttles stopped is seen.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.load import floor
from tests.load.loads import Arrivals, Latency, steadily
from tests.load.processes import Running, client
from tests.load.report import Row
from tests.load.scenarios import Outcome
from tests.load.sockets import Customer, Page

PAGES = 20
RATE = 50
"""Messages a second of everybody else."""
SECONDS, SMALL_SECONDS = 30.0, 10.0
EVERY_SECONDS = 1.0
MOST_RATIO = 1.5
LONG = 60_000
JSON = {'Content-Type': 'application/json'}


@dataclass(frozen=True, slots=True)
class Costly:
    """A request that anybody may send."""

    method: str
    path: str
    sent: dict[str, Any] = field(default_factory=dict)


def _visit(name: str) -> dict[str, Any]:
    body = json.dumps(
        {'name': name, 'phone': '9' * 20_000, 'department': '배송'}, ensure_ascii=False
    )
    return {'data': body.encode(), 'headers': JSON}


def _form(path: str, **fields: str) -> Costly:
    return Costly('POST', path, {'data': fields})


COSTLY: dict[str, Callable[[int], Costly]] = {
    'a sign-in with a wrong password': lambda number: _form(
        '/auth/login', username=f'agent{number % 90}', password='x' * 1_000
    ),
    'a form of the largest size': lambda _: _form(
        '/talk', name='\u0301' * 9_000, phone='9' * 1_000, consent='yes'
    ),
    'a body of marks': lambda _: Costly('POST', '/chat/visits', _visit('\u0301' * 15_000)),
    'nested JSON': lambda _: Costly('POST', '/chat/visits', {'data': b'[' * LONG, 'headers': JSON}),
    'the talk page': lambda _: Costly('GET', '/talk'),
    'the description of the API': lambda _: Costly('GET', '/openapi.json'),
    'a page of the desk': lambda _: Costly('GET', '/desk/history?text=' + '%CC%81' * 5_000),
    'long headers': lambda _: Costly('GET', '/login', {'headers': {'Cookie': 'a=b;' * 7_000}}),
}


async def beside_others(desk: Running, *, seconds: float) -> Outcome:
    """Measure each kind beside a run in quiet; the report's row is the worst of them."""
    outcome = Outcome([])
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(client())
        arrivals = Arrivals()
        people = [floor.agent(number) for number in range(1, PAGES + 1)]
        for person in people:
            page = Page(http, desk, person)
            await page.open(arrivals.heard)
            stack.push_async_callback(page.close)
        customers = [Customer(http, desk, person) for person in people]
        await steadily(customers, arrivals, rate=RATE, seconds=seconds)  # until it runs evenly
        for name, kind in COSTLY.items():
            quiet = await steadily(customers, arrivals, rate=RATE, seconds=seconds)
            stranger = asyncio.create_task(_ask(http, desk, kind, seconds))
            beside = await steadily(customers, arrivals, rate=RATE, seconds=seconds)
            outcome.rows.append(_row(name, quiet, beside, await stranger))
            outcome.lost += quiet.lost + beside.lost
    return outcome


def _row(name: str, quiet: Latency, beside: Latency, heard: Counter[int]) -> Row:
    answers = ', '.join(f'{count} × {status}' for status, count in heard.items())  # noqa: RUF001
    return Row(
        what=f"everybody's p95 beside a stranger: {name}",
        figure=beside.p95 / quiet.p95,
        unit='times',
        most=MOST_RATIO,
        note=f'{beside.p95:.1f} ms, in quiet {quiet.p95:.1f} ms; p99 {beside.p99:.1f} and {quiet.p99:.1f}; {answers}',
    )


async def _ask(
    http: aiohttp.ClientSession, desk: Running, kind: Callable[[int], Costly], seconds: float
) -> Counter[int]:
    """Ask once a second; return how often each status was the answer."""
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        asked = []
        for number in range(int(seconds / EVERY_SECONDS)):
            await asyncio.sleep(max(0.0, begun + number * EVERY_SECONDS - time.perf_counter()))
            asked.append(group.create_task(_answer(http, desk, kind(number))))
    return Counter(one.result() for one in asked)


async def _answer(http: aiohttp.ClientSession, desk: Running, one: Costly) -> int:
    headers = {'Origin': desk.address, **one.sent.get('headers', {})}
    sent = {**one.sent, 'headers': headers, 'allow_redirects': False}
    async with http.request(one.method, desk.address + one.path, **sent) as answer:
        await answer.read()
        return answer.status
