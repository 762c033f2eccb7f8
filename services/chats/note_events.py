"""Events about private notes. Their topics are the staff's own: no page of a customer subscribes to one (decision 0044)."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from desk.events import Event


def notes_topic(chat_id: UUID) -> str:
    """Return the topic of one chat's notes."""
    return f'notes:{chat_id}'


def mention_topic(agent_id: UUID) -> str:
    """Return the topic of one person's mentions."""
    return f'mention:{agent_id}'


def note_draft_topic(agent_id: UUID, chat_id: UUID) -> str:
    """Return the topic of one agent's unsent note in one chat."""
    return f'note-draft:{agent_id}:{chat_id}'


class NoteView(BaseModel):
    """A note as screens and programs show it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    chat_session_id: UUID
    author_id: UUID
    author: str
    after_number: int
    """The chat's newest message when it was written; 0 for none."""
    body: str
    mentions: tuple[str, ...] = ()
    """The names of the colleagues whom it mentions."""
    created_at: datetime


class MentionView(BaseModel):
    """An unread mention: the note, and whose chat it is in."""

    model_config = ConfigDict(frozen=True)

    note: NoteView
    customer: str


class NoteAdded(Event):
    """A chat has a new note."""

    note: NoteView

    @override
    def topics(self) -> tuple[str, ...]:
        return (notes_topic(self.note.chat_session_id),)


class Mentioned(Event):
    """A note mentions somebody."""

    agent_id: UUID
    mention: MentionView

    @override
    def topics(self) -> tuple[str, ...]:
        return (mention_topic(self.agent_id),)


class MentionRead(Event):
    """Somebody read the note that mentions them: their other tabs stop showing it."""

    agent_id: UUID
    note_id: UUID

    @override
    def topics(self) -> tuple[str, ...]:
        return (mention_topic(self.agent_id),)


class NoteDraftSaved(Event):
    """An agent's unsent note changed in one of their tabs, named by ``tab``."""

    agent_id: UUID
    chat_id: UUID
    text: str
    tab: str

    @override
    def topics(self) -> tuple[str, ...]:
        return (note_draft_topic(self.agent_id, self.chat_id),)
