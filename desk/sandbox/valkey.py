"""A home's Valkey, with all data on disk: a restarted desk finds its stream again."""

import signal
from typing import ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from typing_extensions import override

from desk.sandbox.binaries import programs
from desk.sandbox.launching import folder_argument
from desk.sandbox.server import Server

_ANSWER_SECONDS = 5


class Valkey(Server):
    """Valkey: event stream and caches; all can be rebuilt from PostgreSQL."""

    name: ClassVar[str] = 'valkey'
    program: ClassVar[str] = 'valkey-server'
    farewells: ClassVar = ((signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0))

    @override
    def command(self, port: int) -> list[str]:
        folder = folder_argument(self.folder, self.site.account)
        title = f'{{title}} {{listen-addr}} {self.site.mark}'
        command = [str(programs(self.site.account).valkey), '-']  # '-': read settings from stdin
        return [*command, '--port', str(port), '--dir', folder, '--proc-title-template', title]

    @override
    def stdin(self) -> str:
        lines = [
            'bind 127.0.0.1',
            'protected-mode yes',
            f'requirepass {self.site.home_file.password}',
            'appendonly yes',
            f'appendfsync {"everysec" if self.site.durable else "no"}',
            'save ""',  # the append-only file is enough, and a snapshot costs a fork
        ]
        return '\n'.join(lines) + '\n'

    @override
    def complaint(self, port: int) -> str:
        """Check that it answers; it refuses while data is still being loaded."""
        client = redis.Redis(
            host='127.0.0.1',
            port=port,
            password=self.site.home_file.password,
            socket_timeout=_ANSWER_SECONDS,
            socket_connect_timeout=_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            client.ping()
        except redis.RedisError as error:
            return str(error) or type(error).__name__
        finally:
            client.close()
        return ''
