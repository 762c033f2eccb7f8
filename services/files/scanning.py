"""Scanning for viruses by ClamAV's daemon (``CLAMD_URL``): a file becomes a message only when the scan found nothing."""

from dataclasses import dataclass
from typing import Protocol

import structlog
from typing_extensions import override

from desk import clamd
from desk.errors import InvalidInputError, UpstreamError

log = structlog.get_logger()

SCAN_SECONDS = 30.0


class VirusScan(Protocol):
    """A scanner."""

    async def check(self, content: bytes) -> None:
        """Return when nothing was found.

        Raises:
            InvalidInputError: something was found (``file.infected``).
            UpstreamError: the file could not be scanned (``file.unscanned``).
        """
        ...


@dataclass(frozen=True, slots=True)
class Clamd(VirusScan):
    """ClamAV's daemon at an address, ``tcp://host:3310`` or ``unix:///path``."""

    address: str

    @classmethod
    def at(cls, url: str) -> 'Clamd | None':
        """Return the daemon at an address; ``None`` for an empty one."""
        return cls(url) if url else None

    @override
    async def check(self, content: bytes) -> None:
        try:
            answer = await clamd.scan(self.address, content, seconds=SCAN_SECONDS)
        except clamd.FAULTS as error:
            raise UpstreamError('file.unscanned') from error
        if answer.endswith(b' FOUND'):
            log.warning('virus_found', signature=answer.decode(errors='replace')[:100])
            raise InvalidInputError('file.infected')
        if not answer.endswith(b': OK'):
            log.warning('scan_failed', answer=answer.decode(errors='replace')[:100])
            raise UpstreamError('file.unscanned')
