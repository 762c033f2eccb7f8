"""The telephone side of a played day: customers who call at Connect in a box, and the agents who take their calls there.

It speaks to the sandbox as its control page does, through its JSON interface; the desk hears of the calls from Connect.
"""

import asyncio
import json
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from services.demo.dialogues import DEPARTMENTS, PLOTS, conversation
from services.demo.history import facts

CALL_SECONDS = 150.0
"""The mean time between two callers."""
PATIENCE_SECONDS = (40.0, 180.0)
"""How long a caller waits for an agent."""
SPEAKING_SECONDS = (3.0, 9.0)
"""How long a line takes, with the pause before it."""
AFTER_WORK_SECONDS = 20
"""The least time of 후처리 at Connect: its clock is real, however fast the day is played."""
AVAILABLE, OFFLINE = '상담 가능', '오프라인'
NAMES = ('김서준', '이하윤', '박도현', '최유진', '정하윤')
Pause = Callable[[float], Awaitable[None]]


def address_of_sandbox(home: str = '') -> str:
    """Return where the sandbox of a local desk is; empty where none was ever started."""
    path = Path(home or os.environ.get('DESK_HOME') or '.desk') / 'connect' / 'sandbox.json'
    try:
        port = json.loads(path.read_text(encoding='utf-8'))['ports']['centre']
    except (OSError, ValueError, KeyError):
        return ''
    return f'http://127.0.0.1:{port}'


@dataclass(slots=True)
class PhoneDay:
    """Callers and their agents; ``pause`` lets so many seconds of the played day pass."""

    client: httpx.AsyncClient
    """Its base address is the sandbox."""
    chance: random.Random
    pause: Pause
    agents: Sequence[str]
    played: int = 0

    async def play(self) -> None:
        """Let customers call until cancelled; the agents' telephones go offline then. Without a sandbox nothing happens."""
        try:
            for username in self.agents:
                await self._ready(username)
            async with asyncio.TaskGroup() as calls:
                while True:
                    await self.pause(self.chance.expovariate(1 / CALL_SECONDS))
                    calls.create_task(self._call())
        except* httpx.TransportError:  # the sandbox is gone, also in the middle of a call
            pass
        finally:
            for username in self.agents:
                await self._post(f'/agents/{username}/status', {'status': OFFLINE})

    async def _ready(self, username: str) -> None:
        settings = {'auto_accepts': ['VOICE'], 'after_work_seconds': AFTER_WORK_SECONDS}
        await self.client.patch(f'/_sandbox/agents/{username}', json=settings)
        await self._post(f'/agents/{username}/status', {'status': AVAILABLE})

    async def _call(self) -> None:
        """Call, wait, say what there is to say, and hang up."""
        department = self.chance.choice(DEPARTMENTS)
        name = self.chance.choice(NAMES)
        number = f'+8210{self.chance.randrange(10**8):08}'
        made = await self._post('/calls', {'number': number, 'queue': department, 'name': name})
        if made is None:
            return
        self.played += 1
        contact = f'/contacts/{made["id"]}'
        if await self._is_answered(contact):
            known = facts(department, name, 'agent', self.chance)
            plot = self.chance.choice(PLOTS[department])
            for is_agents, line in conversation(plot, known, self.chance):
                await self.pause(self.chance.uniform(*SPEAKING_SECONDS))
                role = 'AGENT' if is_agents else 'CUSTOMER'
                if await self._post(f'{contact}/say', {'role': role, 'text': line}) is None:
                    break
        await self._post(f'{contact}/hang-up', {})

    async def _is_answered(self, contact: str) -> bool:
        """Wait for an agent, as long as this caller's patience lasts."""
        left = self.chance.uniform(*PATIENCE_SECONDS)
        while left > 0:
            await self.pause(5.0)
            left -= 5.0
            answer = await self.client.get(f'/_sandbox{contact}')
            if answer.is_success and answer.json()['connected_at']:
                return True
        return False

    async def _post(self, path: str, body: dict[str, str]) -> dict[str, str] | None:
        """Do something at the sandbox; ``None`` where it is not possible now, or the sandbox is gone."""
        try:
            answer = await self.client.post(f'/_sandbox{path}', json=body)
        except httpx.TransportError:
            return None
        return dict(answer.json()) if answer.is_success else None
