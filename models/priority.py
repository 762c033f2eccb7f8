"""How urgent a contact is."""

from datetime import datetime, timedelta
from enum import StrEnum


class Priority(StrEnum):
    """The priority of a contact in its queue."""

    LOW = 'low'
    MEDIUM = 'medium'
    HIGH = 'high'
    URGENT = 'urgent'


HEAD_STARTS = {
    Priority.URGENT: timedelta(minutes=10),
    Priority.HIGH: timedelta(minutes=5),
    Priority.MEDIUM: timedelta(0),
    Priority.LOW: timedelta(minutes=-5),
}
"""Added to a contact's waiting time. A long wait passes any priority, so no contact starves."""


def rank_at(start_time: datetime, priority: Priority) -> datetime:
    """Return a contact's rank in its queue: the earliest is served first."""
    return start_time - HEAD_STARTS[priority]
