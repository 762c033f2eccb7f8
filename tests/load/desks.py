"""Two ways to reach a desk in a schedule: inside this process, or a process of its own that can be killed."""

import asyncio
import itertools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from typing_extensions import override

from desk.errors import DeskError
from desk.events import Event
from desk.settings import Settings
from services.chats.events import EVERY_CHAT
from services.registry import Services
from tests.load.worker import answer

PROJECT = Path(__file__).parent.parent.parent
START_SECONDS = 60
Hear = Callable[[Event], None]


class Gone(Exception):  # noqa: N818 - what happened, not what went wrong
    """The process died before it answered: nobody knows whether it did what it was asked."""


class Desk(Protocol):
    """What a page can do with a server."""

    async def call(self, **call: Any) -> Any:
        """Ask for something. Raises ``Gone`` and ``DeskError``."""

    async def back(self) -> None:
        """Wait until the server is there (again)."""

    def listen(self, hear: Hear) -> Callable[[], None]:
        """Hear every event from now on; returns what stops it."""


class LocalDesk(Desk):
    """A desk in this process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @override
    async def call(self, **call: Any) -> Any:
        return await answer(self._services, call)

    @override
    async def back(self) -> None:
        await asyncio.sleep(0)

    @override
    def listen(self, hear: Hear) -> Callable[[], None]:
        return self._services.topics.subscribe(EVERY_CHAT, hear).cancel


class ProcessDesk(Desk):
    """A desk in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._listeners: list[Hear] = []
        self._ready = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.kills = 0

    async def start(self) -> None:
        """Start the process; returns when it serves."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, '-m', 'tests.load.worker',
            cwd=PROJECT, env=os.environ | self._environment(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**22,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read(self._process))
        await asyncio.wait_for(self._ready.wait(), START_SECONDS)

    async def kill(self) -> None:
        """Kill the process with SIGKILL; whoever waits for an answer is told that it is gone."""
        if self._process is None or self._reading is None:
            return
        self._ready.clear()
        self._process.kill()
        await self._process.wait()
        await self._reading
        self._process = None
        self.kills += 1
        waiting, self._waiting = self._waiting, {}
        for answered in waiting.values():
            if not answered.done():
                answered.set_exception(Gone())

    @override
    async def call(self, **call: Any) -> Any:
        if self._process is None or not self._ready.is_set():
            raise Gone
        number = next(self._numbers)
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({'n': number, **call}).encode() + b'\n')
        return await answered

    @override
    async def back(self) -> None:
        await asyncio.wait_for(self._ready.wait(), START_SECONDS)

    @override
    def listen(self, hear: Hear) -> Callable[[], None]:
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            if line.endswith(b'\n'):  # the last words of a killed process may be cut
                self._take(json.loads(line))

    def _take(self, words: dict[str, Any]) -> None:
        if 'heard' in words:
            event = Event.kinds[words['heard']].model_validate(words['body'])
            for hear in list(self._listeners):
                hear(event)
        elif 'ready' in words:
            self._ready.set()
        elif (answered := self._waiting.pop(words['n'], None)) and not answered.done():
            if 'refused' in words:
                answered.set_exception(DeskError(words['refused']))
            else:
                answered.set_result(words['value'])

    def _environment(self) -> dict[str, str]:
        return {
            'DATABASE_URL': self._settings.database_url,
            'REDIS_URL': self._settings.redis_url,
            'REDIS_PREFIX': self._settings.redis_prefix,
            'CONNECT_SANDBOX': 'false',
            'FILES_BUCKET': self._settings.files_bucket,
            'AWS_ENDPOINT_URL_S3': self._settings.aws_endpoint_url_s3,
        }
