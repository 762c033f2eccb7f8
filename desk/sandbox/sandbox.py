"""Servers of one folder, for as long as any desk uses them: here PostgreSQL and Valkey.

Starting and stopping happen one desk at a time. A killed desk leaves its servers running; the next
one finds them by program and folder, never by a stored process id.
"""

import hashlib
import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Generic, TypeVar

import structlog
from typing_extensions import override

from desk.sandbox.accounts import Account, server_account
from desk.sandbox.errors import SandboxError
from desk.sandbox.home_file import HomeFile
from desk.sandbox.interrupts import undisturbed
from desk.sandbox.leases import Tenancy
from desk.sandbox.postgres import APP_ROLE, DATABASE, ROLE, Postgres
from desk.sandbox.processes import process_table
from desk.sandbox.server import Server, Site
from desk.sandbox.valkey import Valkey
from desk.sandbox.watching import Watch

log = structlog.get_logger()

Addresses = TypeVar('Addresses')
MIN_FREE_BYTES = 200_000_000  # an empty cluster takes 40 MB, and must be able to write its log


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingUrls:
    """The addresses of a home's servers, under the names of the settings."""

    database_url: str
    database_owner_url: str
    redis_url: str


class ServerGroup(ABC, Generic[Addresses]):
    """Servers of one folder, shared by every desk that uses it.

    A server that dies is replaced by the first desk that notices; the last desk stops them. Use it
    as a context manager, or call ``start`` and ``stop``.

    Args:
        home: the folder; created with its parents if missing.
        durable: whether data must survive a power failure. Tests do without.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._home = home.absolute()
        self._durable = durable
        self._tenancy: Tenancy | None = None
        self._addresses: Addresses | None = None
        self._servers: list[Server] = []
        self._watch: Watch | None = None

    @abstractmethod
    def _servers_of(self, site: Site) -> list[Server]:
        """Return the servers, in their starting order."""

    @abstractmethod
    def _addresses_of(self, site: Site, ports: list[int]) -> Addresses:
        """Return the servers' addresses, from their ports in the same order."""

    def start(self) -> Addresses:
        """Start the servers unless they run; return their addresses.

        Raises:
            SandboxError: a server cannot start; the text says why.
        """
        if self._addresses is None:
            try:
                self._addresses = self._move_in()
            except OSError as error:
                reason = f'{error.strerror} ({error.filename})' if error.filename else error
                message = f'The folder {self._home} cannot be used: {reason}.'
                raise SandboxError(message) from error
        return self._addresses

    def stop(self) -> None:
        """Stop using the servers; stop them if no other desk uses them. A second call does nothing."""
        if self._tenancy is None:
            return
        with undisturbed():
            if self._watch is not None:
                self._watch.stop()  # first: it uses the same gate
            tenancy, self._tenancy, self._addresses = self._tenancy, None, None
            with ExitStack() as stack:
                stack.callback(tenancy.close)
                with tenancy.alone():
                    self._move_out(tenancy)

    def __enter__(self) -> Addresses:
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

    def _move_in(self) -> Addresses:
        self._home.mkdir(parents=True, exist_ok=True)
        self._must_have_room()
        tenancy = Tenancy(self._home)
        try:
            with tenancy.alone():
                tenancy.move_in()
                try:
                    addresses = self._bring_up()
                except BaseException:  # Ctrl-C too: started servers must not stay
                    with undisturbed():
                        self._move_out(tenancy)
                    raise
        except BaseException:
            tenancy.close()
            raise
        self._tenancy = tenancy
        self._watch = Watch(lambda: self._look_after(tenancy))
        self._watch.start()
        return addresses

    def _bring_up(self) -> Addresses:
        home_file = self._home_file()
        site = Site(
            home=self._home,
            mark=f'desk-{hashlib.sha256(os.fsencode(self._home.resolve())).hexdigest()[:12]}',
            account=self._account(),
            home_file=home_file,
            durable=self._durable,
            table=process_table(),
        )
        self._servers = self._servers_of(site)
        return self._addresses_of(site, [server.bring_up() for server in self._servers])

    def _look_after(self, tenancy: Tenancy) -> None:
        """Replace servers that have died; a failure is tried again at the next check."""
        for server in self._servers:
            if not server.is_gone():
                continue
            port = server.site.home_file.port(server.name)
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
        with ExitStack() as stack:  # stop all, even if one fails
            stack.callback(tenancy.move_out)
            if tenancy.is_last():
                for server in self._servers:
                    stack.callback(server.stop)

    def _account(self) -> Account | None:
        """Return the user that runs the servers; ``None`` for the current one."""
        return None

    def _home_file(self) -> HomeFile:
        home_file = HomeFile(self._home)
        home_file.keep()  # before any data that needs it
        return home_file

    def _must_have_room(self) -> None:
        free = shutil.disk_usage(self._home).free
        if free < MIN_FREE_BYTES:
            message = (
                f'The disk of {self._home} has {free // 1_000_000} MB left; '
                f'the servers need {MIN_FREE_BYTES // 1_000_000} MB.'
            )
            raise SandboxError(message)


class Sandbox(ServerGroup[BackingUrls]):
    """PostgreSQL and Valkey in one folder."""

    @override
    def _servers_of(self, site: Site) -> list[Server]:
        return [Postgres(site), Valkey(site)]

    @override
    def _addresses_of(self, site: Site, ports: list[int]) -> BackingUrls:
        secret = site.home_file.password
        postgres_at, valkey_at = (f'127.0.0.1:{port}' for port in ports)
        database = f'{secret}@{postgres_at}/{DATABASE}'
        return BackingUrls(
            database_url=f'postgresql+psycopg://{APP_ROLE}:{database}',
            database_owner_url=f'postgresql+psycopg://{ROLE}:{database}',
            redis_url=f'redis://:{secret}@{valkey_at}/0',
        )

    @override
    def _account(self) -> Account | None:
        return server_account(self._home / Postgres.name)

    @override
    def _home_file(self) -> HomeFile:
        home_file = HomeFile(self._home)
        if home_file.is_new and (self._home / Postgres.name).exists():
            message = (
                f'{self._home} holds data, but sandbox.json with its password is gone: '
                'put it back, or remove the folder to begin anew.'
            )
            raise SandboxError(message)
        return super()._home_file()
