"""Traffic that goes on whatever happens to the desk, and what became of it.

Customers write over REST, agents over ``/ws``, each their next message after the last one was acknowledged, with the same id
until it is. At the end the database is read: everything acknowledged is there once, in its writer's order, and the numbers
have no gap. The pages of the same chats say when each message was seen.
"""

import asyncio
import contextlib
import itertools
import json
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID, uuid4

import aiohttp
import psycopg
from typing_extensions import override

from tests.load import floor
from tests.load.floor import Person, bare
from tests.load.lasting_pages import AWAY, LastingPage
from tests.load.processes import client
from tests.load.sockets import words
from tests.support.until import until

OPEN_AT_ONCE = 6
PAGE_SECONDS = 5.0
"""No page may wait longer for what was acknowledged (issue 16)."""
ANSWER_SECONDS = 4.0
AGAIN_SECONDS = 0.2
AGENTS_SHARE = 5
"""One message in so many is an agent's."""
SETTLE_SECONDS = 30.0
_numbers = itertools.count(1)


@dataclass(slots=True)
class Ledger:
    """What was acknowledged: by chat and writer, in order."""

    acknowledged: dict[tuple[str, str], list[tuple[int, UUID]]] = field(default_factory=dict)
    at: dict[int, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    """Seconds from a message's first sending to its acknowledgement."""
    repeats: int = 0

    def last_at(self) -> float:
        """Return when the last acknowledgement came, on the monotonic clock."""
        return max(self.at.values(), default=0.0)

    def note(self, chat: str, writer: str, number: int, id_: UUID, begun: float) -> None:
        """Keep an acknowledgement."""
        self.acknowledged.setdefault((chat, writer), []).append((number, id_))
        self.at[number] = time.monotonic()
        self.waits.append(time.monotonic() - begun)


class Writer(Protocol):
    """One who writes, a message after the other."""

    async def write(self) -> None:
        """Send the next message; return when it is acknowledged."""


class CustomerByRest(Writer):
    """A customer who writes over the API, through any process."""

    def __init__(
        self, http: aiohttp.ClientSession, address: str, person: Person, ledger: Ledger
    ) -> None:
        self._http = http
        self._url = f'{address}/chat/visits/{person.chat_id}/messages'
        self._headers = {'X-Chat-Token': person.visit_token}
        self._chat = str(person.chat_id)
        self._ledger = ledger
        self._turn = asyncio.Lock()

    @override
    async def write(self) -> None:
        """Send the next message, again and again until it is acknowledged."""
        async with self._turn:
            number, id_, begun = next(_numbers), uuid4(), time.monotonic()
            while not await self._sent(number, id_):
                self._ledger.repeats += 1
                await asyncio.sleep(AGAIN_SECONDS)
            self._ledger.note(self._chat, 'customer', number, id_, begun)

    async def _sent(self, number: int, id_: UUID) -> bool:
        body = {'id': str(id_), 'content': words(number)}
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        with contextlib.suppress(*AWAY):
            async with self._http.post(
                self._url, json=body, headers=self._headers, timeout=timeout
            ) as answer:
                await answer.read()
                assert answer.status not in {400, 401, 403, 404, 409, 422}, await answer.text()
                return answer.status == 200
        return False


class AgentByProgram(Writer):
    """An agent who answers over ``/ws``."""

    def __init__(
        self, http: aiohttp.ClientSession, address: str, person: Person, ledger: Ledger
    ) -> None:
        self._http = http
        self._address = f'{address}/ws/{person.agent_id}'
        self._headers = {'Cookie': f'desk_session={person.cookie}', 'Origin': address}
        self._chat = str(person.chat_id)
        self._ledger = ledger
        self._turn = asyncio.Lock()
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    @override
    async def write(self) -> None:
        """Send the next message, again and again until it is acknowledged."""
        async with self._turn:
            number, id_, begun = next(_numbers), uuid4(), time.monotonic()
            while not await self._sent(number, id_):
                self._ledger.repeats += 1
                await asyncio.sleep(AGAIN_SECONDS)
            self._ledger.note(self._chat, 'agent', number, id_, begun)

    async def close(self) -> None:
        """Hang up, and wait a moment for the answer."""
        if self._socket is not None:
            with contextlib.suppress(*AWAY):
                await asyncio.wait_for(self._socket.close(), 1)

    async def _sent(self, number: int, id_: UUID) -> bool:
        data = {'id': str(id_), 'chat_session_id': self._chat, 'content': words(number)}
        said = json.dumps({'type': 'message', 'data': data}, ensure_ascii=False)
        with contextlib.suppress(*AWAY):
            if self._socket is None:
                self._socket = await self._http.ws_connect(self._address, headers=self._headers)
            await self._socket.send_str(said)
            if await asyncio.wait_for(self._is_acknowledged(self._socket, str(id_)), ANSWER_SECONDS):  # fmt: skip
                return True
        socket, self._socket = self._socket, None
        if socket is not None:
            with contextlib.suppress(*AWAY):
                await asyncio.wait_for(socket.close(), 1)
        return False

    async def _is_acknowledged(self, socket: aiohttp.ClientWebSocketResponse, id_: str) -> bool:
        async for frame in socket:
            said = json.loads(frame.data)
            if said['type'] == 'ack' and said['data']['id'] == id_:
                return True
            if said['type'] == 'ping':
                await socket.send_str('{"type": "pong"}')
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of the traffic."""

    acknowledged: int
    lost: int
    doubled: int
    disordered: int
    gaps: int
    unseen: int
    """Acknowledged, and not on its page at the end."""
    longest_page_wait: float
    pages_over: int
    """Pages that waited longer than ``PAGE_SECONDS`` for a message."""
    p95_page_wait: float
    longest_answer: float
    longest_without_socket: float
    reloads: int
    refused_loads: int
    repeats: int

    @property
    def keeps_everything(self) -> bool:
        """Whether nothing acknowledged is lost, doubled, out of order or unseen."""
        return not (self.lost or self.doubled or self.disordered or self.gaps or self.unseen)

    def lines(self) -> str:
        """Return a figure a line."""
        return '\n'.join(
            f'  {name.replace("_", " "):<24} {getattr(self, name):>10.2f}'.replace('.00', '   ')
            for name in self.__slots__
        )


class Traffic:
    """Pages that are open and writers that write."""

    def __init__(self, pages: Sequence[LastingPage], ledger: Ledger) -> None:
        self.pages = pages
        self.ledger = ledger
        self._loads_before = sum(one.loads for one in pages)
        self._may_end = asyncio.Event()
        self._has_ended = asyncio.Event()

    async def write(
        self,
        customers: Sequence[CustomerByRest],
        agents: Sequence[AgentByProgram],
        rate: float,
    ) -> None:
        """Write so many messages a second, each on time, until ``end``; returns when all are acknowledged."""
        turns: list[Iterator[Writer]] = [itertools.cycle(customers)] * (AGENTS_SHARE - 1) + [
            itertools.cycle(agents)
        ]
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for place in itertools.count():
                await asyncio.sleep(max(0.0, begun + place / rate - time.monotonic()))
                if self._may_end.is_set():
                    break
                group.create_task(next(turns[place % AGENTS_SHARE]).write())
        self._has_ended.set()

    async def end(self) -> None:
        """Write no more; returns when everything is acknowledged."""
        self._may_end.set()
        await until(self._has_ended.is_set, seconds=2 * SETTLE_SECONDS)

    async def recovered(self, seconds: float = 2 * SETTLE_SECONDS) -> float:
        """Wait until every page has a socket; return how long that took."""
        begun = time.monotonic()
        await until(lambda: all(one.is_open.is_set() for one in self.pages), seconds=seconds)
        return time.monotonic() - begun

    async def verdict(self, database_url: str) -> Verdict:
        """End the writing, wait until the pages show what was acknowledged, as long as they may, then judge."""
        await self.end()
        with contextlib.suppress(AssertionError):
            await until(lambda: not self._unseen(), seconds=SETTLE_SECONDS)
        waits = self._waits()
        every = [one for found in waits.values() for one in found] or [0.0, 0.0]
        with psycopg.connect(bare(database_url)) as connection:
            stored = _stored(connection)
        return Verdict(
            acknowledged=len(self.ledger.at),
            **compared(self.ledger, stored),
            unseen=len(self._unseen()),
            longest_page_wait=max(every),
            pages_over=sum(max(found, default=0) > PAGE_SECONDS for found in waits.values()),
            p95_page_wait=statistics.quantiles(every, n=20, method='inclusive')[18],
            longest_answer=max(self.ledger.waits, default=0),
            longest_without_socket=max((g for one in self.pages for g in one.gaps), default=0),
            reloads=sum(one.loads for one in self.pages) - self._loads_before,
            refused_loads=sum(one.refused_loads for one in self.pages),
            repeats=self.ledger.repeats,
        )

    def _expected(self, page: LastingPage) -> list[int]:
        kept = self.ledger.acknowledged
        return [n for writer in ('customer', 'agent') for n, _ in kept.get((page.chat_id, writer), ())]  # fmt: skip

    def _unseen(self) -> list[int]:
        return [n for page in self.pages for n in self._expected(page) if n not in page.shown]

    def _waits(self) -> dict[str, list[float]]:
        """By chat: how long its page waited for each message that was acknowledged."""
        at = self.ledger.at
        return {
            page.chat_id: [page.shown[n] - at[n] for n in self._expected(page) if n in page.shown]
            for page in self.pages
        }


Stored = dict[str, list[tuple[int, UUID, int]]]
"""By chat, in the order of their numbers: number in the chat, id, number of the load (0: another message)."""


def _stored(connection: psycopg.Connection) -> Stored:
    rows = connection.execute(
        """
        SELECT chat_session_id::text, number, id, coalesce(substring(content from '#([0-9]{8})#'), '0')::int
        FROM messages WHERE chat_session_id IN
            (SELECT chat_session_id FROM messages WHERE content ~ '#[0-9]{8}#')
        ORDER BY chat_session_id, number
        """
    ).fetchall()
    found: Stored = {}
    for chat, number, id_, load in rows:
        found.setdefault(chat, []).append((number, id_, load))
    return found


def compared(ledger: Ledger, stored: Stored) -> dict[str, int]:
    """Return how many acknowledged messages are lost, doubled or out of order, and how many numbers are missing."""
    lost = disordered = 0
    for (chat, _), kept in ledger.acknowledged.items():
        place = {id_: number for number, id_, _ in stored.get(chat, ())}
        lost += sum(id_ not in place for _, id_ in kept)
        places = [place[id_] for _, id_ in kept if id_ in place]
        disordered += sum(later <= earlier for earlier, later in itertools.pairwise(places))
    loads = [load for rows in stored.values() for _, _, load in rows if load]
    gaps = sum(rows[-1][0] - rows[0][0] + 1 - len(rows) for rows in stored.values())
    return {
        'lost': lost,
        'disordered': disordered,
        'gaps': gaps,
        'doubled': len(loads) - len(set(loads)),
    }


@asynccontextmanager
async def traffic(
    address: str, *, pages: int, rate: float, programs: int = 20
) -> AsyncIterator[Traffic]:
    """Hold ``pages`` open and write ``rate`` messages a second in their chats while the block runs.

    A fifth of the messages comes from agents' programs.
    """
    people = [floor.agent(number) for number in range(1, pages + 1)]
    ledger = Ledger()
    async with client() as http, asyncio.TaskGroup() as group:
        tabs = [LastingPage(http, address, one) for one in people]
        tasks = await _opened(group, tabs)
        customers = [CustomerByRest(http, address, one, ledger) for one in people]
        agents = [AgentByProgram(http, address, one, ledger) for one in people[:programs]]
        going = Traffic(tabs, ledger)
        tasks.append(group.create_task(going.write(customers, agents, rate)))
        try:
            yield going
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*(one.close() for one in agents))


async def _opened(
    group: asyncio.TaskGroup, tabs: Sequence[LastingPage]
) -> list[asyncio.Task[None]]:
    tasks = []
    for place in range(0, len(tabs), OPEN_AT_ONCE):
        batch = tabs[place : place + OPEN_AT_ONCE]
        tasks += [group.create_task(one.live()) for one in batch]
        await asyncio.wait_for(asyncio.gather(*(one.is_open.wait() for one in batch)), 60)
    return tasks
