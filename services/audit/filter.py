"""Which entries of the audit log are looked for."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models import AuditAction


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are looked for; nothing set means all."""

    since: date | None = None
    """The first day, in Seoul."""
    until: date | None = None
    """The last day, in Seoul, itself included."""
    agent_id: UUID | None = None
    action: AuditAction | None = None
    subject_id: UUID | None = None
