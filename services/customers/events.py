"""Events about customers, for open customer cards and for cached phone look-ups.

Events contain no personal data: they pass through Redis, and readers load the record from the
database.
"""

from enum import StrEnum
from uuid import UUID

from typing_extensions import override

from desk.events import Event


def customer_topic(customer_id: UUID) -> str:
    """Return the topic of one customer."""
    return f'customer:{customer_id}'


EVERY_CUSTOMER = 'every-customer'
"""The topic of all changes of customers, for lists with many of them."""

PHONES = 'customer-phones'
"""The topic of changes after which a phone number may belong to other customers."""


class CustomerPart(StrEnum):
    """The changed part of a customer: the record, notes, files, contacts, or its existence."""

    RECORD = 'record'
    NOTES = 'notes'
    FILES = 'files'
    CONTACTS = 'contacts'
    MERGED = 'merged'
    """The record was merged into ``CustomerChanged.other_id``."""
    PARTED = 'parted'
    """The merge with ``CustomerChanged.other_id`` was undone."""
    ERASED = 'erased'


class CustomerChanged(Event):
    """A customer changed."""

    customer_id: UUID
    part: CustomerPart = CustomerPart.RECORD
    version: int = 0
    other_id: UUID | None = None
    phone_keys: tuple[str, ...] = ()
    """The cache keys of phone look-ups to drop (``PhoneLookup.key``)."""

    @override
    def topics(self) -> tuple[str, ...]:
        topics = (customer_topic(self.customer_id), EVERY_CUSTOMER)
        return (*topics, PHONES) if self.phone_keys else topics


class PhonesForgotten(Event):
    """A large import changed phone numbers: all cached phone look-ups are dropped."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (PHONES,)
