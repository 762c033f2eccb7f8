"""A home's PostgreSQL, with a database ``desk`` and two roles: its owner, and the desk's own.

The locale is PostgreSQL's own C.UTF-8: the same on every system, and it knows Korean letters,
without which trigrams of Korean names are empty. The role ``desk`` is an ordinary one that may
create databases, as on AWS, and owns the tables; the desk itself connects as ``desk_app``, which
owns nothing (decision 0021). They and the superuser ``postgres`` have the same password.
"""

import os
import secrets
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import psycopg
from psycopg import sql
from typing_extensions import override

from desk.sandbox.accounts import hand_over
from desk.sandbox.binaries import programs
from desk.sandbox.errors import SandboxError
from desk.sandbox.launching import folder_argument, log_size, log_tail, run_to_end
from desk.sandbox.processes import Resident
from desk.sandbox.server import Server

ROLE = 'desk'
APP_ROLE = 'desk_app'
DATABASE = 'desk'
# The second one is for systems whose C library has no C.UTF-8.
_LOCALES = (
    ('--locale=C.UTF-8',),
    ('--locale=C', '--lc-ctype=en_US.UTF-8', '--builtin-locale=C.UTF-8'),
)
_INITDB = (
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--no-instructions',
)
_CONNECT_SECONDS = 5
_SETTINGS = {
    'listen_addresses': '127.0.0.1',
    'unix_socket_directories': '',  # off: the path may be too long for a socket (107 bytes)
    'max_connections': '200',
    'shared_buffers': '256MB',
    'effective_cache_size': '1GB',
    'work_mem': '8MB',
    'maintenance_work_mem': '64MB',
    'max_wal_size': '1GB',
    'huge_pages': 'off',
    'jit': 'off',  # compiling takes longer than the desk's short queries
    'random_page_cost': '1.1',
    'timezone': 'UTC',
    'log_timezone': 'UTC',
    'password_encryption': 'scram-sha-256',
    # The log contains no personal data: statements and error details would.
    'log_min_error_statement': 'panic',
    'log_error_verbosity': 'terse',
}
_CARELESS = {'fsync': 'off', 'synchronous_commit': 'off', 'full_page_writes': 'off'}


class Postgres(Server):
    """PostgreSQL: everything else can be rebuilt from it."""

    name: ClassVar[str] = 'postgres'
    program: ClassVar[str] = 'postgres'
    farewells: ClassVar = (
        (signal.SIGINT, 30.0),  # fast: ends sessions, writes a checkpoint
        (signal.SIGQUIT, 5.0),  # immediate: the next start recovers
        (signal.SIGKILL, 5.0),
    )

    @override
    def command(self, port: int) -> list[str]:
        settings = _SETTINGS | {'port': str(port), 'cluster_name': self.site.mark}
        if not self.site.durable:
            settings |= _CARELESS
        command = [str(programs(self.site.account).postgres)]
        command += ['-D', folder_argument(self.folder, self.site.account)]
        for name, value in settings.items():
            command += ['-c', f'{name}={value}']
        return command

    @override
    def complaint(self, port: int) -> str:
        try:
            with self._connection(port) as connection:
                _ensure_desk(connection, self.site.home_file.password)
        except psycopg.OperationalError as error:
            return str(error)
        return ''

    @override
    def prepare(self) -> None:
        if not self.folder.exists():
            self._make_cluster()
        hand_over(self.folder, self.site.account)
        self._forget_stranger()

    @override
    def leader(self) -> Resident | None:
        """Return the postmaster: its children do not answer without it."""
        pid = self._written_pid()
        return next((resident for resident in self.residents() if resident.pid == pid), None)

    def _connection(self, port: int) -> 'psycopg.Connection[tuple[object, ...]]':
        return psycopg.connect(
            host='127.0.0.1',
            port=port,
            user='postgres',
            password=self.site.home_file.password,
            dbname='postgres',
            sslmode='disable',
            gssencmode='disable',
            connect_timeout=_CONNECT_SECONDS,
            autocommit=True,
        )

    def _written_pid(self) -> int | None:
        with suppress(OSError, ValueError, IndexError):
            text = (self.folder / 'postmaster.pid').read_text(encoding='utf-8', errors='replace')
            return int(text.splitlines()[0])
        return None

    def _forget_stranger(self) -> None:
        """Delete the pid file of a dead server: the pid may belong to another process by now.

        PostgreSQL would take that process for its own server and refuse to start. It checks only
        the pid; the sandbox has checked the folder's own processes.
        """
        if not self.residents():
            (self.folder / 'postmaster.pid').unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """Run initdb beside the final folder: a killed run leaves nothing half made in its place."""
        for remains in self.site.home.glob(f'{self.name}.draft-*'):
            shutil.rmtree(remains, ignore_errors=True)
        since = log_size(self.log)
        for locale in _LOCALES:
            draft = self.site.home / f'{self.name}.draft-{secrets.token_hex(4)}'
            hand_over(draft, self.site.account)
            if self._initdb(draft, locale):
                draft.rename(self.folder)
                return
            shutil.rmtree(draft)
            if 'invalid locale name' not in log_tail(self.log, since=since):
                break
        reason = log_tail(self.log, since=since)
        message = f'PostgreSQL cannot make its data folder {self.folder}:\n{reason}'
        raise SandboxError(message)

    def _initdb(self, draft: Path, locale: tuple[str, ...]) -> bool:
        account = self.site.account
        reading, writing = os.pipe()  # keeps the password out of arguments and files
        try:
            if account:
                os.fchown(reading, account.uid, account.gid)  # to be reopened by name
            os.write(writing, self.site.home_file.password.encode() + b'\n')
            os.close(writing)
            command = [
                str(programs(account).initdb),
                f'--pgdata={folder_argument(draft, account)}',
                f'--pwfile=/dev/fd/{reading}',
                *_INITDB,
                *locale,
                *([] if self.site.durable else ['--no-sync']),
            ]
            return run_to_end(
                command, folder=draft, account=account, log=self.log, inherited=reading
            )
        finally:
            os.close(reading)


def _ensure_desk(connection: 'psycopg.Connection[tuple[object, ...]]', password: str) -> None:
    """Create roles and database where a first start did not finish."""
    role, app_role, database = map(sql.Identifier, (ROLE, APP_ROLE, DATABASE))
    for name, rights in ((ROLE, sql.SQL('CREATEDB')), (APP_ROLE, sql.SQL(''))):
        query = 'SELECT 1 FROM pg_roles WHERE rolname = %s'
        if not connection.execute(query, [name]).fetchone():
            create_role = sql.SQL('CREATE ROLE {} LOGIN {} PASSWORD {}')
            values = sql.Identifier(name), rights, sql.Literal(password)
            connection.execute(create_role.format(*values))
    # The owner may end the app's connections and see what they wait for; not the other way round.
    connection.execute(sql.SQL('GRANT {} TO {}').format(app_role, role))
    query = 'SELECT 1 FROM pg_database WHERE datname = %s'
    if not connection.execute(query, [DATABASE]).fetchone():
        connection.execute(sql.SQL('CREATE DATABASE {} OWNER {}').format(database, role))
