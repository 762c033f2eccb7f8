"""Server processes of the benchmark: started, watched and ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from desk.sandbox import BackingUrls
from tests.load.floor import HOME
from tests.support.ports import free_port
from tests.support.until import until

PROJECT = Path(__file__).parents[2]
SECRET = 'a-secret-of-the-benchmark-that-is-long-enough'
START_SECONDS = 60
SMALL_POOLS: dict[str, object] = {'pool_size': 6, 'pool_overflow': 4}
"""With these a process takes at most 46 connections: four of them fit into the 200 of the sandbox's PostgreSQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server process."""

    address: str
    process: psutil.Process

    @property
    def resident_mb(self) -> float:
        """Memory that the process holds."""
        return float(self.process.memory_info().rss) / 1e6

    def cpu_seconds(self) -> float:
        """Processor time that the process has used so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server process runs: on which port (0: any), in which checkout, on which core (none: any)."""

    port: int = 0
    tree: Path = PROJECT
    core: int | None = None

    @property
    def prefix(self) -> list[str]:
        """What stands before the command."""
        return [] if self.core is None else ['taskset', '--cpu-list', str(self.core)]


@dataclass(slots=True)
class Cores:
    """How many cores a process uses, from here on."""

    running: Running
    _at: float = 0.0
    _used: float = 0.0

    def __post_init__(self) -> None:
        self._at, self._used = time.monotonic(), self.running.cpu_seconds()

    def used(self) -> float:
        """Return cores since the beginning: 1.0 is one core all the time."""
        return (self.running.cpu_seconds() - self._used) / (time.monotonic() - self._at)


@asynccontextmanager
async def serving(
    module: str,
    urls: BackingUrls,
    *,
    prefix: str = '',
    settings: Mapping[str, object] | None = None,
    place: Place | None = None,
) -> AsyncIterator[Running]:
    """Run a server module until the block ends; those with one ``prefix`` hear each other's events.

    ``settings`` are of the desk, beside where its data are. ``place`` says where it runs.
    """
    place = place or Place()
    port = place.port or free_port()
    more = {name.upper(): str(value) for name, value in (settings or {}).items()}
    environment = (
        os.environ
        | more
        | {
            'DATABASE_URL': urls.database_owner_url,
            'REDIS_URL': urls.redis_url,
            'REDIS_PREFIX': prefix or f'bench-{port}',
            'JWT_SECRET_KEY': SECRET,
            'PORT': str(port),
        }
    )
    log = (HOME / f'{module.rsplit(".", 1)[-1]}{f"-{port}" if prefix else ""}.log').open('wb')
    process = subprocess.Popen(  # noqa: ASYNC220 - it only starts here
        [*place.prefix, sys.executable, '-m', module], env=environment, cwd=place.tree,
        stdout=log, stderr=log,
    )  # fmt: skip
    try:
        await until(lambda: listens(port) or _ended(process, log.name), seconds=START_SECONDS)
        yield Running(address=f'http://127.0.0.1:{port}', process=psutil.Process(process.pid))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)  # a stopped one hears nothing
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


async def stopped(running: Running, *, seconds: float) -> float:
    """Ask a server to stop and wait for its end, without holding up the loop; return how long it took."""
    begun = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    await until(lambda: _is_over(running.process), seconds=seconds)
    return time.monotonic() - begun


def _is_over(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def client() -> aiohttp.ClientSession:
    """Return a client with as many connections as asked for, and no cookies but those it is given."""
    return aiohttp.ClientSession(
        # Let go of before the server does (uvicorn after 5 s), or a busy one resets what is asked meanwhile.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=1.0),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def listens(port: int) -> bool:
    """Return whether something accepts connections on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


def _ended(process: 'subprocess.Popen[bytes]', log: str) -> bool:
    if process.poll() is not None:
        message = f'The server ended with {process.returncode}; see {log}.'
        raise RuntimeError(message)
    return False
