"""A call-back as people and programs read it, and the event about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from desk import clock
from desk.events import Event
from models import Agent, Callback, CallbackStatus
from services.contacts.access import topics_within
from services.text.phone_numbers import masked_phone


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackView:
    """A customer who is to be called in a slot. The number is masked: whoever calls learns it from the call."""

    id: UUID
    version: int
    customer_id: UUID | None
    name: str
    phone: str
    body: str
    department: str
    owner_id: UUID | None
    owner: str
    is_asked_by_customer: bool
    slot_from: datetime
    slot_to: datetime
    status: CallbackStatus
    attempts: int
    made_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether they are still to be called."""
        return self.status is CallbackStatus.OPEN

    @property
    def is_due(self) -> bool:
        """Whether it is their slot now."""
        return self.is_open and self.slot_from <= clock.now() <= self.slot_to

    @property
    def is_late(self) -> bool:
        """Whether their slot has passed without a call that reached them."""
        return self.is_open and clock.now() > self.slot_to

    @classmethod
    def of(cls, row: Callback, owner: Agent | None) -> 'CallbackView':
        """Return a row with its owner's name."""
        return cls(
            id=row.id,
            version=row.version,
            customer_id=row.customer_id,
            name=row.name,
            phone=masked_phone(row.phone),
            body=row.body,
            department=row.department,
            owner_id=row.owner_id,
            owner=owner.name if owner else '',
            is_asked_by_customer=row.made_by_id is None,
            slot_from=row.slot_from,
            slot_to=row.slot_to,
            status=row.status,
            attempts=row.attempts,
            made_at=row.created_at,
            closed_at=row.closed_at,
        )


def callbacks_topic(department: str) -> str:
    """Name the topic of a department's call-backs."""
    return f'callbacks:{department}'


EVERY_CALLBACK = 'callbacks'
"""The topic of all call-backs, for those who look beyond departments."""


def topics_for(agent: Agent) -> tuple[str, ...]:
    """Name the topics of what stands in an agent's list."""
    return topics_within(agent, EVERY_CALLBACK, callbacks_topic)


class CallbackChanged(Event):
    """A call-back was promised, tried or closed: whoever shows it reads it again."""

    callback_id: UUID
    department: str

    @override
    def topics(self) -> tuple[str, ...]:
        return callbacks_topic(self.department), EVERY_CALLBACK
