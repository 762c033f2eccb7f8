"""The one statement that notes how far an agent has read: most messages cause one, so it is one round trip.

The marks only grow and never pass the chat's end. ``unread_count`` is lowered by the customer's messages between
the old mark and the new one: they were on screen, so they are committed and the statement sees them, whatever
else is being appended meanwhile.
"""

from uuid import UUID

from desk import clock
from desk.lane import Lane
from models import Agent
from services.chat_events import ChatCard, ChatRead
from services.relay import Committed

_DELIVERED = 'least(greatest(%(delivered)s, %(read)s), last_number)'
_READ = 'least(%(read)s, last_number)'
_ADVANCE = f"""
    WITH chat AS (
        UPDATE chat_sessions
        SET version = version + 1,
            agent_read_number = greatest(agent_read_number, {_READ}),
            agent_delivered_number = greatest(agent_delivered_number, {_DELIVERED}),
            unread_count = greatest(0, unread_count - (
                SELECT count(*) FROM messages
                WHERE chat_session_id = %(chat_id)s AND sender = 'customer'
                  AND number > chat_sessions.agent_read_number AND number <= %(read)s))
        WHERE id = %(chat_id)s AND agent_id = %(agent_id)s
          AND (agent_read_number < {_READ} OR agent_delivered_number < {_DELIVERED})
        RETURNING {', '.join(ChatCard.model_fields)}
    )
    INSERT INTO outbox (kind, body, created_at)
    SELECT 'ChatRead', json_build_object('chat', to_json(chat)), %(now)s FROM chat
    RETURNING id, body
    """  # noqa: S608 - put together from this module's constants only


async def advance(
    lane: Lane, agent: Agent, chat_id: UUID, *, delivered: int, read: int
) -> Committed | None:
    """Note how far a chat has reached its holder's screen and eyes.

    Returns the event, committed and in the outbox; or nothing: that far it was, or the chat is not the agent's.
    """
    values = {
        'chat_id': chat_id,
        'agent_id': agent.id,
        'delivered': delivered,
        'read': read,
        'now': clock.now(),
    }
    row = await lane.first(_ADVANCE, values)
    return Committed(row.id, ChatRead.model_validate_json(row.body)) if row else None
