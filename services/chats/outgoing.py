"""A message to be sent, before it has a number."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message as its writer sends it, with an ``id`` that the writer made.

    ``seen`` is the number of the newest message that the writer had on screen.
    """

    id: UUID
    chat_id: UUID
    content: str
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile(OutgoingMessage):
    """A stored file that is to be a message; ``content`` is its name as it is shown."""

    media_type: str
    size_bytes: int
    object_key: str
    preview_key: str | None = None
