"""A real balancer before the desks: HAProxy on loopback, set up as the ALB in ``deploy/templates/service.yaml`` is.

Sticky by a cookie of its own; idle connections and WebSockets are kept for 120 s; a process that is deregistered gets nothing
new, its cookies included, and keeps what is open. HAProxy asks ``/healthz`` once a second (the ALB every ten), so that a dead
process is left out after two.
"""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.load.processes import Running, listens
from tests.support.ports import free_port

MISSING = 'This needs HAProxy 2.4 or newer (Debian: apt-get install haproxy), which is not installed here.'
STICKY_COOKIE = 'AWSALB'
IDLE_SECONDS = 120
"""The ALB's idle time-out in ``service.yaml``."""

Config = Callable[[int, Path], str]


START_SECONDS = 10
CHECK_SECONDS = 5
"""How long a health check may take, as in ``service.yaml``: with less, one busy second of a starting process empties the pool."""


class MissingBalancerError(RuntimeError):
    """HAProxy is not installed."""


def program() -> str:
    """Return HAProxy's path. Raises ``MissingBalancerError``, whose text tells the reader what to do."""
    found = shutil.which('haproxy') or shutil.which('haproxy', path='/usr/sbin:/usr/local/sbin')
    if found is None:
        raise MissingBalancerError(MISSING)
    return found


def web_config(*, port: int, control: Path, desks: Mapping[str, int]) -> str:
    """Return the configuration that balances ``port`` over the desks, given by name and port; all begin deregistered."""
    servers = '\n'.join(
        f'    server {name} 127.0.0.1:{at} cookie {name} check disabled'
        for name, at in desks.items()
    )
    return f"""
global
    maxconn 8000
    nbthread 1
    stats socket {control} mode 600 level admin

defaults
    mode http
    timeout connect 2s
    timeout client {IDLE_SECONDS}s
    timeout server {IDLE_SECONDS}s
    timeout tunnel {IDLE_SECONDS}s
    timeout check {CHECK_SECONDS}s
    option redispatch 1
    retries 2

frontend desk
    bind 127.0.0.1:{port}
    default_backend desks

backend desks
    balance roundrobin
    cookie {STICKY_COOKIE} insert nocache
    option forwardfor
    option httpchk GET /healthz
    default-server inter 1s fall 2 rise 1
{servers}
"""


def tcp_config(*, port: int, control: Path, servers: Mapping[str, int]) -> str:
    """Return the configuration that leads ``port`` to one of some TCP servers; all begin deregistered.

    A server that is deregistered loses its open connections: they would go on writing to the one that is no longer the
    primary.
    """
    lines = '\n'.join(
        f'    server {name} 127.0.0.1:{at} disabled on-marked-down shutdown-sessions'
        for name, at in servers.items()
    )
    return f"""
global
    maxconn 4000
    nbthread 1
    stats socket {control} mode 600 level admin

defaults
    mode tcp
    timeout connect 2s
    timeout client 1h
    timeout server 1h

listen primary
    bind 127.0.0.1:{port}
{lines}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balancer:
    """A running HAProxy."""

    address: str
    port: int
    process: psutil.Process
    control: Path
    backend: str

    @property
    def running(self) -> Running:
        """The balancer as pages and customers reach it."""
        return Running(address=self.address, process=self.process)

    async def register(self, name: str) -> None:
        """Give a server new connections."""
        await self._say(f'set server {self.backend}/{name} state ready')

    async def deregister(self, name: str) -> None:
        """Give a server no new connections, whatever their cookie says; open ones stay, except of a TCP server."""
        await self._say(f'set server {self.backend}/{name} state maint')

    async def cut(self, name: str) -> None:
        """Close the open connections of a server."""
        await self._say(f'shutdown sessions server {self.backend}/{name}')

    async def _say(self, command: str) -> None:
        reader, writer = await asyncio.open_unix_connection(self.control)
        writer.write(command.encode() + b'\n')
        await writer.drain()
        answer = (await reader.read()).decode().strip()
        writer.close()
        if answer:
            raise RuntimeError(answer)


@contextmanager
def balancing(desks: Mapping[str, int]) -> Iterator[Balancer]:
    """Run a balancer before desks until the block ends."""
    with _running(
        'desks', lambda port, control: web_config(port=port, control=control, desks=desks)
    ) as it:
        yield it


@contextmanager
def leading_to(servers: Mapping[str, int]) -> Iterator[Balancer]:
    """Run a TCP balancer before a primary and its replica until the block ends."""
    with _running(
        'primary', lambda port, control: tcp_config(port=port, control=control, servers=servers)
    ) as it:
        yield it


@contextmanager
def _running(backend: str, config: Config) -> Iterator[Balancer]:
    path, port = program(), free_port()
    with TemporaryDirectory(prefix='balancer-') as folder:
        file, control = Path(folder) / 'haproxy.cfg', Path(folder) / 'control'
        file.write_text(config(port, control))
        process = subprocess.Popen([path, '-q', '-db', '-f', str(file)])
        try:
            _wait_for(process, port)
            yield Balancer(
                address=f'http://127.0.0.1:{port}',
                port=port,
                process=psutil.Process(process.pid),
                control=control,
                backend=backend,
            )
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(process: 'subprocess.Popen[bytes]', port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not listens(port):
        if process.poll() is not None or time.monotonic() > deadline:
            message = (
                'HAProxy does not start with its configuration; what it says of it stands above.'
            )
            raise RuntimeError(message)
        time.sleep(0.02)
