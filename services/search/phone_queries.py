"""Conditions that find customers by phone number through the indexes.

A customer's number with an extension is also found by the number alone, because a call shows no
extension.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, collate, func, or_
from sqlmodel import col

from models import Customer
from models.base import Texts
from services.text.phone_numbers import EXTENSION

AFTER_EXTENSION = chr(ord(EXTENSION) + 1)


def has_first(number: Any, extended: Any, after: Any) -> ColumnElement[bool]:
    """Whether it is a customer's main number, or one plus extension in ``extended`` to ``after``."""
    ordered = collate(col(Customer.phone), 'C')
    return or_(col(Customer.phone) == number, and_(ordered >= extended, ordered < after))


def is_further(numbers: Collection[str]) -> ColumnElement[bool]:
    """Whether one of them is among a customer's other numbers, as given or with an extension."""
    return has_further(cast(list(numbers), ARRAY(Text)))


def has_further(wanted: Any) -> ColumnElement[bool]:
    """Whether one of an array of numbers is among a customer's other ones."""
    others = col(Customer.other_phones)
    lines = func.phone_lines(others, type_=ARRAY(Text))
    return and_(others != cast([], Texts), lines.op('&&', is_comparison=True)(wanted))
