"""Wrap-ups (후처리) as the history, timelines and programs show them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models import WrapUp, WrapUpEnding


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpView:
    """The text and category of a 후처리, and how long it took."""

    contact_id: UUID
    agent_id: UUID
    version: int
    category_id: UUID | None
    category: str
    """The path of the 상담 분류; empty for none."""
    category_en: str
    summary: str
    needs_follow_up: bool
    is_required: bool
    begun_at: datetime
    limit_at: datetime | None
    left_at: datetime | None
    """Since when its agent works here no more, and any other of the queue may take it."""
    done_at: datetime | None
    ending: WrapUpEnding | None

    @property
    def length(self) -> timedelta | None:
        """How long it took; ``None`` while it is open."""
        return self.done_at - self.begun_at if self.done_at else None

    @classmethod
    def of(cls, row: WrapUp, names: tuple[str, str]) -> 'WrapUpView':
        """Build the view of a row; ``names`` are its category path in Korean and English."""
        return cls(
            contact_id=row.contact_id,
            agent_id=row.agent_id,
            version=row.version,
            category_id=row.category_id,
            category=names[0],
            category_en=names[1],
            summary=row.summary,
            needs_follow_up=row.needs_follow_up,
            is_required=row.is_required,
            begun_at=row.created_at,
            limit_at=row.limit_at,
            left_at=row.left_at,
            done_at=row.done_at,
            ending=row.ending,
        )
