"""A customer's fields: parsed from typed text, checked, and as flat values that can be compared.

Edits, change histories and merges use a value by its field's name: ``name``, ``phones`` (main
number first), ``email`` … and each attribute by itself, ``attributes.회원 등급``, so that two people
may edit two attributes at once.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from desk.errors import InvalidInputError
from models import CallPermission, Customer, CustomerStatus, CustomerType, RiskLevel
from services.text.addresses import parse_email
from services.text.masking import masked
from services.text.phone_numbers import parse_phone
from services.text.storable import UNSTORABLE
from services.text.visible import is_too_long, is_visible, parse_name, trimmed

MAX_NAME_CHARS = 100
MAX_EMAIL_CHARS = 100
MAX_PHONES = 10
MAX_MEMO_CHARS = 2_000
MAX_ATTRIBUTES = 20
MAX_ATTRIBUTE_NAME_CHARS = 40
MAX_ATTRIBUTE_CHARS = 200
ATTRIBUTE = 'attributes.'
"""The prefix of an attribute's field name."""

Value = str | list[str] | None
Values = Mapping[str, Value]
"""Values by field name, as in JSON. A missing field is ``None``."""


class CustomerFields(BaseModel):
    """Fields of a customer as typed. An unset field stays unchanged, or is empty in a new record."""

    model_config = ConfigDict(frozen=True, extra='forbid')

    name: str = ''
    phones: tuple[str, ...] = Field(default=(), description='the first one and the others')
    email: str | None = None
    customer_type: CustomerType = CustomerType.INDIVIDUAL
    status: CustomerStatus = CustomerStatus.ACTIVE
    risk_level: RiskLevel = RiskLevel.LOW
    call_permission: CallPermission = CallPermission.SERVICE
    attributes: dict[str, str | None] = Field(
        default_factory=dict, description='only those that change; one without a value goes'
    )
    memo: str = ''


class CustomerEdit(CustomerFields):
    """A person's changes to a record, and the ``version`` that they edited."""

    version: int


def values_of(customer: Customer) -> dict[str, Value]:
    """Return a record's values by field."""
    return {
        'name': customer.name,
        'phones': phones_of(customer),
        'email': customer.email,
        'customer_type': customer.customer_type.value,
        'status': customer.status.value,
        'risk_level': customer.risk_level.value,
        'call_permission': customer.call_permission.value,
        'memo': customer.memo,
        **{ATTRIBUTE + name: value for name, value in customer.attributes.items()},
    }


def phones_of(customer: Customer) -> list[str]:
    """Return all numbers of a customer, main number first."""
    return [customer.phone, *customer.other_phones]


def parse_fields(fields: CustomerFields) -> dict[str, Value]:
    """Return typed fields as values to store. Raises ``InvalidInputError`` for invalid ones."""
    given = fields.model_fields_set
    found: dict[str, Value] = {}
    for name in _KINDS:
        if name in given:
            found[name] = getattr(fields, name).value
    if 'name' in given:
        found['name'] = read_name(fields.name)
    if 'phones' in given:
        found['phones'] = read_phones(fields.phones)
    if 'email' in given:
        found['email'] = read_email(fields.email or '')
    if 'memo' in given:
        found['memo'] = read_text(fields.memo, 'customer.memo', MAX_MEMO_CHARS)
    if 'attributes' in given:
        found |= _read_attributes(fields.attributes)
    return found


def put(customer: Customer, changes: Values) -> None:
    """Write values into a record. Raises ``InvalidInputError`` for too many attributes."""
    attributes = dict(customer.attributes)
    for field, value in changes.items():
        if field.startswith(ATTRIBUTE):
            _put_attribute(attributes, field.removeprefix(ATTRIBUTE), value)
        else:
            _put_field(customer, field, value)
    if len(attributes) > max(MAX_ATTRIBUTES, len(customer.attributes)):  # more may stay
        raise InvalidInputError('customer.attributes_many', most=MAX_ATTRIBUTES)
    if attributes != customer.attributes:
        customer.attributes = attributes


def differing(before: Values, after: Values) -> dict[str, Value]:
    """Return the fields of ``after`` whose values differ from ``before``."""
    return {field: value for field, value in after.items() if before.get(field) != value}


def read_name(text: str) -> str:
    """Return a name as it is stored. Raises ``InvalidInputError``."""
    if (name := parse_name(text, most=MAX_NAME_CHARS)) is None:
        raise InvalidInputError('customer.name', most=MAX_NAME_CHARS)
    return name


def read_phones(texts: Iterable[str]) -> list[str]:
    """Return numbers as they are stored, without repeats, in the given order.

    Raises ``InvalidInputError``.
    """
    phones = list(dict.fromkeys(read_phone(text) for text in texts))
    if not phones:
        raise InvalidInputError('customer.phone_missing')
    if len(phones) > MAX_PHONES:
        raise InvalidInputError('customer.phones_many', most=MAX_PHONES)
    return phones


def read_phone(text: str) -> str:
    """Return a number as it is stored, from any spelling (``services.text.phone_numbers``).

    Raises:
        InvalidInputError: the number cannot be dialled.
    """
    if (phone := parse_phone(text)) is None:
        raise InvalidInputError('customer.phone')
    return phone


def read_email(text: str) -> str | None:
    """Return an e-mail address as it is stored; blank is ``None``. Raises ``InvalidInputError``."""
    if not is_visible(text):
        return None
    email = parse_email(text)
    if email is None or len(email) > MAX_EMAIL_CHARS:
        raise InvalidInputError('customer.email', most=MAX_EMAIL_CHARS)
    return email


def read_text(text: str, key: str, most: int) -> str:
    """Return lines of text as they are stored, with resident, card and account numbers masked.

    Raises:
        InvalidInputError: longer than ``most``; its catalogue key is ``key``.
    """
    if is_too_long(text, most):
        raise InvalidInputError(key, most=most)
    lines = unicodedata.normalize('NFC', trimmed(text.replace('\r\n', '\n')))
    if len(lines) > most or UNSTORABLE.search(lines):
        raise InvalidInputError(key, most=most)
    return masked(lines)


def _read_attributes(attributes: Mapping[str, str | None]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for given_name, given in attributes.items():
        if (name := parse_name(given_name, most=MAX_ATTRIBUTE_NAME_CHARS)) is None:
            raise InvalidInputError('customer.attribute_name', most=MAX_ATTRIBUTE_NAME_CHARS)
        value = read_text(given or '', 'customer.attribute', MAX_ATTRIBUTE_CHARS)
        found[ATTRIBUTE + name] = value or None
    return found


def _put_attribute(attributes: dict[str, str], name: str, value: Value) -> None:
    if isinstance(value, str):
        attributes[name] = value
    else:
        attributes.pop(name, None)


def _put_field(customer: Customer, field: str, value: Any) -> None:
    if field == 'status':
        customer.blocked_until = (
            None  # an end belongs to one block (``services.customers.restricting``)
        )
    if field == 'phones':
        customer.phone, customer.other_phones = value[0], list(value[1:])
    else:
        setattr(customer, field, _KINDS[field](value) if field in _KINDS else value)


_KINDS = {
    'customer_type': CustomerType,
    'status': CustomerStatus,
    'risk_level': RiskLevel,
    'call_permission': CallPermission,
}
