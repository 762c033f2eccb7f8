"""Limits look-ups of different numbers and addresses, so that masked ones cannot be guessed.

A whole number finds a customer whose number is masked (``customer_queries``), so a person who sees
its last four digits could try the ten thousand numbers that end so. An agent looks up some dozens
of numbers an hour, hardly two with the same end. Further ones are delayed, each longer than the
last, and recorded in the audit log for the monthly review.

A look-up is stored as a keyed hash, for a month: neither number nor address (decision 0020).
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.backoff import Backoff
from desk.db import Database
from desk.errors import TooManyError
from models import Agent, AuditAction, Lookup
from services.search import lookup_queries as queries
from services.search.customer_ways import SHOWN_DIGITS
from services.text.phone_numbers import parse_phone
from services.text.terms import MOBILE_DIGITS, SearchTerms, whole_numbers
from services.work import recording as audit

KEPT = timedelta(days=30)
ALL_BACKOFF = Backoff(
    limit=60, window=timedelta(hours=1), first=timedelta(seconds=30), most=timedelta(minutes=10)
)
"""Different values within an hour; an agent, or a program for one, looks up some dozens."""
PHONE_BACKOFF = Backoff(limit=6, window=KEPT, first=timedelta(minutes=1), most=timedelta(hours=1))
"""Numbers with one end within a month: of 3,000 numbers 6 end alike by chance once in a million."""
EMAIL_BACKOFF = Backoff(limit=30, window=KEPT, first=timedelta(minutes=1), most=timedelta(hours=1))
"""Addresses with one mask (``mi***@example.com``) within a month: many begin alike."""
RECORDED_EVERY = timedelta(hours=1)
SHOWN_LETTERS = 2

_EMAIL = re.compile(r'[^@\s]+@[^@\s]+\.[a-z]{2,}')


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeValue:
    """A whole number or address, and its masked form, which a guesser keeps the same."""

    value: str
    alike: str
    backoff: Backoff

    @classmethod
    def of_phone(cls, digits: str) -> 'WholeValue':
        """Return a number in the form that is counted."""
        return cls(value=digits, alike=digits[-SHOWN_DIGITS:], backoff=PHONE_BACKOFF)

    @classmethod
    def of_email(cls, address: str) -> 'WholeValue':
        """Return an address in the form that is counted."""
        name, _, domain = address.lower().rpartition('@')
        alike = f'{name[:SHOWN_LETTERS]}@{domain}'
        return cls(value=address.lower(), alike=alike, backoff=EMAIL_BACKOFF)


def whole_values(terms: SearchTerms) -> list[WholeValue]:
    """Return the complete numbers or addresses that a typed text may be; none while it is half typed."""
    found = []
    if len(terms.phone) >= MOBILE_DIGITS and _is_number(terms.phone):
        found.append(WholeValue.of_phone(whole_numbers(terms.phone)[-1]))
    if _EMAIL.fullmatch(terms.email):
        found.append(WholeValue.of_email(terms.email))
    return found


class Lookups:
    """Counts look-ups of whole values per person, across all processes."""

    def __init__(self, db: Database, *, secret: str) -> None:
        self._db = db
        self._secret = hmac.digest(secret.encode(), b'lookups', hashlib.sha256)

    async def admit(
        self, agent: Agent, values: Sequence[WholeValue], *, only_alike: bool = False
    ) -> None:
        """Count a look-up. The same value again counts once.

        Args:
            agent: the person.
            values: the values looked up; without any, nothing is counted.
            only_alike: count only values of one mask, for work that needs many different values.

        Raises:
            TooManyError: the person has to wait; the values must not be looked up.
        """
        if not values:
            return
        async with self._db.transaction() as session:
            await queries.take_turns(session, agent.id)
            series = [
                one
                for value in values
                for one in await self._noted(session, agent, value, only_alike=only_alike)
            ]
            await self._record(session, agent, series)
        if wait := max((one.wait_seconds for one in series), default=0):
            raise TooManyError('search.lookups', wait_seconds=wait)

    async def tidy(self) -> None:
        """Delete look-ups that no longer count."""
        async with self._db.transaction() as session:
            await queries.forget(session, before=clock.now() - KEPT)

    async def _noted(
        self, session: AsyncSession, agent: Agent, one: WholeValue, *, only_alike: bool
    ) -> list['_Series']:
        """Return the series that a look-up belongs to; store the look-up unless it has to wait."""
        row = Lookup(
            agent_id=agent.id,
            value_hash=self._sealed(one.value),
            alike_hash=self._sealed(one.alike),
        )
        if await queries.is_known(session, row):
            return []
        series = [await _series(session, agent, one.backoff, alike=row.alike_hash)]
        if not only_alike:
            series.append(await _series(session, agent, ALL_BACKOFF))
        if not any(each.wait_seconds for each in series):
            session.add(row)
        return series

    async def _record(
        self, session: AsyncSession, agent: Agent, series: Sequence['_Series']
    ) -> None:
        """Record a person's unusually many look-ups, once in a while."""
        unusual = [one for one in series if one.is_unusual]
        since = clock.now() - RECORDED_EVERY
        if not unusual or await queries.is_recorded(session, agent.id, since):
            return
        details = {'alike' if one.alike else 'lookups': one.times for one in unusual}
        entry = audit.entry(agent, AuditAction.LOOKUPS_UNUSUAL, subject=agent, details=details)
        await audit.write(session, [entry])

    def _sealed(self, value: str) -> str:
        return hmac.new(self._secret, value.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """The number of look-ups before this one, of all values or of one mask."""

    backoff: Backoff
    alike: str | None
    times: int
    wait_seconds: int

    @property
    def is_unusual(self) -> bool:
        return self.times >= self.backoff.limit


async def _series(
    session: AsyncSession, agent: Agent, backoff: Backoff, *, alike: str | None = None
) -> _Series:
    since = clock.now() - backoff.window
    times, last_at = await queries.count(session, agent.id, since, alike=alike)
    wait = backoff.wait_seconds(times, last_at)
    return _Series(backoff=backoff, alike=alike, times=times, wait_seconds=wait)


def _is_number(digits: str) -> bool:
    """Whether digits are a complete number and not a half-typed one: 0 begins an area code."""
    return not digits.startswith('0') or parse_phone(digits) is not None
