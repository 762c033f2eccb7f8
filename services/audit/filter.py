"""The filter for the audit log."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models import AuditAction


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """The conditions for entries; unset ones match all."""

    since: date | None = None
    """The first day, in Seoul."""
    until: date | None = None
    """The last day, in Seoul, inclusive."""
    agent_id: UUID | None = None
    action: AuditAction | None = None
    subject_id: UUID | None = None
