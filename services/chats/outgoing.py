"""A message on its way in, before it has a number."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message as its writer sends it; the writer made its ``id``.

    ``seen`` is the number of the newest message that the writer had on screen.
    """

    id: UUID
    chat_id: UUID
    content: str
    seen: int = 0
