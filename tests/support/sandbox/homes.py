"""What the tests of the sandbox look with: a home seen from outside, desks as processes, a client."""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psutil
import psycopg
import redis

from desk.sandbox import BackingUrls
from desk.sandbox.waiting import until

ROOT = Path(__file__).parents[3]
ENDING_SECONDS = 60
PATIENCE_SECONDS = 30


class Home:
    """A folder for a sandbox, and what can be seen of it from the outside."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def people(self, name: str = '') -> list[psutil.Process]:
        """Return all processes that work somewhere in this home, or those of one program."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                inside = process.cwd().startswith(f'{self.path}/')
                if inside and name in process.name():
                    found.append(process)
        return found

    def heads(self) -> set[int]:
        """Return the servers' main processes: those that no other process of the home started."""
        parents: dict[int, int] = {}
        for process in self.people():
            with suppress(psutil.NoSuchProcess):  # a session that has just ended
                parents[process.pid] = process.ppid()
        return {pid for pid, parent in parents.items() if parent not in parents}

    def becomes_empty(self) -> bool:
        return until(lambda: not self.people(), timeout_seconds=PATIENCE_SECONDS)

    def log(self, server: str) -> str:
        return (self.path / f'{server}.log').read_text(encoding='utf-8')

    def postmaster_pid(self) -> int:
        return int((self.path / 'postgres' / 'postmaster.pid').read_text().split()[0])

    def kill_all(self) -> None:
        for process in self.people():
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def clear(self) -> None:
        self.kill_all()
        assert self.becomes_empty()


class Desk:
    """A desk in a process and a process group of its own, as a terminal starts it."""

    def __init__(self, home: Home, *, uid: int = 0, servers: str = 'backing') -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).with_name('desk_process.py')),
                str(home.path),
                str(uid),
                servers,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, 'PYTHONPATH': str(ROOT)},
        )

    def urls(self) -> BackingUrls:
        """Wait until it has started."""
        return BackingUrls(**self.addresses())

    def addresses(self) -> dict[str, str]:
        """Wait until it has started; return where its servers are."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, self.last_words()
        return dict(json.loads(line))

    def last_words(self) -> str:
        """Wait until it has ended; return what it complained about."""
        _, complaint = self._process.communicate(timeout=ENDING_SECONDS)
        return complaint

    def press_ctrl_c(self) -> None:
        os.killpg(self._process.pid, signal.SIGINT)

    def leave(self) -> int:
        self.press_ctrl_c()
        return self.exit_code()

    def exit_code(self) -> int:
        """Wait until it has ended."""
        self._process.communicate(timeout=ENDING_SECONDS)
        return self._process.returncode

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


class Opener:
    """Starts desks and ends those that a test left running."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, home: Home, *, uid: int = 0, servers: str = 'backing') -> Desk:
        desk = Desk(home, uid=uid, servers=servers)
        self._stack.callback(desk.kill)
        return desk


class Client:
    """Writes into and reads from both servers."""

    def __init__(self, urls: BackingUrls) -> None:
        self._urls = urls

    def sql(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(
            self._urls.database_owner_url.replace('+psycopg', ''), autocommit=True
        ) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def keep(self, word: str) -> None:
        """Leave ``word`` in both servers, once more each time."""
        self.sql('CREATE TABLE IF NOT EXISTS words (word text)')
        self.sql(f"INSERT INTO words VALUES ('{word}')")
        with closing(redis.Redis.from_url(self._urls.redis_url)) as valkey:
            valkey.rpush('words', word)

    def words(self) -> tuple[list[str], list[str]]:
        """Return what both servers keep."""
        with closing(redis.Redis.from_url(self._urls.redis_url, decode_responses=True)) as valkey:
            kept = [str(word) for word in valkey.lrange('words', 0, -1)]
        return [str(row[0]) for row in self.sql('SELECT word FROM words')], kept
