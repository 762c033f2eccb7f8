"""The file in which a running centre is saved, so that a kill loses at most a second.

The file is always complete: a new one is written beside it and renamed. Writing runs in a thread;
serializing blocks the centre, and may take at most a twentieth of the time. A file that is not a
snapshot is moved aside, never overwritten.
"""

import asyncio
import os
import sys
import time
from itertools import count
from pathlib import Path
from threading import Lock

import structlog

from desk import clock
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.world.snapshots import SnapshotWriter
from desk.sandbox.errors import SandboxError

log = structlog.get_logger()

REST_SECONDS = 0.5
SHARE = 20  # after serializing, the pause is this many times as long
WRITING_SHARE = 4
LONGEST_REASON = 200


class Keeper:
    """Saves one centre in one file."""

    def __init__(self, centre: Centre, path: Path) -> None:
        self._centre = centre
        self._path = path
        self._world, self._writer = centre.world, SnapshotWriter(centre.world.core)
        self._kept: list[bytes] = []
        self._turn, self._turns = 0, count(1)
        self._writing = Lock()
        self._seen = -1
        self._is_stirred = True
        self._trouble = ''
        centre.act_listeners.append(self._stir)

    @property
    def trouble(self) -> str:
        """Return why the newest state is not saved; empty while it is."""
        return self._trouble

    def begin(self) -> None:
        """Restore the centre from the file, and check that the file can be written.

        Raises:
            SandboxError: the file cannot be read or written.
        """
        content = self._read()
        if content is not None:
            self._restore(content)
        self.finish()
        if self._trouble:
            raise SandboxError(self._trouble)

    async def keep(self) -> None:
        """Save changes, until cancelled; a failed write is tried again."""
        while True:
            began = time.perf_counter()
            body = self._news()
            put = time.perf_counter()
            if body is not None:
                await asyncio.to_thread(self._write, next(self._turns), self._writer.head(), body)
            written = time.perf_counter()
            rest = max(REST_SECONDS, SHARE * (put - began), WRITING_SHARE * (written - put))
            await asyncio.sleep(rest)

    def finish(self) -> None:
        """Save changes now."""
        self._is_stirred = True
        body = self._news()
        if body is not None:
            self._write(next(self._turns), self._writer.head(), body)

    def _stir(self) -> None:
        self._is_stirred = True

    def _news(self) -> list[bytes] | None:
        """Return the serialized centre if it differs from the file."""
        world = self._centre.world
        if not self._is_stirred and not self._trouble and world.state.numbers == self._seen:
            return None
        if world is not self._world:
            self._world, self._writer = world, SnapshotWriter(world.core)
        self._is_stirred, self._seen = False, world.state.numbers
        body = self._writer.body()
        return body if body != self._kept else None

    def _read(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f'The snapshot {self._path} cannot be read ({error.strerror}).'
            raise SandboxError(message) from error

    def _restore(self, content: bytes) -> None:
        try:
            self._centre.restore(content)
        except ValueError as error:
            reason = str(error).replace('\n', ' ')[:LONGEST_REASON]
            sys.stderr.write(
                f'{self._path} is no snapshot of a centre, and is kept as {self._put_aside()}; '
                f'a fresh centre begins. ({reason})\n'
            )

    def _put_aside(self) -> str:
        aside = self._path.with_name(f'{self._path.name}.broken-{clock.now():%Y%m%dT%H%M%S%f}')
        try:
            self._path.rename(aside)
        except OSError as error:
            message = f'The broken snapshot {self._path} cannot be put aside ({error.strerror}).'
            raise SandboxError(message) from error
        return aside.name

    def _write(self, turn: int, head: bytes, body: list[bytes]) -> None:
        """Write the file completely or not at all; a late write never replaces a newer one."""
        with self._writing:
            if turn < self._turn:
                return
            try:
                self._replace(head, body)
            except OSError as error:
                self._say(f'The snapshot {self._path} cannot be written ({error.strerror}).')
            else:
                self._say('')
                self._kept, self._turn = body, turn

    def _replace(self, head: bytes, body: list[bytes]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f'{self._path.name}.new')
        with fresh.open('wb') as file:
            file.write(head)
            file.writelines(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.error('sandbox_not_kept', reason=trouble)
        self._trouble = trouble
