"""What one process can see by itself: whether PostgreSQL, Valkey and Connect answer it, and how fast."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from psycopg import Error as DriverError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from desk import clock
from desk.errors import DeskError
from models import AlertKind
from services.alerting.sighting import AWAY, DENIED, SLOW, Sighting

ANSWER_SECONDS = 2.0
"""A service that takes longer counts as away, as for ``/readyz``."""
SLOW_SECONDS = 1.0
HELD = timedelta(seconds=30)
"""How long a service is away or slow before that is an alert."""
CONNECT_SECONDS = 60.0
"""How long Connect answers no call, or lets none in, before that is an alert: its client tries again every 10 s."""

AWAY_ERRORS = (SQLAlchemyError, DriverError, RedisError, OSError, TimeoutError, DeskError)


class Watch(Protocol):
    """Looks at one thing."""

    async def look(self) -> Sequence[Sighting]:
        """Return what is wrong now; takes a few seconds at most."""
        ...


class FailingService(Protocol):
    """A client that knows for how long its calls have failed."""

    @property
    def service(self) -> str:
        """The service's name in boto3."""
        ...

    @property
    def failing_seconds(self) -> float:
        """How long no call was answered; 0 when the last one was."""
        ...

    @property
    def denied_seconds(self) -> float | None:
        """How long no call was let in; ``None`` when the last one was."""
        ...


class AnswerWatch(Watch):
    """Asks a service at each look, and remembers since when it has not answered, or not fast."""

    def __init__(self, kind: AlertKind, ask: Callable[[], Awaitable[object]]) -> None:
        self._kind = kind
        self._ask = ask
        self._since: dict[str, datetime] = {}

    @override
    async def look(self) -> Sequence[Sighting]:
        """Return that it is away or slow once it has been for ``HELD``; before, that it may be."""
        now = clock.now()
        fault = await self._fault()
        self._since = {fault: self._since.get(fault, now)} if fault else {}
        return [
            Sighting(kind=self._kind, subject=one, since=since, is_sure=now - since >= HELD)
            for one, since in self._since.items()
        ]

    async def _fault(self) -> str:
        began = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._ask()
        except AWAY_ERRORS:
            return AWAY
        return SLOW if time.monotonic() - began > SLOW_SECONDS else ''


class ConnectWatch(Watch):
    """Looks at the clients of Connect and of its feeds, which call all the time."""

    def __init__(self, clients: Sequence[FailingService]) -> None:
        self._clients = clients

    @override
    async def look(self) -> Sequence[Sighting]:
        """Return which have not been answered, or let in, for ``CONNECT_SECONDS``, and which may not be."""
        return [
            *(
                _connect(one.service, one.failing_seconds)
                for one in self._clients
                if one.failing_seconds
            ),
            *(
                _connect(one.service, one.denied_seconds, fault=DENIED)
                for one in self._clients
                if one.denied_seconds is not None
            ),
        ]


def _connect(service: str, seconds: float, *, fault: str = '') -> Sighting:
    figures: dict[str, str | int] = {
        'seconds': int(CONNECT_SECONDS),
        'service': service,
        'fault': fault,
    }
    return Sighting(
        kind=AlertKind.CONNECT,
        subject=f'{service}/{fault}' if fault else service,
        figures=figures,
        is_sure=seconds >= CONNECT_SECONDS,
    )
