"""PostgreSQL and Valkey of one folder, for as long as any desk uses them.

Starting and stopping happen one desk at a time. A killed desk leaves its servers running; the next one
finds them by what they are and where they work, never by a remembered process id.
"""

import hashlib
import os
import shutil
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import structlog

from desk.sandbox.accounts import server_account
from desk.sandbox.errors import SandboxError
from desk.sandbox.interrupts import undisturbed
from desk.sandbox.leases import Tenancy
from desk.sandbox.memory import Memory
from desk.sandbox.postgres import DATABASE, ROLE, Postgres
from desk.sandbox.processes import process_table
from desk.sandbox.server import Server, Site
from desk.sandbox.valkey import Valkey
from desk.sandbox.watching import Watch

log = structlog.get_logger()

MIN_FREE_BYTES = 200_000_000  # an empty cluster takes 40 MB, and it must be able to write its log


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingUrls:
    """Where the servers of a home are, as the settings of the same names expect it."""

    database_url: str
    redis_url: str


class Sandbox:
    """PostgreSQL and Valkey out of one folder, shared by every desk that uses it.

    One that dies meanwhile is replaced by whichever desk sees it first; the last one out stops them.
    Use it as a context manager, or call ``start`` and ``stop``.

    Args:
        home: the folder; it is made if it is missing, parents included.
        durable: whether data must survive a machine that loses power. Tests do without.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._home = home.absolute()
        self._durable = durable
        self._tenancy: Tenancy | None = None
        self._urls: BackingUrls | None = None
        self._servers: list[Server] = []
        self._watch: Watch | None = None

    def start(self) -> BackingUrls:
        """Have both servers running and answering; return where.

        Raises:
            SandboxError: something cannot start here; the sentence says what and why.
        """
        if self._urls is None:
            try:
                self._urls = self._move_in()
            except OSError as error:
                reason = f'{error.strerror} ({error.filename})' if error.filename else error
                message = f'The folder {self._home} cannot be used: {reason}.'
                raise SandboxError(message) from error
        return self._urls

    def stop(self) -> None:
        """Leave the servers; stop them if no other desk uses them. A second call does nothing."""
        if self._tenancy is None:
            return
        with undisturbed():
            if self._watch is not None:
                self._watch.stop()  # first: it goes through the same gate
            tenancy, self._tenancy, self._urls = self._tenancy, None, None
            with ExitStack() as stack:
                stack.callback(tenancy.close)
                with tenancy.alone():
                    self._move_out(tenancy)

    def __enter__(self) -> BackingUrls:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _move_in(self) -> BackingUrls:
        self._home.mkdir(parents=True, exist_ok=True)
        self._must_have_room()
        tenancy = Tenancy(self._home)
        try:
            with tenancy.alone():
                tenancy.move_in()
                try:
                    urls = self._bring_up()
                except BaseException:  # Ctrl-C too: what was started must not stay
                    with undisturbed():
                        self._move_out(tenancy)
                    raise
        except BaseException:
            tenancy.close()
            raise
        self._tenancy = tenancy
        self._watch = Watch(lambda: self._look_after(tenancy))
        self._watch.start()
        return urls

    def _bring_up(self) -> BackingUrls:
        memory = self._memory()
        site = Site(
            home=self._home,
            mark=f'desk-{hashlib.sha256(os.fsencode(self._home.resolve())).hexdigest()[:12]}',
            account=server_account(self._home / Postgres.name),
            memory=memory,
            durable=self._durable,
            table=process_table(),
        )
        postgres, valkey = Postgres(site), Valkey(site)
        self._servers = [postgres, valkey]
        secret = memory.password
        postgres_at = f'127.0.0.1:{postgres.bring_up()}'
        valkey_at = f'127.0.0.1:{valkey.bring_up()}'
        return BackingUrls(
            database_url=f'postgresql+psycopg://{ROLE}:{secret}@{postgres_at}/{DATABASE}',
            redis_url=f'redis://:{secret}@{valkey_at}/0',
        )

    def _look_after(self, tenancy: Tenancy) -> None:
        """Replace what has died since the last look; what cannot be is tried again at the next."""
        for server in self._servers:
            if not server.is_gone():
                continue
            port = server.site.memory.port(server.name)
            try:
                with tenancy.alone():
                    moved = server.bring_up() != port
            except (SandboxError, OSError, subprocess.SubprocessError) as error:
                log.error('server_not_replaced', server=server.name, reason=str(error))  # noqa: TRY400 - a sentence
                continue
            if moved:  # the desk has the old address; the next start finds the new one
                log.error('server_moved', server=server.name)
            else:
                log.warning('server_replaced', server=server.name)

    def _move_out(self, tenancy: Tenancy) -> None:
        with ExitStack() as stack:  # all of it, even if one of them cannot be stopped
            stack.callback(tenancy.move_out)
            if tenancy.is_last():
                for server in self._servers:
                    stack.callback(server.stop)

    def _memory(self) -> Memory:
        memory = Memory(self._home)
        if memory.is_new and (self._home / Postgres.name).exists():
            message = (
                f'{self._home} holds data, but sandbox.json with its password is gone: '
                'put it back, or remove the folder to begin anew.'
            )
            raise SandboxError(message)
        memory.keep()  # before any data that needs it
        return memory

    def _must_have_room(self) -> None:
        free = shutil.disk_usage(self._home).free
        if free < MIN_FREE_BYTES:
            message = (
                f'The disk of {self._home} has {free // 1_000_000} MB left; '
                f'the servers need {MIN_FREE_BYTES // 1_000_000} MB.'
            )
            raise SandboxError(message)
