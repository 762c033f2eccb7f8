"""Whom the desk may call, when and for what: who is blocked, who abused the agent who would call (보호), who wants no calls, the night, advertising without consent (정보통신망법 50조)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Self

from desk import clock
from desk.db import Database
from desk.errors import ConflictError
from models import Agent, CallPermission, Customer, CustomerStatus
from services.contacts.pair_queries import require_not_barred
from services.customers.phone_lookup import PhoneLookup


class DialPurpose(StrEnum):
    """What somebody is called for. ``promised``: a call that they asked for at this time, also by night."""

    SERVICE = 'service'
    ADVERTISING = 'advertising'
    PROMISED = 'promised'


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours in Seoul in which nobody is called; ``since`` equal to ``until`` is never."""

    since: time = time(21)
    until: time = time(8)

    @classmethod
    def of(cls, text: str) -> Self:
        """Read ``21:00-08:00``; nothing is never."""
        since, _dash, until = text.partition('-')
        return cls(time.fromisoformat(since or '00:00'), time.fromisoformat(until or '00:00'))

    @property
    def are_now(self) -> bool:
        """Whether they are at this moment."""
        return self.are_at(clock.now())

    def are_at(self, moment: datetime) -> bool:
        """Whether they are at a moment."""
        at = moment.astimezone(clock.SEOUL).time()
        if self.since <= self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until

    def touch(self, since: datetime, until: datetime) -> bool:
        """Whether any of them lies between two moments less than a day apart."""
        if self.are_at(since):
            return True
        begin = since.astimezone(clock.SEOUL).replace(
            hour=self.since.hour, minute=self.since.minute, second=0, microsecond=0
        )
        begin += timedelta(days=1) if begin < since else timedelta()
        return self.are_at(begin) and begin < until


class DialRules:
    """The one place that says why a number is not to be called."""

    def __init__(self, db: Database, phones: PhoneLookup, quiet: QuietHours) -> None:
        self._db = db
        self._phones = phones
        self._quiet = quiet

    async def check(
        self, agent: Agent, phone: str, purpose: DialPurpose = DialPurpose.SERVICE
    ) -> None:
        """Let an agent call a number (as it is kept). Whoever of its customers is the strictest decides.

        Raises:
            ConflictError: it is not to be called, with the reason.
        """
        async with self._db.reading() as session:
            await require_not_barred(session, agent.id, None, phone)
        customers = await self._phones.customers(phone)
        if any(one.status is CustomerStatus.BLOCKED for one in customers):
            raise ConflictError('dial.blocked')
        if any(one.call_permission is CallPermission.NOTHING for one in customers):
            raise ConflictError('dial.not_wanted')
        if purpose is DialPurpose.ADVERTISING and not _have_agreed(customers):
            raise ConflictError('dial.no_consent')
        if purpose is not DialPurpose.PROMISED and self._quiet.are_now:
            since, until = (f'{one:%H:%M}' for one in (self._quiet.since, self._quiet.until))
            raise ConflictError('dial.night', since=since, until=until)


def _have_agreed(customers: list[Customer]) -> bool:
    """Whether all who have the number agreed to advertising: a number of nobody on record agreed to nothing."""
    return bool(customers) and all(
        one.call_permission is CallPermission.ANYTHING for one in customers
    )
