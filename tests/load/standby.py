"""A PostgreSQL with a synchronous physical standby, and a Valkey with a replica, to lose the first of each.

Both are as a managed service runs them in two zones: a commit is acknowledged when the standby has it on disk too, and the
replica of Valkey follows without being waited for. They live in a temporary folder and listen on loopback only.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import redis

from desk.sandbox.accounts import Account, hand_over, server_account
from desk.sandbox.binaries import programs
from tests.support.ports import free_port
from tests.support.until import until

START_SECONDS = 30
_SERVER = {
    'listen_addresses': '127.0.0.1',
    'unix_socket_directories': '',
    'max_connections': '400',
    'jit': 'off',
    'timezone': 'UTC',
}


class PostgresPair:
    """A primary and its standby."""

    def __init__(self, folder: Path, account: Account | None) -> None:
        self._folder = folder
        self._account = account
        self._primary: subprocess.Popen[bytes] | None = None
        self._standby: subprocess.Popen[bytes] | None = None
        self.ports = {'first': free_port(), 'second': free_port()}

    def start(self) -> None:
        """Start both; returns when the standby follows and commits wait for it."""
        bin_ = programs(self._account).initdb.parent
        first, second = self._folder / 'first', self._folder / 'second'
        self._run(bin_ / 'initdb', '-D', first, '--username=postgres', '--auth=trust', '--encoding=UTF8',
                  '--locale-provider=builtin', '--locale=C.UTF-8', '--no-sync')  # fmt: skip
        self._primary = self._serve(bin_, first, self.ports['first'])
        self._run(bin_ / 'pg_basebackup', '-D', second, '-R', '-X', 'stream', '-c', 'fast',
                  '-d', f'host=127.0.0.1 port={self.ports["first"]} user=postgres')  # fmt: skip
        self._standby = self._serve(bin_, second, self.ports['second'])
        with self.connected('first') as primary:
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.execute('SELECT pg_reload_conf()')

    def url(self, port: int) -> str:
        """Return the desk's address at a port that leads to the primary."""
        return f'postgresql+psycopg://postgres@127.0.0.1:{port}/desk'

    def lose_first(self) -> None:
        """Let the primary die as in a power cut."""
        assert self._primary
        self._primary.kill()
        self._primary.wait()

    def promote_second(self) -> None:
        """Make the standby the primary; returns when it takes writes."""
        with self.connected('second') as standby:
            standby.execute('SELECT pg_promote(true, 30)')

    def stop(self) -> None:
        """End both."""
        for one in (self._standby, self._primary):
            if one is not None and one.poll() is None:
                one.terminate()
                try:
                    one.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    one.kill()

    def connected(self, name: str) -> psycopg.Connection:
        """Connect to one of the two, as the superuser."""
        return psycopg.connect(
            host='127.0.0.1', port=self.ports[name], user='postgres', dbname='postgres', autocommit=True
        )  # fmt: skip

    def _serve(self, bin_: Path, folder: Path, port: int) -> 'subprocess.Popen[bytes]':
        settings = _SERVER | {'port': str(port)}
        options = [part for name, value in settings.items() for part in ('-c', f'{name}={value}')]
        log = (self._folder / f'{folder.name}.log').open('wb')
        process = subprocess.Popen(
            [str(bin_ / 'postgres'), '-D', str(folder), *options], cwd=folder, stdout=log, stderr=log, **self._user()
        )  # fmt: skip
        asyncio.run(until(lambda: self._answers(port), seconds=START_SECONDS))
        return process

    def _answers(self, port: int) -> bool:
        try:
            psycopg.connect(host='127.0.0.1', port=port, user='postgres', dbname='postgres').close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: Path, *arguments: object) -> None:
        command = [str(program), *map(str, arguments)]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, **self._user())  # fmt: skip

    def _user(self) -> dict[str, Any]:
        environment = {'PATH': os.environ['PATH'], 'LC_ALL': 'C', 'TZ': 'UTC'}
        if self._account is None:
            return {'env': environment}
        return {'env': environment, 'user': self._account.uid, 'group': self._account.gid, 'extra_groups': []}  # fmt: skip


class ValkeyPair:
    """A primary and its replica."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {'first': free_port(), 'second': free_port()}

    def start(self) -> None:
        """Start both; returns when the replica follows."""
        for name, port in self.ports.items():
            (self._folder / name).mkdir()
            options = ['--port', str(port), '--bind', '127.0.0.1', '--dir', str(self._folder / name), '--save', '']  # fmt: skip
            self._processes[name] = subprocess.Popen(
                [str(programs(None).valkey), *options], stdout=subprocess.DEVNULL
            )
            asyncio.run(until(partial(self._answers, name), seconds=START_SECONDS))
        self._client('second').replicaof('127.0.0.1', self.ports['first'])
        asyncio.run(until(self._follows, seconds=START_SECONDS))

    def lose_first(self) -> None:
        """Let the primary die as in a power cut."""
        self._processes['first'].kill()
        self._processes['first'].wait()

    def promote_second(self) -> None:
        """Make the replica the primary."""
        self._client('second').replicaof('NO', 'ONE')

    def stop(self) -> None:
        """End both."""
        for one in self._processes.values():
            one.kill()
            one.wait()

    def _client(self, name: str) -> 'redis.Redis':
        return redis.Redis(host='127.0.0.1', port=self.ports[name], decode_responses=True)

    def _answers(self, name: str) -> bool:
        try:
            return bool(self._client(name).ping())
        except redis.RedisError:
            return False

    def _follows(self) -> bool:
        said: Any = self._client('second').info('replication')
        return bool(said['role'] == 'slave' and said['master_link_status'] == 'up')


@contextmanager
def postgres_pair() -> Iterator[PostgresPair]:
    """Run a primary with its standby until the block ends."""
    account = server_account(Path('/nowhere'))
    with _folder(account) as folder:
        pair = PostgresPair(folder, account)
        try:
            pair.start()
            yield pair
        finally:
            pair.stop()


@contextmanager
def valkey_pair() -> Iterator[ValkeyPair]:
    """Run a primary with its replica until the block ends."""
    with _folder(None) as folder:
        pair = ValkeyPair(folder)
        try:
            pair.start()
            yield pair
        finally:
            pair.stop()


@contextmanager
def _folder(account: Account | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix='pair-'))
    try:
        hand_over(folder, account)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
