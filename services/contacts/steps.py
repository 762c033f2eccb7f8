"""Facts about contacts: each step is a row, written in the transaction that it records."""

from datetime import datetime
from uuid import UUID

from desk import clock
from models import Call, Channel, ChatSession, ContactStep, StepKind
from services.work.unit_of_work import UnitOfWork

Contact = ChatSession | Call


def channel_of(contact: Contact) -> Channel:
    """Return the channel of a contact."""
    return Channel.CHAT if isinstance(contact, ChatSession) else Channel.CALL


def record_step(  # noqa: PLR0913 - a step has many attributes
    work: UnitOfWork,
    contact: Contact,
    kind: StepKind,
    *,
    agent_id: UUID | None = None,
    by_id: UUID | None = None,
    reason: str = '',
    score: int | None = None,
    at: datetime | None = None,
) -> None:
    """Record a step of a contact.

    Args:
        work: the current unit of work.
        contact: the contact, in its state after the step.
        kind: the kind of step.
        agent_id: the agent concerned.
        by_id: the person who acted; none for the customer and for the desk itself.
        reason: a code, or that person's words; no personal data.
        score: a rating's.
        at: the time, if not now.
    """
    step = ContactStep(
        contact_id=contact.id,
        channel=channel_of(contact),
        kind=kind,
        at=at or clock.now(),
        queue_id=contact.queue_id,
        agent_id=agent_id,
        by_id=by_id,
        came_at=_came_at(contact),
        rang_at=contact.offered_at if isinstance(contact, ChatSession) else None,
        reason=reason,
        score=score,
    )
    work.append(step)


def _came_at(contact: Contact) -> datetime:
    return contact.waits_since if isinstance(contact, ChatSession) else contact.start_time
