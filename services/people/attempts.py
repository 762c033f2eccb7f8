"""Slows down password guessing without letting attackers lock people out.

Failures are counted by account and source together, so that a stranger who fails at an account
slows down only himself. Only very many failures of one account, from all sources together, slow
down every browser that is unknown to the account; a known browser is counted by itself. A source
that tries many accounts is slowed down for all of them. A source is a network (``desk.addresses``):
one IPv6 subscriber has a whole /64.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.addresses import network_of
from desk.backoff import Backoff
from desk.db import Database
from desk.errors import TooManyError
from models import SignInAttempt
from services.people import sign_in_queries as queries

SOURCE_BACKOFF = Backoff(
    limit=5, window=timedelta(days=1), first=timedelta(seconds=30), most=timedelta(minutes=15)
)
"""Failures of an account from one source since its last success, over a whole day: longer than the
longest wait."""

ACCOUNT_BACKOFF = Backoff(
    limit=300, window=timedelta(days=1), first=timedelta(seconds=5), most=timedelta(seconds=60)
)
"""Failures of an account from all unknown browsers; one source alone reaches some hundred a day."""

NETWORK_BACKOFF = Backoff(
    limit=20, window=timedelta(minutes=15), first=timedelta(seconds=2), most=timedelta(seconds=60)
)
"""Different accounts that failed at one network. Short waits, because a whole centre shares one
address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source of an attempt: a browser that is known to the account, or a network."""

    network: str
    device_id: UUID | None = None

    @classmethod
    def of(cls, address: str, device_id: UUID | None) -> 'Source':
        """Return the source of a request."""
        return cls(network=network_of(address), device_id=device_id)

    @property
    def is_known(self) -> bool:
        """Whether it is a browser that is known to the account."""
        return self.device_id is not None

    @property
    def name(self) -> str:
        """The key under which attempts are counted."""
        return f'device {self.device_id}' if self.is_known else self.network


class Attempts:
    """Attempts to sign in, counted across all processes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, username: str, source: Source) -> UUID:
        """Count an attempt as a failure until it succeeds, so that parallel attempts are counted too.

        The network is blamed only after the failure (``fail``), because a centre's whole shift may
        be signing in at once.

        Raises:
            TooManyError: the attempt has to wait, and is not counted; carries the seconds to wait.
        """
        attempt = SignInAttempt(username=username, address='', source=source.name)
        async with self._db.transaction() as session:
            await queries.take_turns(session, username)
            if wait := await _wait_seconds(session, username, source):
                raise TooManyError('sign_in.wait', wait_seconds=wait)
            session.add(attempt)
        return attempt.id

    async def fail(self, attempt_id: UUID, source: Source) -> None:
        """Record that an attempt has failed."""
        async with self._db.transaction() as session:
            await queries.blame(session, attempt_id, source.network)


async def _wait_seconds(session: AsyncSession, username: str, source: Source) -> int:
    since = clock.now() - SOURCE_BACKOFF.window
    times, last_at = await queries.failures_of(session, username, since, source=source.name)
    wait = SOURCE_BACKOFF.wait_seconds(times, last_at)
    if source.is_known:
        return wait
    since = clock.now() - ACCOUNT_BACKOFF.window
    times, last_at = await queries.failures_of(session, username, since)
    wait = max(wait, ACCOUNT_BACKOFF.wait_seconds(times, last_at))
    since = clock.now() - NETWORK_BACKOFF.window
    times, last_at = await queries.accounts_failed_at(session, source.network, since)
    return max(wait, NETWORK_BACKOFF.wait_seconds(times, last_at))
