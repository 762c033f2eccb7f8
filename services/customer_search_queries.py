"""Looking for customers: in the index for the rare, among the latest contacts for the common.

An index finds a rare name at once, and 40,000 who are called alike just as surely, but to put these in order
of their last contact all of them must be read. Among the latest contacts a common name is met soon, a rare one never. So
every way to match is tried in its index for at most ``MANY`` rows; when there are more,
the latest ``RECENT`` contacts are looked through. Both are bounded, whatever was typed and whatever the planner believes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, collate, func, literal, union_all
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Customer
from models.base import Texts
from services.search_terms import MIN_ENDING_DIGITS, SearchTerms, has_grams

MANY = 2_000
RECENT = 20_000
GLANCE = 1_000
"""So many latest contacts are looked through before an index that may answer with everybody."""
_LAST_LETTER = '\U0010ffff'


class Rank(IntEnum):
    """How well a customer fits; the better, the smaller."""

    EXACT = 0
    PREFIX = 1
    INSIDE = 2


class Matched(StrEnum):
    """What fits."""

    NAME = 'name'
    INITIALS = 'initials'
    EMAIL = 'email'
    PHONE = 'phone'
    NUMBER = 'number'


@dataclass(frozen=True, slots=True)
class Way:
    """One way to match: as an index answers it, and as a row by itself tells it."""

    rank: Rank
    matched: Matched
    indexed: ColumnElement[bool]
    plain: Callable[[Any], ColumnElement[bool]]
    is_everywhere: bool = False
    """Whether nearly everybody may match, as by ``example.com``, so that even the index takes long to say so."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who matches in one way; ``way_count`` says how many do, up to ``MANY`` and one."""

    customer_id: UUID
    last_contact_at: datetime | None
    way: int
    way_count: int


def ways(terms: SearchTerms) -> list[Way]:
    """Return every way in which a customer may be meant, the best rank first."""
    found = [way for name in terms.names for way in _by_name(name)]
    if terms.initials:
        found += _by_initials(terms)
    if terms.email:
        found += _by_email(terms.email)
    if terms.phone:
        found += _by_phone(terms.phone)
    if terms.number is not None:
        is_numbered = col(Customer.number) == terms.number
        number = terms.number
        found.append(Way(Rank.EXACT, Matched.NUMBER, is_numbered, lambda row: row.number == number))
    return sorted(found, key=lambda way: way.rank)


def _by_name(key: str) -> list[Way]:
    name = func.name_key(col(Customer.name))
    found = _by_key(Matched.NAME, key, name, lambda row: func.name_key(row.name))
    if has_grams(key):
        is_inside = and_(_grams(func.text_grams(key)), func.strpos(name, key) > 0)
        found.append(
            Way(
                Rank.INSIDE,
                Matched.NAME,
                is_inside,
                lambda row: func.strpos(func.name_key(row.name), key) > 0,
            )
        )
    return found


def _by_email(key: str) -> list[Way]:
    email = func.lower(col(Customer.email))
    found = _by_key(Matched.EMAIL, key, email, lambda row: func.lower(row.email))
    if has_grams(key):
        found.append(
            Way(
                Rank.INSIDE,
                Matched.EMAIL,
                and_(_grams(func.email_grams(key)), func.strpos(email, key) > 0),
                lambda row: func.strpos(func.lower(row.email), key) > 0,
                is_everywhere=True,
            )
        )
    return found


def _by_key(matched: Matched, key: str, indexed: Any, plain: Callable[[Any], Any]) -> list[Way]:
    """Return the ways of a key that has an ordered index: the whole of it, and its beginning."""
    ordered = collate(indexed, 'C')
    begins = and_(ordered >= key, ordered < key + _LAST_LETTER)
    return [
        Way(Rank.EXACT, matched, ordered == key, lambda row: plain(row) == key),
        Way(Rank.PREFIX, matched, begins, lambda row: func.starts_with(plain(row), key)),
    ]


def _by_initials(terms: SearchTerms) -> list[Way]:
    """Match initials by their index and the syllables among them by a pattern."""
    ordered = collate(func.name_initials(col(Customer.name)), 'C')
    initials = terms.initials
    begins = and_(ordered >= initials, ordered < initials + _LAST_LETTER)
    conditions = [
        (Rank.EXACT, ordered == initials, f'^{terms.pattern}$'),
        (Rank.PREFIX, begins, f'^{terms.pattern}'),
    ]
    if has_grams(initials):
        conditions.append((Rank.INSIDE, _grams(func.text_grams(initials)), terms.pattern))
    return [
        Way(
            rank,
            Matched.INITIALS,
            and_(indexed, _fits(Customer, pattern)),
            partial(_fits, pattern=pattern),
        )
        for rank, indexed, pattern in conditions
    ]


def _fits(row: Any, pattern: str) -> ColumnElement[bool]:
    return func.name_key(row.name).regexp_match(pattern)


def _by_phone(digits: str) -> list[Way]:
    phone = col(Customer.phone)
    found = _by_key(Matched.PHONE, digits, phone, lambda row: row.phone)
    found.append(Way(Rank.EXACT, Matched.PHONE, *_other_phone(digits)))
    if len(digits) >= MIN_ENDING_DIGITS:  # people say numbers by their end
        backwards = collate(func.reverse(phone), 'C')
        end = digits[::-1]
        found.append(
            Way(
                Rank.PREFIX,
                Matched.PHONE,
                and_(backwards >= end, backwards < end + _LAST_LETTER),
                lambda row: func.right(row.phone, len(digits)) == digits,
            )
        )
    if len(digits) >= MIN_ENDING_DIGITS and not digits.startswith('0'):  # 0 begins a number
        found.append(
            Way(
                Rank.INSIDE,
                Matched.PHONE,
                and_(_grams(func.phone_grams(digits)), _has_digits(Customer, digits)),
                partial(_has_digits, digits=digits),
            )
        )
    return found


def _other_phone(digits: str) -> tuple[ColumnElement[bool], Callable[[Any], ColumnElement[bool]]]:
    """Match a further number of a customer; the index holds those who have one."""
    others = col(Customer.other_phones)
    return and_(
        others != cast([], Texts), others.contains([digits])
    ), lambda row: row.other_phones.contains([digits])


def _has_digits(row: Any, digits: str) -> ColumnElement[bool]:
    numbers = func.concat_ws(' ', row.phone, func.array_to_string(row.other_phones, ' '))
    return func.strpos(numbers, digits) > 0


def _grams(grams: Any) -> ColumnElement[bool]:
    indexed = func.customer_grams(
        col(Customer.name), col(Customer.email), col(Customer.phone), col(Customer.other_phones)
    )
    return indexed.op('@>', is_comparison=True)(grams)


async def candidates(
    session: AsyncSession, tried: Mapping[int, Way], *, limit: int
) -> list[Candidate]:
    """Return up to ``limit`` customers of each way; the latest contacts, where there are no more than ``MANY``."""
    parts = [_indexed(place, way, limit) for place, way in tried.items()]
    statement: Any = union_all(*parts)
    rows = (await session.exec(statement)).all()
    return [Candidate(*row) for row in rows]


def _indexed(place: int, way: Way, limit: int) -> Any:
    some = (
        select(col(Customer.id), col(Customer.last_contact_at))
        .where(way.indexed, *_current(Customer))
        .limit(MANY + 1)
        .subquery()
    )
    latest = some.c.last_contact_at.desc().nulls_last()
    return (
        select(some.c.id, some.c.last_contact_at, literal(place), func.count().over())
        .order_by(latest)
        .limit(limit)
        .subquery()
        .select()
    )


async def recent(
    session: AsyncSession, way: Way, place: int, *, among: int, limit: int
) -> list[Candidate]:
    """Return those who match in a way ``among`` so many latest contacts, the latest first."""
    latest = col(Customer.last_contact_at).desc().nulls_last()
    newest = select(Customer).order_by(latest).limit(among).subquery().c
    statement = (
        select(newest.id, newest.last_contact_at)
        .where(way.plain(newest), *_current(newest))
        .limit(limit)
    )
    rows = (await session.exec(statement)).all()
    return [Candidate(customer_id, at, place, 0) for customer_id, at in rows]


def _current(row: Any) -> tuple[ColumnElement[bool], ...]:
    """Leave out who was merged into another record, or deleted on request."""
    return row.merged_into_id.is_(None), row.erased_at.is_(None)


async def by_ids(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """Return customers by id."""
    statement = select(Customer).where(col(Customer.id).in_(ids))
    return {customer.id: customer for customer in (await session.exec(statement)).all()}
