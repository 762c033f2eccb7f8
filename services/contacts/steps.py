"""The facts about contacts: each step is a row, written in the transaction that makes it true."""

from datetime import datetime
from uuid import UUID

from desk import clock
from models import Call, Channel, ChatSession, ContactStep, StepKind
from services.work.unit_of_work import UnitOfWork

Contact = ChatSession | Call


def channel_of(contact: Contact) -> Channel:
    """Return how the customer is in contact."""
    return Channel.CHAT if isinstance(contact, ChatSession) else Channel.CALL


def record_step(  # noqa: PLR0913 - a step says who, whom, why and when
    work: UnitOfWork,
    contact: Contact,
    kind: StepKind,
    *,
    agent_id: UUID | None = None,
    by_id: UUID | None = None,
    reason: str = '',
    at: datetime | None = None,
) -> None:
    """Write down that this happened to the contact.

    Args:
        work: the unit of work that makes it true.
        contact: as it is after the step.
        kind: what happened.
        agent_id: the agent whom it concerns.
        by_id: who did it; none for the customer and for the desk itself.
        reason: why, as a code or in the words of who did it; no personal data.
        at: when, if not now.
    """
    step = ContactStep(
        contact_id=contact.id,
        channel=channel_of(contact),
        kind=kind,
        at=at or clock.now(),
        queue_id=contact.queue_id,
        agent_id=agent_id,
        by_id=by_id,
        came_at=contact.start_time,
        rang_at=contact.offered_at if isinstance(contact, ChatSession) else None,
        reason=reason,
    )
    work.session.add(step)
