"""What a process finds wrong at one look: the kind, the subject, how grave it is, and the figures of the sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models import AlertKind

Figures = Mapping[str, str | int]
"""The values of an alert's sentence. No personal data: counts, seconds, ids, names of queues and hosts."""

AWAY = 'away'
SLOW = 'slow'
DENIED = 'denied'


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One thing that is wrong now."""

    kind: AlertKind
    subject: str
    """With what: the same for as long as the same thing is wrong."""
    level: int = 1
    """A higher level of an open alert is told again."""
    figures: Figures = field(default_factory=dict)
    since: datetime | None = None
    """When it began, where that is known."""
    is_sure: bool = True
    """False where it cannot be said whether it is wrong: that raises no alert, and ends none."""
