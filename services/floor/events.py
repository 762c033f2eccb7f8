"""What supervisors do to contacts, as those whom it concerns hear of it."""

from enum import StrEnum
from uuid import UUID

from typing_extensions import override

from desk.events import Event


class Deed(StrEnum):
    """What a supervisor did to a contact."""

    ASSIGNED = 'assigned'
    """It rings at another agent now."""
    MOVED = 'moved'
    """It waits in another queue now."""
    PRIORITY = 'priority'
    TAKEN_OVER = 'taken_over'
    """A supervisor holds it now."""


def steering_topic(agent_id: UUID) -> str:
    """Name the topic of what supervisors do to one agent's contacts."""
    return f'steering:{agent_id}'


class ContactSteered(Event):
    """A supervisor did something to a contact that an agent held, or that rang at them."""

    agent_id: UUID
    contact_id: UUID
    customer: str
    by: str
    deed: Deed
    reason: str

    @override
    def topics(self) -> tuple[str, ...]:
        return (steering_topic(self.agent_id),)


class Whispered(Event):
    """A supervisor said something to the agent of a chat, which its customer never sees. Told, and not kept."""

    agent_id: UUID
    contact_id: UUID
    customer: str
    by: str
    body: str

    @override
    def topics(self) -> tuple[str, ...]:
        return (steering_topic(self.agent_id),)


NOTICES = 'floor-notices'
"""The topic of notices to queues."""
ALERTS = 'floor-alerts'
"""The topic of limits that were passed."""


class NoticesChanged(Event):
    """A notice was sent, read or withdrawn; those whom it concerns read theirs again."""

    notice_id: UUID
    agent_ids: tuple[UUID, ...] = ()
    """To whom it goes, when it is new or withdrawn."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (NOTICES,)


class AlertsChanged(Event):
    """A limit was passed, an alert was taken, or is over."""

    is_new: bool = False

    @override
    def topics(self) -> tuple[str, ...]:
        return (ALERTS,)
