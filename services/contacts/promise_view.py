"""Promises as people and programs read them, and their events."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from typing_extensions import override

from desk import clock
from desk.events import Event
from models import Agent, Call, ChatSession, Customer, Promise, PromiseStatus, Queue
from services.contacts.access import topics_within

GRACE = timedelta(minutes=10)
"""A promise kept this little late counts as kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView:
    """A task for a customer with a due time. ``owner_id`` is empty while it belongs to the queue."""

    id: UUID
    version: int
    contact_id: UUID
    customer: str
    """Whom it was promised to, as the chat has the name, or the record behind the call."""
    department: str
    """The department whose agents may take it while it has no owner."""
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
        """Whether the promise is not closed."""
        return self.status is PromiseStatus.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether the promise is past its due time and not closed."""
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
    """Return the topic of promises that an agent owns, or owned until now."""
    return f'promises:{agent_id}'


def unowned_topic(department: str) -> str:
    """Return the topic of a department's promises without an owner, or without one until now."""
    return f'unowned-promises:{department}'


EVERY_UNOWNED = 'unowned-promises'
"""The topic of all promises without an owner, for readers of all departments."""


def promised_topic(contact_id: UUID) -> str:
    """Return the topic of promises made in one contact."""
    return f'promised:{contact_id}'


def topics_for(agent: Agent) -> tuple[str, ...]:
    """Return the topics of the promises in an agent's list."""
    return owned_topic(agent.id), *topics_within(agent, EVERY_UNOWNED, unowned_topic)


class PromiseChanged(Event):
    """A promise was made, handed over or closed; views of it read it again."""

    promise_id: UUID
    contact_id: UUID
    department: str
    owner_id: UUID | None
    former_id: UUID | None = None
    """The owner until now."""

    @override
    def topics(self) -> tuple[str, ...]:
        owners = {self.owner_id, self.former_id} - {None}
        topics = [owned_topic(one) for one in owners if one]
        return (
            *topics, unowned_topic(self.department), EVERY_UNOWNED, promised_topic(self.contact_id)
        )  # fmt: skip


class PromiseDue(Event):
    """A promise is due. Its owner is told, or its department when it has no owner."""

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
