"""Which of their chats an agent goes to next by key: one with unread lines of its customer first, then the next in 내 상담."""

from collections.abc import Sequence
from uuid import UUID

from services.chats.events import ChatCard


def next_chat(chats: Sequence[ChatCard], current: UUID | None) -> UUID | None:
    """Return the chat to go to from the current one: the first with unread lines, else the one after it, then from the top.

    ``chats`` are in the list's order; those that are put away (다시 알림) are passed over while nothing in them is unread.
    ``None`` when there is no other.
    """
    unread = [one.id for one in chats if one.unread_count and one.id != current]
    return unread[0] if unread else _beside(chats, current, step=1)


def previous_chat(
    chats: Sequence[ChatCard], current: UUID | None, came_from: UUID | None
) -> UUID | None:
    """Return the chat to go back to: from where the current one was reached, else the one before it, then from the end."""
    if came_from != current and any(one.id == came_from for one in chats):
        return came_from
    return _beside(chats, current, step=-1)


def _beside(chats: Sequence[ChatCard], current: UUID | None, *, step: int) -> UUID | None:
    ids = [one.id for one in chats if one.snoozed_until is None or one.id == current]
    if current not in ids:
        return (ids[0] if step > 0 else ids[-1]) if ids else None
    found = ids[(ids.index(current) + step) % len(ids)]
    return found if found != current else None
