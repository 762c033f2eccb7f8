"""One server of a home: adopted if it runs, replaced if it is broken, started if there is none.

The order is fixed: processes that use the data folder are found first, and nothing is started while
any of them lives.
"""

import signal
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from desk.sandbox.accounts import Account, hand_over
from desk.sandbox.errors import SandboxError
from desk.sandbox.home_file import HomeFile, is_free
from desk.sandbox.interrupts import undisturbed
from desk.sandbox.launching import detach, log_size, log_tail
from desk.sandbox.processes import Place, ProcessTable, Resident, send
from desk.sandbox.waiting import until

READY_SECONDS = 120  # a crash recovery replays at most ``max_wal_size``
LINGER_SECONDS = 10  # a killed server's children notice by themselves
ATTEMPTS = 3  # another process may take the port between choosing and using it


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The data that all servers of a home share."""

    home: Path
    mark: str
    account: Account | None
    home_file: HomeFile
    durable: bool
    table: ProcessTable


class Server(ABC):
    """A server with its data in ``<home>/<name>`` and its log in ``<home>/<name>.log``."""

    name: ClassVar[str]
    program: ClassVar[str]
    # The signals that end it, and how many seconds each may take.
    farewells: ClassVar[tuple[tuple[signal.Signals, float], ...]]

    def __init__(self, site: Site) -> None:
        self.site = site
        self.folder = site.home / self.name
        self.log = site.home / f'{self.name}.log'
        self._found: Place | None = None
        self._answering: Resident | None = None

    @abstractmethod
    def command(self, port: int) -> list[str]:
        """Return the command that starts the server on ``port``, run inside ``folder``."""

    @abstractmethod
    def complaint(self, port: int) -> str:
        """Return why the server on ``port`` cannot be used (yet); empty when it can."""

    def stdin(self) -> str:
        """Return the server's standard input; secrets are passed here, not as arguments."""
        return ''

    def prepare(self) -> None:
        """Create what must exist before the first start."""
        hand_over(self.folder, self.site.account)

    def leader(self) -> Resident | None:
        """Return the process that answers, if it lives."""
        return next(iter(self.residents()), None)

    def residents(self) -> list[Resident]:
        """Return all processes of this server."""
        place = self._place()
        return self.site.table.residents(place) if place else []

    def bring_up(self) -> int:
        """Start the server unless it runs; return its port.

        Raises:
            SandboxError: it does not start; the text includes the end of its log.
        """
        port = self.site.home_file.port(self.name)
        if not port or not self._adopt(port):
            self._clear()
            self.prepare()
            self._place()  # stored now, even if the path changes later
            port = self._start()
        self._answering = self.leader()
        return port

    def is_gone(self) -> bool:
        """Whether the process has ended; cheap enough to be asked often."""
        known = self._answering
        return known is not None and not self.site.table.is_alive(known.pid)

    def stop(self) -> None:
        """Stop the server: cleanly, or by force when its time is over."""
        for signal_number, seconds in self._farewells():
            self._send(signal_number)
            if until(lambda: not self.residents(), timeout_seconds=seconds):
                return
        if self.residents():
            message = f'A process of {self.program} in {self.folder} cannot be ended.'
            raise SandboxError(message)

    def _adopt(self, port: int) -> bool:
        """Wait for a running server to answer; false when there is none or it ends."""
        answers = False

        def is_settled() -> bool:
            nonlocal answers
            answers = bool(self.leader()) and not self.complaint(port)
            return answers or not self.leader()

        until(is_settled, timeout_seconds=READY_SECONDS)
        return answers

    def _farewells(self) -> tuple[tuple[signal.Signals, float], ...]:
        if not self.residents():
            return ()
        return self.farewells if self.leader() else self.farewells[1:]  # orphans: by force

    def _send(self, signal_number: signal.Signals) -> None:
        """Signal the leader, which tells its children; signal all when there is none, or to kill."""
        place, leader = self._place(), self.leader()
        if place is None:
            return
        gently = signal_number is not signal.SIGKILL
        addressees = [leader] if leader and gently else self.residents()
        send(self.site.table, place, addressees, signal_number)

    def _clear(self) -> None:
        """Wait for the remains of a killed server, and end those that stay."""
        if not self.leader():
            until(lambda: not self.residents(), timeout_seconds=LINGER_SECONDS)
        self.stop()

    def _start(self) -> int:
        since = log_size(self.log)
        for _ in range(ATTEMPTS):
            port = self.site.home_file.free_port(self.name)
            if self._launch(port):
                return port
            if is_free(port):  # the port was not the cause
                break
        reason = log_tail(self.log, since=since) or 'It left no word in its log.'
        message = f'{self.program} does not start in {self.folder}. The end of its log:\n{reason}'
        raise SandboxError(message)

    def _launch(self, port: int) -> bool:
        pid = self._detach(port)
        is_alive = self.site.table.is_alive
        until(lambda: not is_alive(pid) or not self.complaint(port), timeout_seconds=READY_SECONDS)
        if is_alive(pid) and not self.complaint(port):
            return True
        self.stop()
        return False

    def _detach(self, port: int) -> int:
        """Start the process; return its id once it is recognised as a resident, or has ended.

        Before that it is still a shell: a Ctrl-C would find nothing to stop, and leave it.
        """
        command = self.command(port)
        with undisturbed():
            pid = detach(
                command,
                folder=self.folder,
                account=self.site.account,
                log=self.log,
                stdin=self.stdin(),
            )
            until(
                lambda: bool(self.residents()) or not self.site.table.is_alive(pid),
                timeout_seconds=LINGER_SECONDS,
            )
        return pid

    def _place(self) -> Place | None:
        if self._found is None and self.folder.exists():
            self._found = Place.of(self.folder, program=self.program, mark=self.site.mark)
        return self._found
