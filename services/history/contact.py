"""A contact as the history shows it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models import Agent, Customer, Priority
from services.chats.events import Rating
from services.chats.labels import LabelView
from services.contacts.wrap_up_view import WrapUpView
from services.history.filter import Channel, ContactState
from services.sentiment.events import Mood
from services.text import highlight
from services.work.cursors import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """A chat's newest matching message (or note): an excerpt on one line, and the offsets of the words."""

    number: int
    """Of the message, or of that under which the note stands."""
    excerpt: str
    spans: tuple[highlight.Span, ...]
    is_note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One chat or call, as lists show it."""

    channel: Channel
    id: UUID
    state: ContactState
    priority: Priority
    department: str
    agent_id: UUID | None
    agent_name: str
    customer: Customer | None
    typed_name: str
    """The name that an unknown visitor typed in a chat; empty for a call."""
    phone: str
    """The typed or called number, digits only: personal data."""
    start_time: datetime
    answered_at: datetime | None
    end_time: datetime | None
    ending: str | None
    """``ChatEnding`` or ``CallEnding``."""
    direction: str | None
    """A call's ``CallDirection``."""
    last_line: str
    last_number: int
    wrap_up: WrapUpView | None = None
    mood: Mood | None = None
    """The customer's sentiment; ``None`` for a call, or before the first message was analysed."""
    rating: Rating | None = None
    """The customer's rating of a chat (만족도); ``None`` for a call, and where nobody rated."""
    labels: tuple[LabelView, ...] = ()
    """The labels of a chat (라벨), those out of use too."""
    found: FoundLine | None = None
    notes: tuple[str, ...] = ()
    """The private notes of a chat, each after its writer's name; read for supervisors' exports alone."""

    @property
    def place(self) -> Position:
        """The place where the page after this contact begins."""
        return self.start_time, self.id

    @property
    def name(self) -> str:
        """The customer's name, as far as it is known; empty for an unknown caller."""
        return self.customer.name if self.customer else self.typed_name

    @property
    def number(self) -> str:
        """The customer's number on record, else the typed or called one. Personal data."""
        return self.customer.phone if self.customer else self.phone

    def shows_number(self, agent: Agent, whole: Collection[UUID]) -> bool:
        """Whether an agent sees that number: of customers in ``whole`` (``PersonalData.sees_whole``), own contacts."""
        if self.customer is not None:
            return self.customer.id in whole
        is_open = self.state in {ContactState.ACTIVE, ContactState.ON_HOLD}
        return is_open and self.agent_id == agent.id

    @property
    def length(self) -> timedelta | None:
        """How long they talked; ``None`` while they talk, or when they never did."""
        if self.answered_at is None or self.end_time is None:
            return None
        return self.end_time - self.answered_at
