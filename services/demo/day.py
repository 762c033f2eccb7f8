"""A believable day at a running desk: ``make demo``. Customers write, agents answer, take breaks and sometimes miss.

It speaks to the desk as any program does, through the public API: what it plays is what the desk measures. It ends by
itself after ``--minutes`` of the played day, or with Ctrl-C; its agents then go offline.
"""

import argparse
import asyncio
import os
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from desk import clock
from services.demo.dialogues import DEPARTMENTS, PLOTS, conversation
from services.demo.history import facts
from services.demo.people import DEMO_PASSWORD
from services.demo.phone import PhoneDay, address_of_sandbox

AGENTS = tuple(f'agent{number}' for number in range(1, 9))
AGENT = '{agent}'
"""Stands in a script for the name of the agent who will say it."""
NAMES = (
    '김서준',
    '이하윤',
    '박도현',
    '최유진',
    '정하윤',
    '강지후',
    '조은우',
    '윤서아',
    '장민준',
    '임채원',
    '남궁혜린',
)
ARRIVAL_SECONDS = 45.0
"""The mean time between two customers."""
READING_SECONDS = (4.0, 15.0)
"""How long anybody reads before they write."""
CHARS_PER_SECOND = 5.0
IMPATIENT = 0.08
"""The share of customers who leave when nobody has answered after ``PATIENCE_SECONDS``."""
PATIENCE_SECONDS = 90.0
RATES = 0.4
"""The share of customers who rate their chat."""
MISSES = 0.05
"""The share of offers that an agent does not notice."""
NOTICE_SECONDS = (2.0, 9.0)
WORK_SECONDS = (1_200.0, 3_600.0)
"""How long an agent works before a break."""
BREAK_SECONDS = (300.0, 900.0)
WRAP_UP_SECONDS = (10.0, 60.0)
LOOK_SECONDS = 10.0
"""How often both sides look at what the other has written, of the played day."""
LEAST_LOOK_SECONDS = 0.2
"""As often at most, in real time."""


@dataclass(slots=True)
class Script:
    """What both sides of one chat still have to say."""

    rows: list[tuple[bool, str]]
    """Whose line it is (the agent's), and the line."""

    def next_of(self, *, is_agents: bool) -> str | None:
        """Take the next line when it is this side's turn."""
        if self.rows and self.rows[0][0] is is_agents:
            return self.rows.pop(0)[1]
        return None


@dataclass(slots=True)
class Day:
    """The play."""

    address: str
    speed: float
    chance: random.Random
    agents: Sequence[str] = AGENTS
    password: str = DEMO_PASSWORD
    sandbox: str = ''
    """The address of Connect in a box; empty: nobody calls."""
    scripts: dict[str, Script] = field(default_factory=dict)
    played: int = 0
    calls: int = 0

    async def play(self, minutes: float) -> None:
        """Let agents sign in and customers come, until so many minutes of the day have passed."""
        async with httpx.AsyncClient(base_url=self.address, timeout=10) as client:
            agents = [_Agent(self, client, username) for username in self.agents]
            for agent in agents:
                await agent.sign_in()
            working = [asyncio.ensure_future(agent.work()) for agent in agents]
            if self.sandbox:
                working.append(asyncio.ensure_future(self._telephones()))
            try:
                await self._customers(client, until=time.monotonic() + minutes * 60 / self.speed)
            finally:
                for task in working:
                    task.cancel()
                await asyncio.gather(*working, return_exceptions=True)
                for agent in agents:
                    await agent.choose('offline')

    async def _telephones(self) -> None:
        """Let customers call, until cancelled."""
        async with httpx.AsyncClient(base_url=self.sandbox, timeout=10) as client:
            phones = PhoneDay(client, self.chance, self.pause, self.agents)
            try:
                await phones.play()
            finally:
                self.calls = phones.played

    async def pause(self, seconds: float) -> None:
        """Let so much of the day pass."""
        await asyncio.sleep(seconds / self.speed)

    async def pause_between(self, least: float, most: float) -> None:
        """Let between so much and so much of the day pass."""
        await self.pause(self.chance.uniform(least, most))

    async def look(self) -> None:
        """Wait until somebody looks again."""
        await asyncio.sleep(max(LEAST_LOOK_SECONDS, LOOK_SECONDS / self.speed))

    async def _customers(self, client: httpx.AsyncClient, *, until: float) -> None:
        coming: set[asyncio.Future[None]] = set()

        def gone(one: asyncio.Future[None]) -> None:
            """Forget a customer; one whose line was cut (the desk is started again) has left."""
            coming.discard(one)
            if not one.cancelled():
                one.exception()

        try:
            while time.monotonic() < until:
                await self.pause(self.chance.expovariate(1 / ARRIVAL_SECONDS))
                talk = asyncio.ensure_future(_Customer(self, client).talk())
                coming.add(talk)
                talk.add_done_callback(gone)
        finally:
            for one in coming:
                one.cancel()
            await asyncio.gather(*coming, return_exceptions=True)


class _Customer:
    """Somebody who writes to the desk."""

    def __init__(self, day: Day, client: httpx.AsyncClient) -> None:
        self._day, self._client = day, client
        self._name = day.chance.choice(NAMES)
        self._department = day.chance.choices(DEPARTMENTS, weights=(5, 3, 2))[0]
        self._headers: dict[str, str] = {}

    async def talk(self) -> None:
        """Come, say what there is to say, and go."""
        day = self._day
        phone = f'010{day.chance.randrange(10**8):08}'
        form = {'name': self._name, 'phone': phone, 'department': self._department}
        came = await self._client.post('/chat/visits', json=form)
        if came.is_error:
            return
        visit, self._headers = came.json()['chat'], {'X-Chat-Token': came.json()['token']}
        known = facts(self._department, self._name, AGENT, day.chance)
        plot = day.chance.choice(PLOTS[self._department])
        script = day.scripts[visit['id']] = Script(list(conversation(plot, known, day.chance)))
        day.played += 1
        path = f'/chat/visits/{visit["id"]}'
        patience = PATIENCE_SECONDS if day.chance.random() < IMPATIENT else float('inf')
        came_at = time.monotonic()
        while True:
            now = (await self._client.get(path, headers=self._headers)).json()
            if now.get('status') == 'closed' or 'status' not in now:
                await self._rate(path)
                return
            if now['status'] == 'waiting' and time.monotonic() - came_at > patience / day.speed:
                await self._client.post(f'{path}/leave', headers=self._headers)
                return
            if line := script.next_of(is_agents=False):
                await day.pause_between(*READING_SECONDS)
                await day.pause(len(line) / CHARS_PER_SECOND)
                await self._client.post(
                    f'{path}/messages', headers=self._headers, json={'content': line}
                )
            await day.look()

    async def _rate(self, path: str) -> None:
        """Say how it was, as some do; who was never answered is refused."""
        if self._day.chance.random() < RATES:
            score = self._day.chance.choices((1, 2, 3, 4, 5), weights=(1, 1, 3, 6, 9))[0]
            await self._client.put(f'{path}/rating', headers=self._headers, json={'score': score})


class _Agent:
    """One of the demo's agents, at work."""

    def __init__(self, day: Day, client: httpx.AsyncClient, username: str) -> None:
        self._day, self._client, self._username = day, client, username
        self._id = ''
        self._headers: dict[str, str] = {}
        self._busy: set[str] = set()
        self._unseen: set[str] = set()

    async def sign_in(self) -> None:
        """Sign in. Raises ``SystemExit`` where there are no demo accounts."""
        form = {'username': self._username, 'password': self._day.password}
        answer = await self._client.post('/auth/login', json=form)
        if answer.is_error:
            sys.exit(
                f'{self._username} cannot sign in: is this the demo desk? ({answer.status_code})'
            )
        self._headers = {'Authorization': f'Bearer {answer.json()["access_token"]}'}
        state = await self._client.get('/agents/me/status', headers=self._headers)
        self._id = state.json()['agent_id']

    async def choose(self, status: str, reason: str = 'other') -> None:
        """Choose a 상담 상태."""
        form = {'status': status} | ({'reason': reason} if status == 'away' else {})
        await self._client.put('/agents/me/status', headers=self._headers, json=form)

    async def work(self) -> None:
        """Work and rest in turn, until cancelled."""
        talks = asyncio.ensure_future(self._look_after())
        try:
            while True:
                await self.choose('available')
                await self._day.pause_between(*WORK_SECONDS)
                await self.choose('away', self._day.chance.choice(('break', 'meal')))
                await self._day.pause_between(*BREAK_SECONDS)
        finally:
            talks.cancel()

    async def _look_after(self) -> None:
        async with asyncio.TaskGroup() as going:
            while True:
                for chat in await self._chats():
                    chat_id = str(chat['id'])
                    if chat_id not in self._busy and self._notices(chat):
                        self._busy.add(chat_id)
                        going.create_task(self._handle(chat_id, is_new=chat['status'] == 'waiting'))
                await self._day.look()

    async def _chats(self) -> Sequence[dict[str, Any]]:
        """Return the agent's own chats, and those that wait."""
        found: list[dict[str, Any]] = []
        for asked in ({}, {'status': 'waiting'}):
            try:
                answer = await self._client.get('/chat/sessions', params=asked, headers=self._headers)  # fmt: skip
            except httpx.TransportError:  # the desk is being started again
                return ()
            if answer.is_success:
                listed = answer.json()
                found += listed['items'] if asked else listed
        return found

    def _notices(self, chat: dict[str, Any]) -> bool:
        """Whether the chat is this agent's to handle now; an offer may go unseen."""
        if chat['agent_id'] == self._id:
            return bool(chat['status'] == 'active' and chat['id'] in self._day.scripts)
        if chat['offered_agent_id'] != self._id or chat['id'] in self._unseen:
            return False
        if self._day.chance.random() < MISSES:
            self._unseen.add(chat['id'])
            return False
        return True

    async def _handle(self, chat_id: str, *, is_new: bool) -> None:
        day, path = self._day, f'/chat/sessions/{chat_id}'
        if is_new:
            await day.pause_between(*NOTICE_SECONDS)
            taken = await self._client.post(f'{path}/take', headers=self._headers)
            if taken.is_error:
                self._busy.discard(chat_id)
                return
        script = day.scripts.get(chat_id, Script([]))
        while script.rows:
            if line := script.next_of(is_agents=True):
                await day.pause_between(*READING_SECONDS)
                await day.pause(len(line) / CHARS_PER_SECOND)
                said = await self._client.post(f'{path}/messages', headers=self._headers, json={'content': line.replace(AGENT, self._username)})  # fmt: skip
                if said.is_error:
                    break
            await day.look()
        await day.pause_between(*READING_SECONDS)
        await self._client.post(f'{path}/end', headers=self._headers)
        await self._wrap_up(path)
        day.scripts.pop(chat_id, None)

    async def _wrap_up(self, path: str) -> None:
        day = self._day
        listed = await self._client.get(f'{path}/wrap-up/categories', headers=self._headers)
        leaves = [] if listed.is_error else listed.json()['items']
        await day.pause_between(*WRAP_UP_SECONDS)
        written = {
            'category_id': day.chance.choice(leaves)['id'] if leaves else None,
            'summary': '문의를 확인하고 안내했습니다',
        }
        await self._client.post(f'{path}/wrap-up/finish', headers=self._headers, json=written)


async def _play(day: Day, minutes: float, *, ends_with_input: bool) -> None:
    """Play; where asked, only as long as whoever started it holds its input open."""
    playing = asyncio.ensure_future(day.play(minutes))
    if ends_with_input:
        loop, source = asyncio.get_running_loop(), sys.stdin.fileno()
        loop.add_reader(source, lambda: os.read(source, 1024) or playing.cancel())
    await playing


def main(arguments: Sequence[str]) -> int:
    """Play; returns the exit status."""
    parser = argparse.ArgumentParser(prog='make demo', description=__doc__)
    parser.add_argument('--address', default='http://127.0.0.1:8080')
    parser.add_argument('--speed', type=float, default=10.0, help='how much faster than real')
    parser.add_argument('--minutes', type=float, default=480.0, help='of the played day')
    parser.add_argument('--seed', type=int, default=int(clock.now().timestamp()))
    parser.add_argument('--home', default='', help="the desk's DESK_HOME, to find Connect in a box")
    parser.add_argument('--no-calls', action='store_true', help='nobody calls by phone')
    parser.add_argument('--ends-with-input', action='store_true', help='end when stdin closes')
    given = parser.parse_args(arguments)
    sandbox = '' if given.no_calls else address_of_sandbox(given.home)
    chance = random.Random(given.seed)  # noqa: S311 - a play
    day = Day(given.address, given.speed, chance, sandbox=sandbox)
    sys.stdout.write(
        f'A day at {given.address}, {given.speed:g} times as fast (seed {given.seed}). Ctrl-C ends it.\n'
    )
    try:
        asyncio.run(_play(day, given.minutes, ends_with_input=given.ends_with_input))
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass
    except httpx.TransportError:
        sys.exit(f'There is no desk at {given.address}: "make run" starts one.')
    sys.stdout.write(f'{day.played} customers came, {day.calls} called.\n')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
