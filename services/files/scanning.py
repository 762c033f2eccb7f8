"""Scanning for viruses by ClamAV's daemon (``CLAMD_URL``): a file becomes a message only when the scan found nothing.

The daemon's protocol (clamd(8), INSTREAM): the command ends with NUL, each part has its length in front (4 bytes, big endian),
a length of zero ends the stream; the answer is ``stream: OK`` or ``stream: <name> FOUND``.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from typing_extensions import override

from desk.errors import InvalidInputError, UpstreamError

log = structlog.get_logger()

SCAN_SECONDS = 30.0
PART_BYTES = 64 * 1024
PORT = 3310


class VirusScan(Protocol):
    """A scanner."""

    async def check(self, content: bytes) -> None:
        """Return when nothing was found.

        Raises:
            InvalidInputError: something was found (``file.infected``).
            UpstreamError: the file could not be scanned (``file.unscanned``).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamd(VirusScan):
    """ClamAV's daemon, on a port or a socket of this machine."""

    host: str = ''
    port: int = PORT
    path: str = ''
    """Of its socket; empty: by host and port."""

    @classmethod
    def at(cls, url: str) -> 'Clamd | None':
        """Return the daemon at ``tcp://host:3310`` or ``unix:///path``; ``None`` for an empty address."""
        parts = urlsplit(url)
        if not url:
            return None
        if parts.scheme == 'unix':
            return cls(path=parts.path)
        return cls(host=parts.hostname or '', port=parts.port or PORT)

    @override
    async def check(self, content: bytes) -> None:
        try:
            async with asyncio.timeout(SCAN_SECONDS):
                answer = await self._answer(content)
        except (
            OSError,
            TimeoutError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
        ) as error:
            raise UpstreamError('file.unscanned') from error
        if answer.endswith(b' FOUND'):
            log.warning('virus_found', signature=answer.decode(errors='replace')[:100])
            raise InvalidInputError('file.infected')
        if not answer.endswith(b': OK'):
            log.warning('scan_failed', answer=answer.decode(errors='replace')[:100])
            raise UpstreamError('file.unscanned')

    async def _answer(self, content: bytes) -> bytes:
        if self.path:
            reader, writer = await asyncio.open_unix_connection(self.path)
        else:
            reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(b'zINSTREAM\0')
            for start in range(0, len(content), PART_BYTES):
                part = content[start : start + PART_BYTES]
                writer.write(len(part).to_bytes(4, 'big') + part)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b'\0')).rstrip(b'\0')
        finally:
            writer.close()
