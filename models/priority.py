"""How urgent a contact is."""

from datetime import datetime, timedelta
from enum import StrEnum


class Priority(StrEnum):
    """How soon a chat should be taken."""

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
"""So much longer a contact counts as having waited. Whoever waits long enough comes before any priority: nobody starves."""


def rank_at(start_time: datetime, priority: Priority) -> datetime:
    """Return a contact's place in its queue: the earlier, the sooner it is served."""
    return start_time - HEAD_STARTS[priority]
