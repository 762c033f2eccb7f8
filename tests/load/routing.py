"""Routing under load: 300 agents, 5,000 waiting, 50 arrivals and 50 endings a second, through two processes.

Agents are programs on ``/ws/{agent_id}``, half of them on each process: what rings there they take, and in turn they end what
they hold. From the request that ends a chat to the next offer on its agent's socket is one figure; how long the rounds took
that made offers, lock and commit included, is told by the processes themselves. Beside it, in turns with and without all of
this, 50 messages a second go through chats of other people: routing may make them a tenth slower.
"""

import asyncio
import contextlib
import hashlib
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import psycopg
from psycopg import sql

from desk.sandbox import BackingUrls
from models import migrations
from services.chats.visits import ChatStart
from services.registry import Services
from tests.load.floor import Person, bare
from tests.load.front import front_of
from tests.load.loads import Arrivals, Latency, at_pace, steadily
from tests.load.processes import Running, client, serving
from tests.load.report import Row
from tests.load.scenarios import Outcome
from tests.load.sockets import Customer, ProgramSocket
from tests.support.until import until

DATABASE = 'bench_routing'
CAPACITY = 3
TALKS = 50
"""Chats in which messages go while contacts are routed; nobody in them takes part in that."""
MESSAGES = 50
RUNS = 3
OPENING = 16
LATE_SECONDS = 20.0
"""An offer that has not come by then is counted as so late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much goes on."""

    agents: int = 300
    waiting: int = 5_000
    queues: int = 10
    rate: float = 50.0
    """Arrivals a second, and as many endings."""
    seconds: float = 10.0
    processes: int = 2


_numbers = itertools.count()
"""Of customers: each comes once, so that nobody waits for an agent whom they know."""
SMALL = Load(agents=30, waiting=300, queues=3, rate=5.0, seconds=4.0)


async def rows(urls: BackingUrls, load: Load) -> Outcome:
    """Measure; returns the report's rows and how many messages were lost."""
    own = _filled(urls, load)
    async with AsyncExitStack() as stack:
        prefix = DATABASE
        desks = [
            await stack.enter_async_context(serving('tests.load.desk_server', own, prefix=prefix))
            for _ in range(load.processes)
        ]
        http = await stack.enter_async_context(client())
        front = await stack.enter_async_context(front_of(own, prefix))
        arrivals = Arrivals()
        talks = await _talks(http, desks, arrivals, stack)
        agents = [
            Agent(http, desks[n % load.processes], n, load) for n in range(1, load.agents + 1)
        ]
        await _open(agents, stack)
        quiet, busy = [], []
        for _ in range(RUNS):  # in turns: the machine is the same for both
            quiet.append(await steadily(talks, arrivals, rate=MESSAGES, seconds=load.seconds))
            async with _routed(front, agents, load):
                busy.append(await steadily(talks, arrivals, rate=MESSAGES, seconds=load.seconds))
        late = await _settle(agents)
        rounds = [one for desk in desks for one in await _rounds(http, desk)]
    return Outcome(_rows(load, agents, rounds, late, (quiet, busy)), sum(one.lost for one in busy))


class Agent:
    """An agent's program: takes what rings, and ends what it is told to."""

    def __init__(
        self, http: aiohttp.ClientSession, running: Running, number: int, load: Load
    ) -> None:
        self._http, self._running = http, running
        self._id = str(_id('router', number))
        self._headers = {
            'Cookie': f'desk_session=router-{number}-cookie', 'Origin': running.address
        }  # fmt: skip
        self._mark = f'"offered_agent_id":"{self._id}"'
        self.held = deque(
            str(_id('router-chat', number + load.agents * n)) for n in range(CAPACITY)
        )
        self._freed: deque[float] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self.milliseconds: list[float] = []
        self.refused = 0

    async def open(self) -> None:
        """Connect, and hear what rings from now on."""
        self._socket = await self._http.ws_connect(
            f'{self._running.address}/ws/{self._id}', headers=self._headers, max_msg_size=0
        )
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def close(self) -> None:
        """Hang up."""
        self._reading.cancel()
        await self._socket.close()

    async def end_one(self) -> None:
        """End the chat that was taken first; the next offer is waited for from this moment on."""
        if not self.held:
            return
        chat_id = self.held.popleft()
        self._freed.append(time.perf_counter())
        await self._post(f'/chat/sessions/{chat_id}/end')

    @property
    def waits(self) -> bool:
        """Whether a place that was freed has not been offered a contact."""
        return bool(self._freed)

    def give_up(self) -> int:
        """Count what has not come as late; returns how many."""
        late = len(self._freed)
        self.milliseconds += [LATE_SECONDS * 1000] * late
        self._freed.clear()
        return late

    async def _read(self) -> None:
        async for frame in self._socket:
            text = str(frame.data)
            if text.startswith('{"type": "ping"'):
                await self._socket.send_str('{"type": "pong"}')
            elif self._mark in text and '"status":"waiting"' in text:
                self._ring(json.loads(text)['data']['id'])

    def _ring(self, chat_id: str) -> None:
        if self._freed:
            self.milliseconds.append((time.perf_counter() - self._freed.popleft()) * 1000)
        task = asyncio.get_running_loop().create_task(self._take(chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, chat_id: str) -> None:
        if await self._post(f'/chat/sessions/{chat_id}/take'):
            self.held.append(chat_id)

    async def _post(self, path: str) -> bool:
        address = f'{self._running.address}{path}'
        async with self._http.post(address, headers=self._headers) as answer:
            await answer.read()
            if answer.status != 200:
                self.refused += 1
            return answer.status == 200


@asynccontextmanager
async def _routed(front: Services, agents: Sequence[Agent], load: Load) -> AsyncIterator[None]:
    """Let customers come and agents end chats, each ``load.rate`` a second, while the block runs."""
    turns = itertools.cycle(agents)

    async def come() -> None:
        number = next(_numbers)
        form = ChatStart(
            name=f'고객 {number}', phone=f'0105555{number % 10_000:04}',
            department=f'queue {1 + number % load.queues}',
        )  # fmt: skip
        await front.visits.start(form)

    async with asyncio.TaskGroup() as group:
        paces = [
            group.create_task(at_pace(group, come, load.rate)),
            group.create_task(at_pace(group, lambda: next(turns).end_one(), load.rate)),
        ]
        try:
            yield
        finally:
            for pace in paces:
                pace.cancel()


async def _settle(agents: Sequence[Agent]) -> int:
    """Wait for the offers that are still to come; returns how many did not."""
    with contextlib.suppress(AssertionError):
        await until(lambda: not any(one.waits for one in agents), seconds=LATE_SECONDS)
    return sum(one.give_up() for one in agents)


async def _open(agents: Sequence[Agent], stack: AsyncExitStack) -> None:
    turns = asyncio.Semaphore(OPENING)

    async def open_one(agent: Agent) -> None:
        async with turns:
            await agent.open()
            stack.push_async_callback(agent.close)

    await asyncio.gather(*(open_one(agent) for agent in agents))


async def _talks(
    http: aiohttp.ClientSession,
    desks: Sequence[Running],
    arrivals: Arrivals,
    stack: AsyncExitStack,
) -> list[Customer]:
    """Open the sockets of those who only talk, on both processes; their customers write through the other one."""
    customers = []
    for number in range(1, TALKS + 1):
        person = Person(
            _id('talker', number), f'talker-{number}-cookie', _id('talk', number), f'talk-{number}'
        )
        socket = ProgramSocket(http, desks[number % len(desks)], person)
        await socket.open(arrivals.heard)
        stack.push_async_callback(socket.close)
        customers.append(Customer(http, desks[(number + 1) % len(desks)], person))
    return customers


async def _rounds(http: aiohttp.ClientSession, desk: Running) -> list[float]:
    """Return how long each offer's round took in a process, in milliseconds."""
    async with http.get(f'{desk.address}/bench/routing') as answer:
        return [float(one) for one in json.loads(await answer.text())]


def _rows(
    load: Load,
    agents: Sequence[Agent],
    rounds: Sequence[float],
    late: int,
    talks: tuple[Sequence[Latency], Sequence[Latency]],
) -> list[Row]:
    offers = Latency.of([one for agent in agents for one in agent.milliseconds])
    decisions = Latency.of(rounds)
    quiet, busy = (Latency.middle(runs) for runs in talks)
    what = f'{load.agents} agents, {load.waiting:,} waiting, {load.rate:.0f} arrivals and endings/s, {load.processes} processes'
    refused = sum(agent.refused for agent in agents)
    return [
        Row(
            what=f'a decision, lock and commit included, p95: {what}', figure=decisions.p95, unit='ms',
            most=20, note=f'p50 {decisions.p50:.1f}, p99 {decisions.p99:.1f} ms, {decisions.count} offers',
        ),
        Row(
            what="from the freeing to the offer on the agent's socket, p95", figure=offers.p95,
            unit='ms', most=500,
            note=f'p50 {offers.p50:.0f}, p99 {offers.p99:.0f} ms, {offers.count} places, {late} not offered, {refused} refused',
        ),
        Row(
            what=f'a message at {MESSAGES}/s beside them, p95', figure=busy.p95 / quiet.p95,
            unit='times', most=1.1, note=f'{busy.p95:.1f} ms, without routing {quiet.p95:.1f} ms',
        ),
    ]  # fmt: skip


def _id(kind: str, number: int) -> UUID:
    return UUID(hashlib.md5(f'{kind}{number}'.encode()).hexdigest())


def _filled(urls: BackingUrls, load: Load) -> BackingUrls:
    """Make the database anew: agents with all places taken, and customers who wait."""
    name = sql.Identifier(DATABASE)
    with psycopg.connect(bare(urls.database_owner_url), autocommit=True) as server:
        server.execute(sql.SQL('DROP DATABASE IF EXISTS {} WITH (FORCE)').format(name))
        server.execute(sql.SQL('CREATE DATABASE {}').format(name))
    address = urls.database_owner_url.rsplit('/', 1)[0] + f'/{DATABASE}'
    migrations.upgrade(address)
    values = {
        'agents': load.agents, 'queues': load.queues, 'waiting': load.waiting,
        'held': load.agents * CAPACITY, 'capacity': CAPACITY, 'talks': TALKS,
    }  # fmt: skip
    with psycopg.connect(bare(address), autocommit=True) as filling:
        for statement in _FILL:
            filling.execute(statement, values)
        filling.execute('VACUUM (ANALYZE)')
    return BackingUrls(database_url=address, database_owner_url=address, redis_url=urls.redis_url)


_CHAT = """
    id, queue_id, agent_id, status, department, source, start_time, rank_at, visitor_name, visitor_phone, token_hash,
    taken_at, version, last_number, last_message_at, last_line, unread_count, customer_seen_at
"""
_FILL = (
    """
    INSERT INTO queues (id, name, department, mode, wrap_up_seconds)
    SELECT md5('queue' || n)::uuid, 'queue ' || n, 'queue ' || n, 'push', 0 FROM generate_series(1, %(queues)s) AS n
    """,
    """
    INSERT INTO agents (id, username, email, password_hash, first_name, last_name, department, status, base_status, chat_capacity)
    SELECT md5('router' || n)::uuid, 'router-' || n, 'router' || n || '@example.com', '-', '서연', '김',
           'queue ' || 1 + n %% %(queues)s, 'busy'::agent_status, 'available'::agent_status, %(capacity)s
    FROM generate_series(1, %(agents)s) AS n
    UNION ALL
    SELECT md5('talker' || n)::uuid, 'talker-' || n, 'talker' || n || '@example.com', '-', '도윤', '이', 'talk ' || n,
           'busy'::agent_status, 'available'::agent_status, 1
    FROM generate_series(1, %(talks)s) AS n
    """,
    """
    INSERT INTO sessions (id, agent_id, token_hash, expires_at)
    SELECT gen_random_uuid(), id, encode(sha256((username || '-cookie')::bytea), 'hex'), now() + interval '30 days'
    FROM agents
    """,
    # Every place is taken: agent n holds the chats n, n + agents, n + 2 agents.
    f"""
    INSERT INTO chat_sessions ({_CHAT})
    SELECT md5('router-chat' || n)::uuid, md5('queue' || queue)::uuid, md5('router' || 1 + (n - 1) %% %(agents)s)::uuid,
           'active', 'queue ' || queue, 'web', now(), now(), '고객' || n, '010' || lpad(n::text, 8, '0'),
           encode(sha256(('router-visit-' || n)::bytea), 'hex'), now(), 1, 0, now(), '', 0, now()
    FROM (SELECT n, 1 + (1 + (n - 1) %% %(agents)s) %% %(queues)s AS queue FROM generate_series(1, %(held)s) AS n) AS chats
    """,
    f"""
    INSERT INTO chat_sessions ({_CHAT})
    SELECT md5('waiting' || n)::uuid, md5('queue' || 1 + n %% %(queues)s)::uuid, NULL, 'waiting', 'queue ' || 1 + n %% %(queues)s,
           'web', now() - n * interval '1 second', now() - n * interval '1 second', '고객' || n,
           '011' || lpad(n::text, 8, '0'), encode(sha256(('waiting-visit-' || n)::bytea), 'hex'), NULL, 1, 0, now(), '', 0,
           now() + interval '10 years'
    FROM generate_series(1, %(waiting)s) AS n
    """,
    f"""
    INSERT INTO chat_sessions ({_CHAT})
    SELECT md5('talk' || n)::uuid, NULL, md5('talker' || n)::uuid, 'active', 'talk ' || n, 'web', now(), now(),
           '고객', '01000000000', encode(sha256(('talk-' || n)::bytea), 'hex'), now(), 1, 0, now(), '', 0, now()
    FROM generate_series(1, %(talks)s) AS n
    """,
)
