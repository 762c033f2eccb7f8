"""A whole desk as a person starts it: ``main.py serve`` in a process of its own, to be killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from pydantic import SecretStr

from desk.db import Database
from desk.sandbox import BackingUrls
from desk.settings import Settings
from tests.conftest import SECRET
from tests.databases import address, drop, server_of
from tests.make import Make

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 60.0


class LiveDesk:
    """One server process on a port of its own; started again, it is at the same address on the same data."""

    def __init__(self, settings: Settings, *, log: Path) -> None:
        """Take note of what to serve; ``start`` begins."""
        self.settings = settings
        self.port = _free_port()
        self.address = f'http://127.0.0.1:{self.port}'
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and return when every backing service answers."""
        with self._log.open('ab') as log:
            self._process = subprocess.Popen(
                [sys.executable, 'main.py', 'serve'],
                cwd=ROOT,
                env=environment(self.settings) | {'PORT': str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            assert self._process.poll() is None, f'it did not start: {self._log.read_text()}'
            assert time.monotonic() < deadline, 'it is not ready in time'
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Say whether it serves and every backing service answers it."""
        try:
            return httpx.get(f'{self.address}/readyz', timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """Let it die as in a power cut."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to leave, and wait until it has."""
        self._end(signal.SIGTERM)

    def complaints(self) -> str:
        """Return what it has logged since it was last asked: errors only."""
        said = self._log.read_text()
        self._log.write_text('')
        return said

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=20)
            self._process = None


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables by which a process of the desk gets these settings, and no more of ours than it needs."""
    ours = {
        'DATABASE_URL': settings.database_url,
        'REDIS_URL': settings.redis_url,
        'REDIS_PREFIX': settings.redis_prefix,
        'JWT_SECRET_KEY': settings.jwt_secret_key.get_secret_value(),
        'DESK_HOME': str(settings.desk_home),
        'DESK_ENV': 'local',
        'ABANDON_AFTER_SECONDS': str(settings.abandon_after_seconds),
        'POOL_SIZE': str(settings.pool_size),
        'LOG_LEVEL': 'ERROR',
    }
    # What simulates pages inside of a test must not reach a real server.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(('NICEGUI', 'PYTEST'))}
    return inherited | ours


@contextmanager
def database(backing: BackingUrls, template: str, home: Path) -> Iterator[Settings]:
    """Give the settings of a desk on a database of its own, cloned from ``template``, where ``agent1`` works."""
    name = f'live_{uuid4().hex}'
    with server_of(backing) as server:
        server.execute(f'CREATE DATABASE {name} TEMPLATE {template}')
    settings = Settings(
        _env_file=None,
        desk_home=home,
        database_url=address(backing, name),
        redis_url=backing.redis_url,
        redis_prefix=name,
        jwt_secret_key=SecretStr(SECRET),
        pool_size=5,
    )
    _let_somebody_be_there(settings)
    yield settings
    drop(backing, name)


@contextmanager
def served(settings: Settings, log: Path) -> Iterator[LiveDesk]:
    """Serve a desk; several on the same settings are the processes of one."""
    desk = LiveDesk(settings, log=log)
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


def _let_somebody_be_there(settings: Settings) -> None:
    """A desk with people is not filled with the demo, which tests do not need."""

    async def arrive() -> None:
        db = Database(settings.database_url, pool_size=1)
        await Make(db).agent(username='agent1')
        await db.close()

    with ThreadPoolExecutor(1) as apart:  # from the loop that the test is about to run in
        apart.submit(asyncio.run, arrive()).result()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return int(listener.getsockname()[1])
