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
