"""What happens to customers, as it travels to open cards and to what is remembered of telephone numbers.

Events carry no personal value: they pass through Redis, and whoever shows a customer reads the record again.
"""

from enum import StrEnum
from uuid import UUID

from typing_extensions import override

from desk.events import Event


def customer_topic(customer_id: UUID) -> str:
    """Name the topic of everything about one customer."""
    return f'customer:{customer_id}'


EVERY_CUSTOMER = 'every-customer'
"""The topic of all changes of customers, for lists that name many of them."""

PHONES = 'customer-phones'
"""The topic of all changes after which a telephone number may lead to others."""


class CustomerPart(StrEnum):
    """What of a customer is another now."""

    RECORD = 'record'
    NOTES = 'notes'
    CONTACTS = 'contacts'
    MERGED = 'merged'
    """It became part of ``CustomerChanged.other_id``, and is to be looked for there."""
    PARTED = 'parted'
    """A merge with ``CustomerChanged.other_id`` was undone."""
    ERASED = 'erased'


class CustomerChanged(Event):
    """A customer is no longer as they were."""

    customer_id: UUID
    part: CustomerPart = CustomerPart.RECORD
    version: int = 0
    other_id: UUID | None = None
    phone_keys: tuple[str, ...] = ()
    """What to forget of telephone look-ups (``PhoneLookup.key``)."""

    @override
    def topics(self) -> tuple[str, ...]:
        topics = (customer_topic(self.customer_id), EVERY_CUSTOMER)
        return (*topics, PHONES) if self.phone_keys else topics


class PhonesForgotten(Event):
    """So many customers came in at once that every telephone number is to be looked up anew."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (PHONES,)
