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
    chat_id: UUID | None
    """The chat in which the customer asked for it."""
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
            chat_id=row.chat_id,
            slot_from=row.slot_from,
            slot_to=row.slot_to,
            status=row.status,
            attempts=row.attempts,
            made_at=row.created_at,
            closed_at=row.closed_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCallback:
    """The call-back of a customer's chat, as that customer sees it."""

    slot_from: datetime
    slot_to: datetime
    phone: str
    """Masked: several people may use one browser."""
    status: CallbackStatus

    @classmethod
    def of(cls, row: Callback) -> 'AskedCallback':
        """Return a row as its customer may see it."""
        return cls(
            slot_from=row.slot_from,
            slot_to=row.slot_to,
            phone=masked_phone(row.phone),
            status=row.status,
        )


def callbacks_topic(department: str) -> str:
    """Name the topic of a department's call-backs."""
    return f'callbacks:{department}'


EVERY_CALLBACK = 'callbacks'
"""The topic of all call-backs, for those who look beyond departments."""


def topics_for(agent: Agent) -> tuple[str, ...]:
    """Name the topics of what stands in an agent's list."""
    return topics_within(agent, EVERY_CALLBACK, callbacks_topic)


def due_topic(agent_id: UUID) -> str:
    """Name the topic of the call-backs whose slots begin for an agent."""
    return f'callbacks-due:{agent_id}'


def asked_topic(chat_id: UUID) -> str:
    """Name the topic of the call-back that a customer asked for in a chat."""
    return f'callback-asked:{chat_id}'


class CallbackChanged(Event):
    """A call-back was promised, tried or closed: whoever shows it reads it again."""

    callback_id: UUID
    department: str
    chat_id: UUID | None = None

    @override
    def topics(self) -> tuple[str, ...]:
        asked = (asked_topic(self.chat_id),) if self.chat_id else ()
        return callbacks_topic(self.department), EVERY_CALLBACK, *asked


class CallbackDue(Event):
    """The slot of a call-back has begun. Its owner is told, or those who could call now when it has none at work."""

    callback_id: UUID
    department: str
    owner_id: UUID | None
    """Empty when nobody owns it, or the owner is not at work."""
    agent_ids: tuple[UUID, ...]
    name: str
    body: str
    slot_from: datetime
    slot_to: datetime

    @override
    def topics(self) -> tuple[str, ...]:
        return tuple(due_topic(agent_id) for agent_id in self.agent_ids)
