"""Events about supervisors' actions, for the agents concerned."""

from enum import StrEnum
from uuid import UUID

from typing_extensions import override

from desk.events import Event


class Deed(StrEnum):
    """A supervisor's action on a contact."""

    ASSIGNED = 'assigned'
    """It is offered to another agent now."""
    MOVED = 'moved'
    """It waits in another queue now."""
    PRIORITY = 'priority'
    TAKEN_OVER = 'taken_over'
    """A supervisor has it now."""


def steering_topic(agent_id: UUID) -> str:
    """Return the topic of supervisors' actions on one agent's contacts."""
    return f'steering:{agent_id}'


class ContactSteered(Event):
    """A supervisor acted on a contact that an agent had or was offered."""

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
    """A supervisor's message to the agent of a chat, which its customer never sees and nothing stores."""

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
"""The topic of alerts for exceeded limits."""


class NoticesChanged(Event):
    """A notice was sent, read or withdrawn; the people concerned read theirs again."""

    notice_id: UUID
    agent_ids: tuple[UUID, ...] = ()
    """The recipients, when it is new or withdrawn."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (NOTICES,)


class AlertsChanged(Event):
    """An alert was raised, taken, or has ended."""

    is_new: bool = False

    @override
    def topics(self) -> tuple[str, ...]:
        return (ALERTS,)
