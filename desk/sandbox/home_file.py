"""The data that a home keeps between starts: its password and the servers' ports."""

import json
import os
import secrets
import socket
from pathlib import Path

from desk.sandbox.accounts import open_private
from desk.sandbox.errors import SandboxError


class HomeFile:
    """The home's ``sandbox.json``, readable by its owner only."""

    def __init__(self, home: Path) -> None:
        self._path = home / 'sandbox.json'
        self._password, self._ports = self._read()

    @property
    def password(self) -> str:
        """The one password of this home's servers, created at the first start."""
        return self._password

    @property
    def is_new(self) -> bool:
        """Whether nothing has been stored yet."""
        return not self._path.exists()

    def port(self, server: str) -> int | None:
        """Return the last port of ``server``."""
        return self._ports.get(server)

    def free_port(self, server: str) -> int:
        """Return and store a free port, the last one if possible."""
        port = self._ports.get(server)
        if port is None or not is_free(port):
            port = _any_free_port()
        self._ports[server] = port
        self.keep()
        return port

    def keep(self) -> None:
        """Write the file; a killed desk leaves the old one or the new one."""
        text = json.dumps({'password': self._password, 'ports': self._ports})
        draft = self._path.with_suffix('.draft')
        file = open_private(draft, os.O_WRONLY | os.O_TRUNC)
        with os.fdopen(file, 'w', encoding='utf-8') as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._path)

    def _read(self) -> tuple[str, dict[str, int]]:
        try:
            kept = json.loads(self._path.read_text(encoding='utf-8'))
            return str(kept['password']), {
                str(key): int(kept['ports'][key]) for key in kept['ports']
            }
        except FileNotFoundError:
            return secrets.token_urlsafe(24), {}
        except (ValueError, KeyError, TypeError) as error:
            message = f'{self._path} is damaged; the password of the data beside it was in it.'
            raise SandboxError(message) from error


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1 at ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers set it
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port: int = probe.getsockname()[1]
    return port
