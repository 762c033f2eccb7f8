"""Counts the users of a home: one desk at a time changes it, many share it, the last one is known.

Both files are locked with ``flock``: the kernel releases a killed desk's lock, so that nothing
needs cleaning up and no process id has to be trusted.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from desk.sandbox.accounts import open_private
from desk.sandbox.errors import SandboxError
from desk.sandbox.waiting import until

GATE_SECONDS = 180  # the longest start (a recovery) or stop that a second desk waits for


class Tenancy:
    """One desk's use of a home. The files stay open, so that it survives a deleted folder."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._gate = _Lock(home / 'gate.lock')
        self._lease = _Lock(home / 'lease.lock')

    @contextmanager
    def alone(self) -> Generator[None]:
        """Hold the exclusive right to start or stop servers of this home.

        Raises:
            SandboxError: another desk has been starting or stopping for ``GATE_SECONDS``.
        """
        if not until(self._gate.take_alone, timeout_seconds=GATE_SECONDS):
            message = f'Another desk has been starting or stopping in {self._home} for too long.'
            raise SandboxError(message)
        try:
            yield
        finally:
            self._gate.let_go()

    def move_in(self) -> None:
        """Count as a user of the servers. Call it inside ``alone``."""
        self._lease.share()

    def is_last(self) -> bool:
        """Whether no other desk uses the servers. Call it inside ``alone``."""
        return self._lease.take_alone()

    def move_out(self) -> None:
        """Stop counting as a user."""
        self._lease.let_go()

    def close(self) -> None:
        """Close the files, which releases their locks."""
        self._gate.close()
        self._lease.close()


class _Lock:
    """A file that is locked while this process has it open."""

    def __init__(self, path: Path) -> None:
        self._file = open_private(path, os.O_RDWR)

    def take_alone(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def let_go(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)
