"""접속기록 점검: once a month an administrator looks at who accessed whose data, and signs (안전성 확보조치 기준 8조).

Months that are over are summed once and kept. A review holds the figures as they were signed, the head of the audit log's
chain, and a digest that stands in the log too: whoever changes one of them contradicts the other. Signed reviews do not
change (decision 0042).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError
from models import AccessMonth, AccessReview, Agent, AgentRole, AuditAction
from models.access import MAX_REMARK_CHARS
from services.audit import access_queries
from services.audit import queries as audit_queries
from services.audit.log import AuditLog
from services.audit.unusual import MONTHS_BEFORE, Unusual, by_person, unusual
from services.people import agent_queries
from services.text.masking import masked_wholly
from services.text.storable import UNSTORABLE
from services.work.unit_of_work import UnitsOfWork

MOST_MONTHS = 36
"""So many months back unsigned ones are pointed out."""
SETTLED = timedelta(minutes=5)
"""So long after a month's end its last entries are committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMonth:
    """One person's row of a review."""

    agent_id: UUID
    name: str
    role: str
    month: AccessMonth
    unusual: tuple[Unusual, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReview:
    """One month: the people, those with something unusual first, and the signature if there is one."""

    month: date
    is_over: bool
    people: tuple[PersonMonth, ...]
    customers: dict[UUID, str]
    """The numbers of the customers who are named in it."""
    signed: AccessReview | None
    signed_by: str
    unsigned: tuple[date, ...]
    """Past months without a signature, oldest first."""

    @property
    def has_unusual(self) -> bool:
        """Whether the signer has to say something."""
        return any(one.unusual for one in self.people)


class AccessReviews:
    """Reviews of accesses. For administrators."""

    def __init__(self, units: UnitsOfWork, audit_log: AuditLog) -> None:
        self._units = units
        self._db = units.db
        self._log = audit_log

    async def review(self, by: Agent, month: date | None = None) -> MonthReview:
        """Return a month's review; without one, of the oldest unsigned month, else of last month.

        Raises ``NotAllowedError`` unless an administrator asks.
        """
        _check(by)
        async with self._db.reading() as session:
            signed = {one.month: one for one in await access_queries.reviews(session)}
            first = await access_queries.first_entry_at(session)
        unsigned = tuple(one for one in _past_months(first) if one not in signed)
        month = (month or next(iter(unsigned), _before(_this_month(), 1))).replace(day=1)
        rows = await self._rows([month, *(_before(month, back) for back in range(1, MONTHS_BEFORE + 1))])  # fmt: skip
        async with self._db.reading() as session:
            everyone = {one.id: one for one in await agent_queries.everyone(session)}
            people = _people(month, rows, everyone)
            ids = [UUID(str(one[1])) for person in people for one in person.month.most if one[0] == 'customer']  # fmt: skip
            customers = await audit_queries.customer_codes(session, ids)
        review = signed.get(month)
        signer = everyone.get(review.signed_by_id) if review else None
        return MonthReview(
            month=month, is_over=_is_over(month), people=people, customers=customers, signed=review,
            signed_by=signer.name if signer else '', unsigned=unsigned,
        )  # fmt: skip

    async def unsigned(self, by: Agent) -> tuple[date, ...]:
        """Return past months without a signature, oldest first. Raises ``NotAllowedError``."""
        _check(by)
        async with self._db.reading() as session:
            signed = {one.month for one in await access_queries.reviews(session)}
            first = await access_queries.first_entry_at(session)
        return tuple(one for one in _past_months(first) if one not in signed)

    async def sign(self, by: Agent, month: date, remark: str = '') -> AccessReview:
        """Sign a month that is over. It cannot be undone.

        Raises:
            NotAllowedError: not an administrator.
            ConflictError: the month is not over, is signed already, or the audit log is broken.
            InvalidInputError: something is unusual and the remark says nothing to it, or it is too long.
        """
        review = await self.review(by, month)
        if not review.is_over:
            raise ConflictError('review.not_over')
        if review.signed is not None:
            raise ConflictError('review.signed')
        remark = _remark(remark, is_needed=review.has_unusual)
        *_, chain = [chain async for chain in self._log.chain()]
        if not chain.is_whole:
            raise ConflictError('review.chain_broken')
        row = AccessReview(
            month=review.month, signed_by_id=by.id, signed_at=clock.now(), head_id=chain.head.id,
            head_hash=chain.head.hash, remark=remark, figures=_figures(review.people), digest='',
        )  # fmt: skip
        row.digest = digest_of(row)
        try:
            async with self._units.begin() as work:
                work.session.add(row)
                await work.session.flush()
                work.record(
                    by, AuditAction.ACCESS_REVIEWED,
                    details={'month': review.month.isoformat(), 'head': str(chain.head), 'digest': row.digest},
                )  # fmt: skip
        except IntegrityError as error:
            raise ConflictError('review.signed') from error
        return row

    async def _rows(self, months: Sequence[date]) -> list[AccessMonth]:
        """Return the rows of months; of those that are over, each is computed once."""
        async with self._db.reading() as session:
            rows = list(await access_queries.stored(session, months))
        have = {row.month for row in rows}
        for month in months:
            if month not in have:
                rows += await self._computed(month)
        return rows

    async def _computed(self, month: date) -> list[AccessMonth]:
        since, until = _begin(month), _begin(_before(month, -1))
        async with self._db.transaction() as session:
            rows = await access_queries.sums(session, month, since, until)
            if rows and _is_over(month):
                await access_queries.keep(session, rows)
        return rows


def digest_of(review: AccessReview) -> str:
    """Return the digest of what was signed: SHA-256 over its fields as JSON with sorted keys."""
    fields = review.model_dump(mode='json', exclude={'digest', 'signed_at'})
    fields['signed_at'] = int(review.signed_at.timestamp() * 1_000_000)
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _people(
    month: date, rows: Sequence[AccessMonth], everyone: dict[UUID, Agent]
) -> tuple[PersonMonth, ...]:
    now = [row for row in rows if row.month == month and (row.entries or row.alarms)]
    before = by_person([row for row in rows if row.month != month])
    found = []
    for row in now:
        agent = everyone.get(row.agent_id)
        role = agent.role if agent else None
        others = [
            one for one in now
            if one is not row and (other := everyone.get(one.agent_id)) is not None and other.role is role
        ]  # fmt: skip
        found.append(
            PersonMonth(
                agent_id=row.agent_id,
                name=agent.name if agent else str(row.agent_id)[:8],
                role=role.value if role else '',
                month=row,
                unusual=tuple(unusual(row, before.get(row.agent_id, []), others)),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.unusual, -one.month.entries, one.name)))


def _figures(people: Sequence[PersonMonth]) -> list[dict[str, Any]]:
    return [
        {
            **one.month.model_dump(mode='json', exclude={'month'}),
            'role': one.role,
            'unusual': [asdict(found) for found in one.unusual],
        }
        for one in people
    ]


def _remark(remark: str, *, is_needed: bool) -> str:
    remark = ' '.join(remark.split())
    if is_needed and not remark:
        raise InvalidInputError('review.remark')
    if len(remark) > MAX_REMARK_CHARS or UNSTORABLE.search(remark):
        raise InvalidInputError('review.remark_long', most=MAX_REMARK_CHARS)
    return masked_wholly(remark)


def _check(by: Agent) -> None:
    if by.role is not AgentRole.ADMIN:
        raise NotAllowedError('audit.admins_only')


def _past_months(first: datetime | None) -> list[date]:
    """Return the months that are over, from the log's first entry on, oldest first."""
    if first is None:
        return []
    month, found = first.astimezone(clock.SEOUL).date().replace(day=1), []
    while _is_over(month):
        found.append(month)
        month = _before(month, -1)
    return found[-MOST_MONTHS:]


def _is_over(month: date) -> bool:
    return clock.now() >= _begin(_before(month, -1)) + SETTLED


def _this_month() -> date:
    return clock.now().astimezone(clock.SEOUL).date().replace(day=1)


def _before(month: date, back: int) -> date:
    """Return the first day of the month so many months before."""
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def _begin(month: date) -> datetime:
    return datetime.combine(month, time(), tzinfo=clock.SEOUL)
