"""Looking for customers: in the index for the rare, among the latest contacts for the common.

An index finds a rare name at once, and 40,000 who are called alike just as surely, but to put these in order
of their last contact all of them must be read. Among the latest contacts a common name is met soon, a rare one never. So
every way to match is tried in its index for at most ``MANY`` rows; only when there are more, and only then, the latest
``RECENT`` contacts are looked through. Both are bounded, whatever was typed and whatever the planner believes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, collate, func, literal, or_, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Customer
from services.search_terms import MIN_ENDING_DIGITS, SearchTerms, has_grams

MANY = 3_000
RECENT = 20_000
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
        found.append(
            Way(Rank.EXACT, Matched.NUMBER, is_numbered, lambda row: row.number == number)
        )
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
        is_inside = and_(_grams(func.text_grams(key)), func.strpos(email, key) > 0)
        found.append(
            Way(
                Rank.INSIDE,
                Matched.EMAIL,
                is_inside,
                lambda row: func.strpos(func.lower(row.email), key) > 0,
            )
        )
    return found


def _by_key(
    matched: Matched, key: str, indexed: Any, plain: Callable[[Any], Any]
) -> list[Way]:
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
    conditions = {
        Rank.EXACT: (ordered == initials, f'^{terms.pattern}$'),
        Rank.PREFIX: (
            and_(ordered >= initials, ordered < initials + _LAST_LETTER),
            f'^{terms.pattern}',
        ),
        Rank.INSIDE: (_grams(func.text_grams(initials)), terms.pattern),
    }
    if not has_grams(initials):
        del conditions[Rank.INSIDE]
    return [
        Way(
            rank,
            Matched.INITIALS,
            and_(indexed, _fits(Customer, pattern)),
            lambda row, pattern=pattern: _fits(row, pattern),
        )
        for rank, (indexed, pattern) in conditions.items()
    ]


def _fits(row: Any, pattern: str) -> ColumnElement[bool]:
    return func.name_key(row.name).regexp_match(pattern)


def _by_phone(digits: str) -> list[Way]:
    phone = col(Customer.phone)
    grams = _grams(func.phone_grams(digits))
    found = [
        Way(Rank.EXACT, Matched.PHONE, phone == digits, lambda row: row.phone == digits),
        Way(
            Rank.PREFIX,
            Matched.PHONE,
            and_(phone >= digits, phone < digits + ':'),  # the character after 9
            lambda row: func.starts_with(row.phone, digits),
        ),
    ]
    if len(digits) >= MIN_ENDING_DIGITS:  # people say numbers by their end
        size = len(digits)
        found += [
            Way(
                Rank.PREFIX,
                Matched.PHONE,
                and_(grams, func.right(phone, size) == digits),
                lambda row: func.right(row.phone, size) == digits,
            ),
            Way(
                Rank.INSIDE,
                Matched.PHONE,
                and_(grams, func.strpos(phone, digits) > 0),
                lambda row: func.strpos(row.phone, digits) > 0,
            ),
        ]
    return found


def _grams(grams: Any) -> ColumnElement[bool]:
    indexed = func.customer_grams(col(Customer.name), col(Customer.email), col(Customer.phone))
    return indexed.op('@>', is_comparison=True)(grams)


async def candidates(
    session: AsyncSession, tried: Sequence[Way], *, limit: int
) -> list[Candidate]:
    """Return up to ``limit`` customers of each way; the latest contacts, where there are no more than ``MANY``."""
    parts = [_indexed(place, way, limit) for place, way in enumerate(tried)]
    rows = await session.exec(union_all(*parts) if len(parts) > 1 else parts[0])
    return [Candidate(*row) for row in rows.all()]


def _indexed(place: int, way: Way, limit: int) -> Any:
    some = (
        select(col(Customer.id), col(Customer.last_contact_at))
        .where(way.indexed)
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
    session: AsyncSession, way: Way, place: int, *, limit: int
) -> list[Candidate]:
    """Return the latest contacts among the ``RECENT`` that match in a way."""
    latest = col(Customer.last_contact_at).desc().nulls_last()
    newest = aliased(Customer, select(Customer).order_by(latest).limit(RECENT).subquery())
    statement = (
        select(newest.id, newest.last_contact_at).where(way.plain(newest)).limit(limit)  # type: ignore[arg-type]  # a column of the alias
    )
    rows = (await session.exec(statement)).all()
    return [Candidate(customer_id, at, place, 0) for customer_id, at in rows]


async def by_ids(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """Return customers by id."""
    statement = select(Customer).where(or_(col(Customer.id).in_(ids)))
    return {customer.id: customer for customer in (await session.exec(statement)).all()}
