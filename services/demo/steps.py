"""Steps of past chats, as the services would have stored them."""

from datetime import datetime
from uuid import UUID

from models import Channel, ChatEnding, ChatSession, ContactStep, StepKind, WrapUp

Told = tuple[StepKind, datetime | None, UUID | None]


def steps_of(chat: ChatSession, wrap_up: WrapUp | None = None) -> list[ContactStep]:
    """Return the steps of a chat and of its 후처리."""
    ended = StepKind.ABANDONED if chat.ending is ChatEnding.ABANDONED else StepKind.ENDED
    told: list[Told] = [
        (StepKind.CREATED, chat.start_time, None),
        (StepKind.QUEUED, chat.start_time, None),
        (StepKind.TAKEN, chat.taken_at, chat.agent_id),
        (ended, chat.end_time, chat.agent_id),
    ]
    if wrap_up is not None:
        told += [
            (StepKind.WRAP_UP_BEGUN, wrap_up.created_at, wrap_up.agent_id),
            (StepKind.WRAP_UP_DONE, wrap_up.done_at, wrap_up.agent_id),
        ]
    return [
        ContactStep(
            contact_id=chat.id,
            channel=Channel.CHAT,
            kind=kind,
            at=at,
            queue_id=chat.queue_id,
            agent_id=agent_id,
            came_at=chat.start_time,
        )
        for kind, at, agent_id in told
        if at is not None
    ]
