"""Finds the processes of a home's own servers.

A process id in a file proves nothing: it may belong to another process by now. A server is
recognised by its program and the data folder it works in.
"""

import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

VERSION = '.0123456789'
_START_TIME_FIELD = 19  # proc(5): field 22 of stat, counted from the field after the program's name
_PS_ROW = re.compile(r'\s*(\d+) +(\S+) +(\w+ +\w+ +\d+ +[\d:]+ +\d+) +(\S+) +(.*)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server's folder and the marks of its processes."""

    program: str  # 'postgres', 'valkey-server'
    device: int
    inode: int
    mark: str  # unique to the home; part of the process title

    @classmethod
    def of(cls, folder: Path, *, program: str, mark: str) -> 'Place':
        """Describe ``folder``; its identity stays the same when it is moved or deleted."""
        status = folder.stat()
        return cls(program=program, device=status.st_dev, inode=status.st_ino, mark=mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A process of a server. The start time distinguishes it from a later process with the same id."""

    pid: int
    started: str


class ProcessTable(Protocol):
    """The operating system's table of processes."""

    def residents(self, place: Place) -> list[Resident]:
        """Return all live processes of the server in ``place``, lowest id first."""
        ...

    def is_alive(self, pid: int) -> bool:
        """Whether ``pid`` is a running process, and not a zombie."""
        ...


class ProcTable:
    """Linux: program and working folder from the kernel, which cannot be faked."""

    def residents(self, place: Place) -> list[Resident]:
        """Compare ``exe`` and ``cwd`` of every accessible process."""
        pids = sorted(int(name) for name in os.listdir('/proc') if name.isdigit())
        return [resident for pid in pids if (resident := self._resident(pid, place))]

    def is_alive(self, pid: int) -> bool:
        """Whether the process still has a program; a dead one has none."""
        with suppress(OSError):
            return bool(os.readlink(f'/proc/{pid}/exe'))
        return False

    def _resident(self, pid: int, place: Place) -> Resident | None:
        try:
            # the package was upgraded below a running server
            program = os.readlink(f'/proc/{pid}/exe').removesuffix(' (deleted)')
            if not is_named(os.path.basename(program), place.program):
                return None
            folder = os.stat(f'/proc/{pid}/cwd')
            if (folder.st_dev, folder.st_ino) != (place.device, place.inode):
                return None
            fields = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8', errors='replace')
        except OSError:  # ended meanwhile, or another user's and so not the home's
            return None
        return Resident(pid=pid, started=fields.rpartition(')')[2].split()[_START_TIME_FIELD])


class PsTable:
    """Other systems (macOS): program name, and the home's mark in the process title."""

    def residents(self, place: Place) -> list[Resident]:
        """Compare name and title of every process."""
        return [
            Resident(pid=int(pid), started=started)
            for pid, state, started, program, title in self._rows()
            if is_named(program, place.program)
            and place.mark in title
            and not state.startswith('Z')
        ]

    def is_alive(self, pid: int) -> bool:
        """Ask ``ps`` for one process."""
        return any(
            int(row_pid) == pid and not state.startswith('Z') for row_pid, state, *_ in self._rows()
        )

    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        listing = subprocess.run(
            ['/bin/ps', '-axww', '-o', 'pid=,stat=,lstart=,ucomm=,command='],
            capture_output=True,
            check=True,
            encoding='utf-8',
            errors='replace',
            env={'LC_ALL': 'C'},
        )
        matches = map(_PS_ROW.match, listing.stdout.splitlines())
        return [(m[1], m[2], m[3], m[4], m[5]) for m in matches if m]


def is_named(found: str, program: str) -> bool:
    """Whether a program has this name; Python's includes its version, and on macOS a capital."""
    return found == program or found.lower().rstrip(VERSION) == program


def process_table() -> ProcessTable:
    """Return this machine's process table."""
    return ProcTable() if os.path.exists('/proc/self/exe') else PsTable()


def send(
    table: ProcessTable, place: Place, wanted: list[Resident], signal_number: signal.Signals
) -> None:
    """Send a signal to those of ``wanted`` that are still the same processes."""
    for resident in set(table.residents(place)) & set(wanted):
        with suppress(ProcessLookupError):
            os.kill(resident.pid, signal_number)
