"""When certificates end: those that the desk can see for itself, at its own address and at the provider of single sign-on.

The desk holds no private key: browsers meet the certificate of what stands before it (the balancer), so it asks there, as a
browser would. What it reads is not trusted for anything, so it is not verified: an ended one can be read as well.
"""

import asyncio
import ssl
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from cryptography import x509
from typing_extensions import override

from desk import clock
from models import AlertKind
from services.alerting.sighting import Figures, Sighting
from services.alerting.watches import Watch

log = structlog.get_logger()

DAYS = (30, 7, 1)
"""So many days before the end there is an alert; the number of those passed is its level."""
ANSWER_SECONDS = 5.0
READ_AGAIN_SECONDS = 3_600.0
TRY_AGAIN_SECONDS = 300.0
HTTPS_PORT = 443


class CertificateWatch(Watch):
    """Reads the certificates at some addresses once an hour."""

    def __init__(self, addresses: Iterable[str]) -> None:
        """Watch the ``https://`` addresses among these; others have no certificate."""
        self._places = {
            f'{parts.hostname}:{parts.port or HTTPS_PORT}': (parts.hostname, parts.port or HTTPS_PORT)
            for one in addresses
            if (parts := urlsplit(one)).scheme == 'https' and parts.hostname
        }  # fmt: skip
        self._ends: dict[str, datetime] = {}
        self._read_at: dict[str, float] = {}

    @override
    async def look(self) -> Sequence[Sighting]:
        """Return which end within ``DAYS``, and which could not be read yet."""
        await asyncio.gather(*(self._read(name) for name in self._places if self._is_due(name)))
        return [one for name in self._places if (one := self._sighting(name))]

    def _is_due(self, name: str) -> bool:
        if name not in self._read_at:
            return True
        every = READ_AGAIN_SECONDS if name in self._ends else TRY_AGAIN_SECONDS
        return time.monotonic() - self._read_at[name] >= every

    async def _read(self, name: str) -> None:
        self._read_at[name] = time.monotonic()
        host, port = self._places[name]
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._ends[name] = await end_of_certificate(host, port)
        except (OSError, TimeoutError, ValueError) as error:  # what was read last still holds
            log.warning('certificate_not_read', place=name, error=type(error).__name__)

    def _sighting(self, name: str) -> Sighting | None:
        if name not in self._ends:
            return Sighting(kind=AlertKind.CERTIFICATE, subject=name, is_sure=False)
        left = self._ends[name] - clock.now()
        level = sum(left <= timedelta(days=days) for days in DAYS)
        if not level:
            return None
        figures: Figures = {'days': max(0, left.days), 'ends_at': self._ends[name].isoformat()}
        return Sighting(kind=AlertKind.CERTIFICATE, subject=name, level=level, figures=figures)


async def end_of_certificate(host: str, port: int) -> datetime:
    """Return when the certificate at a place ends, in UTC. Raises ``OSError``, and ``ValueError`` for one that cannot be read."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # an ended one is to be read too, and nothing is sent
    _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    try:
        certificate = writer.get_extra_info('ssl_object').getpeercert(binary_form=True)
    finally:
        writer.close()
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc
