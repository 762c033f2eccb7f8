"""The ways in which a typed text may match a customer: each has a kind of match and its values.

The conditions of a kind are built and compiled once, with parameters for the values
(``services.search.customer_queries``): building them for every search took most of its processor time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, collate, func, or_
from sqlmodel import col

from models import Customer
from services.search.phone_queries import AFTER_EXTENSION, has_first, has_further
from services.text.phone_numbers import EXTENSION, without_extension
from services.text.terms import MIN_ENDING_DIGITS, SearchTerms, Unfinished, has_grams, whole_numbers

SHOWN_DIGITS = MIN_ENDING_DIGITS
"""The number of last digits that every mask shows (``services.customers.personal_data``)."""
_LAST_LETTER = '\U0010ffff'

Condition = ColumnElement[bool]


class Rank(IntEnum):
    """How well a customer matches; smaller is better."""

    EXACT = 0
    PREFIX = 1
    INSIDE = 2


class Matched(StrEnum):
    """The matching part of the record."""

    NAME = 'name'
    INITIALS = 'initials'
    EMAIL = 'email'
    PHONE = 'phone'
    NUMBER = 'number'


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of match; its conditions take the values in the order of ``Way.values``."""

    indexed: Callable[..., Condition]
    """The condition for an index."""
    plain: Callable[..., Condition]
    """The condition for a single row, which is the first argument."""
    is_everywhere: bool = False
    """Whether nearly everybody may match, as with ``example.com``, so that even the index is slow."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to match."""

    rank: Rank
    matched: Matched
    kind: Kind
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OpenKind:
    """A kind of match among customers whose data the agent sees unmasked: few, so it needs no index."""

    fits: Callable[..., Condition]


@dataclass(frozen=True, slots=True)
class OpenWay:
    """One way to match a customer whose data the agent sees unmasked."""

    rank: Rank
    matched: Matched
    kind: OpenKind
    values: tuple[object, ...]


def ways(terms: SearchTerms) -> list[Way]:
    """Return every way in which any agent may find a customer, best rank first."""
    found = [way for name in terms.names for way in _by_name(name)]
    found += map(_by_unfinished, terms.unfinished)
    if terms.initials:
        found += _by_initials(terms)
    if terms.email:
        found += _by_email(terms.email)
    if terms.phone:
        found += _by_phone(terms.phone)
    if terms.number is not None:
        found.append(Way(Rank.EXACT, Matched.NUMBER, _NUMBER, (terms.number,)))
    return sorted(found, key=lambda way: way.rank)


def open_ways(terms: SearchTerms) -> list[OpenWay]:
    """Return the further ways to find customers whose data the agent sees unmasked: by any part."""
    found = []
    if terms.email:
        found += [
            OpenWay(Rank.PREFIX, Matched.EMAIL, _OPEN_EMAIL_BEGINS, (terms.email,)),
            OpenWay(Rank.INSIDE, Matched.EMAIL, _OPEN_EMAIL_HAS, (terms.email,)),
        ]
    if terms.phone:
        found += [
            OpenWay(Rank.PREFIX, Matched.PHONE, _OPEN_PHONE_BEGINS, (terms.phone,)),
            OpenWay(Rank.INSIDE, Matched.PHONE, _OPEN_PHONE_HAS, (terms.phone,)),
        ]
        if len(terms.phone) >= MIN_ENDING_DIGITS:
            ending = (terms.phone, len(terms.phone))
            found += [
                OpenWay(Rank.PREFIX, Matched.PHONE, _OPEN_PHONE_ENDS, ending),
                OpenWay(Rank.INSIDE, Matched.PHONE, _OPEN_OTHER_HAS, (terms.phone,)),
            ]
    return found


def _by_name(key: str) -> list[Way]:
    found = [
        Way(Rank.EXACT, Matched.NAME, _NAME, (key,)),
        Way(Rank.PREFIX, Matched.NAME, _NAME_BEGINS, (key, key + _LAST_LETTER)),
    ]
    if has_grams(key):
        found.append(Way(Rank.INSIDE, Matched.NAME, _NAME_HAS, (key,)))
    return found


def _by_unfinished(name: Unfinished) -> Way:
    """Match names that a half-typed last syllable may become; the text as typed has its own way."""
    if not name.begun:
        values: tuple[object, ...] = (f'^{name.pattern}', name.first, name.last + _LAST_LETTER)
        return Way(Rank.INSIDE, Matched.NAME, _NAME_IN_RANGE, values)
    if has_grams(name.begun):
        values = (name.pattern, name.endings, name.begun)
        return Way(Rank.INSIDE, Matched.NAME, _NAME_BECOMES_AFTER, values)
    return Way(Rank.INSIDE, Matched.NAME, _NAME_BECOMES, (name.pattern, name.endings))


def _by_initials(terms: SearchTerms) -> list[Way]:
    """Match initials by their index, and syllables among them by a pattern."""
    initials, pattern = terms.initials, terms.pattern
    begins = (f'^{pattern}', initials, initials + _LAST_LETTER)
    found = [
        Way(Rank.EXACT, Matched.INITIALS, _INITIALS, (f'^{pattern}$', initials)),
        Way(Rank.PREFIX, Matched.INITIALS, _INITIALS_BEGIN, begins),
    ]
    if has_grams(initials):
        found.append(Way(Rank.INSIDE, Matched.INITIALS, _INITIALS_INSIDE, (pattern, initials)))
    return found


def _by_email(key: str) -> list[Way]:
    found = [Way(Rank.EXACT, Matched.EMAIL, _EMAIL, (key,))]
    if has_grams(key):
        found.append(Way(Rank.INSIDE, Matched.EMAIL, _EMAIL_DOMAIN, (key,)))
    return found


def _by_phone(digits: str) -> list[Way]:
    found = [
        way
        for number in whole_numbers(digits)
        for way in (
            Way(
                Rank.EXACT,
                Matched.PHONE,
                _PHONE_FIRST,
                (number, number + EXTENSION, number + AFTER_EXTENSION),
            ),
            Way(Rank.EXACT, Matched.PHONE, _PHONE_FURTHER, ([number],)),
        )
    ]
    if EXTENSION in digits:  # the record may lack the extension
        found.append(Way(Rank.PREFIX, Matched.PHONE, _PHONE_LINE, (without_extension(digits),)))
    if len(digits) == SHOWN_DIGITS:  # people say the end of a number
        backwards = digits[::-1]
        ends = (digits, backwards, backwards + _LAST_LETTER)
        found.append(Way(Rank.PREFIX, Matched.PHONE, _PHONE_ENDS, ends))
    if len(digits) == SHOWN_DIGITS and not digits.startswith('0'):  # 0 is a beginning
        found.append(Way(Rank.INSIDE, Matched.PHONE, _OTHER_PHONE_ENDS, (digits, f'{digits} ')))
    return found


# ---- conditions on ``row``, the table itself or a subquery


def _name(row: Any) -> Any:
    return func.name_key(row.name)


def _email(row: Any) -> Any:
    return func.lower(row.email)


def _of_table(column: str) -> Any:
    return col(getattr(Customer, column))


def _ordered(value: Any) -> Any:
    return collate(value, 'C')


def _between(value: Any, first: Any, after: Any) -> Condition:
    return and_(_ordered(value) >= first, _ordered(value) < after)


def _fits(row: Any, pattern: Any, *_: object) -> Condition:
    found: Condition = _name(row).regexp_match(pattern)
    return found


def _grams(grams: Any, *, any_of: bool = False) -> Condition:
    """Match rows that have all of these grams, or any of them."""
    indexed = func.customer_grams(
        *map(_of_table, ('name', 'email', 'phone', 'other_phones')),
    )
    return indexed.op('&&' if any_of else '@>', is_comparison=True)(grams)


def _domain_grams(grams: Any) -> Condition:
    """Match rows whose address has all of these grams after the @."""
    has: Condition = func.domain_grams(_of_table('email')).op('@>', is_comparison=True)(grams)
    return has


def _initials() -> Any:
    return func.name_initials(_of_table('name'))


def _has_domain(row: Any, key: Any) -> Condition:
    """Whether a key is in the visible part of a masked address: the @ and the text after it."""
    return func.strpos(func.substring(_email(row), '@[^@]*$'), key) > 0


def _has_first(row: Any, digits: Any, *_: object) -> Condition:
    whole: Condition = func.split_part(row.phone, EXTENSION, 1) == digits
    return or_(row.phone == digits, whole)


def _has_further(row: Any, digits: Any) -> Condition:
    lines = func.phone_lines(row.other_phones, type_=ARRAY(Text))
    found: Condition = lines.op('&&', is_comparison=True)(cast(digits, ARRAY(Text)))
    return found


def _has_end(row: Any, end: Any, *_: object) -> Condition:
    """Whether digits are the visible end of a masked number; a mask shows nothing of a shorter one."""
    return and_(func.right(row.phone, SHOWN_DIGITS) == end, func.length(row.phone) > SHOWN_DIGITS)


def _has_other_end(row: Any, _end: Any, spaced: Any) -> Condition:
    numbers = func.concat(func.array_to_string(row.other_phones, ' '), ' ')
    return func.strpos(numbers, spaced) > 0


_NAME = Kind(
    lambda key: _ordered(_name(Customer)) == key,
    lambda row, key: _name(row) == key,
)
_NAME_BEGINS = Kind(
    lambda key, after: _between(_name(Customer), key, after),
    lambda row, key, _after: func.starts_with(_name(row), key),
)
_NAME_HAS = Kind(
    lambda key: and_(_grams(func.text_grams(key)), func.strpos(_name(Customer), key) > 0),
    lambda row, key: func.strpos(_name(row), key) > 0,
)
_NAME_IN_RANGE = Kind(
    lambda _pattern, first, after: _between(_name(Customer), first, after),
    _fits,
)
_NAME_BECOMES = Kind(
    lambda pattern, endings: and_(
        _grams(func.text_grams(endings), any_of=True), _fits(Customer, pattern)
    ),
    _fits,
)
_NAME_BECOMES_AFTER = Kind(
    lambda pattern, endings, begun: and_(
        _grams(func.text_grams(endings), any_of=True),
        _grams(func.text_grams(begun)),
        _fits(Customer, pattern),
    ),
    _fits,
)
_INITIALS = Kind(
    lambda pattern, initials: and_(_ordered(_initials()) == initials, _fits(Customer, pattern)),
    _fits,
)
_INITIALS_BEGIN = Kind(
    lambda pattern, first, after: and_(
        _between(_initials(), first, after), _fits(Customer, pattern)
    ),
    _fits,
)
_INITIALS_INSIDE = Kind(
    lambda pattern, initials: and_(_grams(func.text_grams(initials)), _fits(Customer, pattern)),
    _fits,
)
_EMAIL = Kind(
    lambda key: _ordered(_email(Customer)) == key,
    lambda row, key: _email(row) == key,
)
_EMAIL_DOMAIN = Kind(
    lambda key: and_(_domain_grams(func.email_grams(key)), _has_domain(Customer, key)),
    _has_domain,
    is_everywhere=True,
)
_PHONE_FIRST = Kind(has_first, _has_first)
_PHONE_FURTHER = Kind(lambda numbers: has_further(cast(numbers, ARRAY(Text))), _has_further)
_PHONE_LINE = Kind(
    lambda line: _of_table('phone') == line,
    lambda row, line: row.phone == line,
)
_PHONE_ENDS = Kind(
    lambda end, first, after: and_(
        _between(func.reverse(_of_table('phone')), first, after), _has_end(Customer, end)
    ),
    _has_end,
)
_OTHER_PHONE_ENDS = Kind(
    lambda end, spaced: and_(_grams(func.phone_grams(end)), _has_other_end(Customer, end, spaced)),
    _has_other_end,
)
_NUMBER = Kind(
    lambda number: _of_table('number') == number,
    lambda row, number: row.number == number,
)
_OPEN_EMAIL_BEGINS = OpenKind(lambda key: func.starts_with(_email(Customer), key))
_OPEN_EMAIL_HAS = OpenKind(lambda key: func.strpos(_email(Customer), key) > 0)
_OPEN_PHONE_BEGINS = OpenKind(lambda key: func.starts_with(_of_table('phone'), key))
_OPEN_PHONE_HAS = OpenKind(lambda key: func.strpos(_of_table('phone'), key) > 0)
_OPEN_PHONE_ENDS = OpenKind(lambda key, length: func.right(_of_table('phone'), length) == key)
_OPEN_OTHER_HAS = OpenKind(
    lambda key: func.strpos(func.array_to_string(_of_table('other_phones'), ' '), key) > 0
)
