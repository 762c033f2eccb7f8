"""A Valkey of a test's own, to be killed and brought back."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.sandbox.binaries import programs
from tests.support.ports import free_port

READY_SECONDS = 20


class PrivateValkey:
    """One server on one port, that keeps its data in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, the same after a restart."""
        return f'redis://127.0.0.1:{self._port}/0'

    def start(self) -> None:
        """Start it on what its folder holds; returns when it answers."""
        self._folder.mkdir(exist_ok=True)
        options = {
            '--port': str(self._port),
            '--bind': '127.0.0.1',
            '--dir': str(self._folder),
            '--appendonly': 'yes',
            '--appendfsync': 'always',
            '--save': '',
        }
        command = [str(programs(None).valkey), *(part for pair in options.items() for part in pair)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, 'valkey does not start'

    def kill(self) -> None:
        """End it at once, as a failing machine does; its folder stays."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stall(self) -> None:
        """Let it answer nothing while its connections stay, as a machine that swaps."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def forget(self) -> None:
        """Throw away what it kept; only while it is not running."""
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(('127.0.0.1', self._port), timeout=0.2) as connection:
                connection.sendall(b'PING\r\n')
                return connection.recv(5) == b'+PONG'
        except OSError:
            return False


@contextmanager
def running_valkey(folder: Path) -> Iterator[PrivateValkey]:
    """Run one until the block ends."""
    server = PrivateValkey(folder)
    server.start()
    yield server
    server.kill()
