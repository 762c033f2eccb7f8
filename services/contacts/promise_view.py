"""A promise as people and programs read it, and the events about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from typing_extensions import override

from desk import clock
from desk.events import Event
from models import Agent, Call, ChatSession, Customer, Promise, PromiseStatus, Queue

GRACE = timedelta(minutes=10)
"""Kept so little late is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView:
    """Something to do for a customer by a time. ``owner_id`` is empty while it is the queue's."""

    id: UUID
    version: int
    contact_id: UUID
    customer: str
    """Whom it was promised to, as the chat has the name, or the record behind the call."""
    department: str
    """Whose agents may take it while nobody owns it."""
    owner_id: UUID | None
    owner: str
    made_by_id: UUID
    body: str
    due_at: datetime
    status: PromiseStatus
    made_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be kept."""
        return self.status is PromiseStatus.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether its time has passed and it is not closed."""
        return self.is_open and clock.now() > self.due_at

    @classmethod
    def of(
        cls,
        row: Promise,
        chat: ChatSession | None,
        queue: Queue | None,
        owner: Agent | None,
        call: Call | None = None,
        customer: Customer | None = None,
    ) -> 'PromiseView':
        """Return a row with the names of those whom it concerns."""
        contact = chat or call
        return cls(
            id=row.id,
            version=row.version,
            contact_id=row.contact_id,
            customer=chat.visitor_name if chat else customer.name if customer else '',
            department=queue.department if queue else contact.department if contact else '',
            owner_id=row.owner_id,
            owner=owner.name if owner else '',
            made_by_id=row.made_by_id,
            body=row.body,
            due_at=row.due_at,
            status=row.status,
            made_at=row.created_at,
            closed_at=row.closed_at,
        )


def owned_topic(agent_id: UUID) -> str:
    """Name the topic of the promises that an agent owns, or did until now."""
    return f'promises:{agent_id}'


def unowned_topic(department: str) -> str:
    """Name the topic of the promises of a department that nobody owns, or did until now."""
    return f'unowned-promises:{department}'


EVERY_UNOWNED = 'unowned-promises'
"""The topic of all promises without an owner, for those who look beyond departments."""


def promised_topic(contact_id: UUID) -> str:
    """Name the topic of what was promised in one contact."""
    return f'promised:{contact_id}'


def topics_for(agent: Agent) -> tuple[str, ...]:
    """Name the topics of what stands in an agent's list of promises."""
    unowned = EVERY_UNOWNED if agent.sees_everything else unowned_topic(agent.department)
    return owned_topic(agent.id), unowned


class PromiseChanged(Event):
    """A promise was made, handed over or closed: whoever shows it reads it again."""

    promise_id: UUID
    contact_id: UUID
    department: str
    owner_id: UUID | None
    former_id: UUID | None = None
    """Who owned it until now."""

    @override
    def topics(self) -> tuple[str, ...]:
        owners = {self.owner_id, self.former_id} - {None}
        topics = [owned_topic(one) for one in owners if one]
        return (
            *topics, unowned_topic(self.department), EVERY_UNOWNED, promised_topic(self.contact_id)
        )  # fmt: skip


class PromiseDue(Event):
    """The time of a promise has come: whoever is to keep it is told. Without an owner its department is."""

    promise_id: UUID
    contact_id: UUID
    department: str
    owner_id: UUID | None
    customer: str
    body: str
    due_at: datetime

    @override
    def topics(self) -> tuple[str, ...]:
        if self.owner_id is not None:
            return (owned_topic(self.owner_id),)
        return unowned_topic(self.department), EVERY_UNOWNED
