"""One SQL statement that records in one round trip how far a chat was read.

The marks only grow and never pass the chat's last message. An agent's mark lowers ``unread_count``
by the customer's messages between the old mark and the new one: they were on screen, so they are
committed and visible to the statement, whatever is being appended meanwhile.
"""

from uuid import UUID

from desk import clock, tracing
from desk.statement_pool import StatementPool
from models import Agent
from services.chats.events import ChatCard, ChatRead
from services.work.relay import Committed

_DELIVERED = 'least(greatest(%(delivered)s, %(read)s), last_number)'
_READ = 'least(%(read)s, last_number)'


def _statement(side: str, *, changes: str = '', allowed: str = 'true') -> str:
    read, delivered = f'{side}_read_number', f'{side}_delivered_number'
    return f"""
        WITH chat AS (
            UPDATE chat_sessions
            SET {changes}
                version = version + 1,
                {read} = greatest({read}, {_READ}),
                {delivered} = greatest({delivered}, {_DELIVERED})
            WHERE id = %(chat_id)s AND {allowed} AND ({read} < {_READ} OR {delivered} < {_DELIVERED})
            RETURNING {', '.join(ChatCard.model_fields)}
        )
        INSERT INTO outbox (kind, body, created_at, trace)
        SELECT 'ChatRead', json_build_object('chat', to_json(chat)), %(now)s, %(trace)s FROM chat
        RETURNING id, body
        """  # noqa: S608 - built from this module's constants only


_BY_AGENT = _statement(
    'agent',
    changes="""
        unread_count = greatest(0, unread_count - (
            SELECT count(*) FROM messages
            WHERE chat_session_id = %(chat_id)s AND sender = 'customer'
              AND number > chat_sessions.agent_read_number AND number <= %(read)s)),""",
    allowed='(agent_id = %(agent_id)s OR %(agent_id)s = ANY(joined_agent_ids))',
)
_BY_CUSTOMER = _statement('customer')


async def advance(
    statements: StatementPool, agent: Agent | None, chat_id: UUID, *, delivered: int, read: int
) -> Committed | None:
    """Record how far a chat was delivered to and read by its agent or one who joined, or its customer (no ``agent``).

    Returns the event, committed and in the outbox; or ``None`` when nothing changed or the chat is
    not the agent's.
    """
    values: dict[str, object] = {
        'chat_id': chat_id,
        'delivered': delivered,
        'read': read,
        'now': clock.now(),
        'trace': tracing.carried() or None,
    }
    if agent is None:
        row = await statements.first(_BY_CUSTOMER, values)
    else:
        row = await statements.first(_BY_AGENT, values | {'agent_id': agent.id})
    return Committed(row.id, ChatRead.model_validate_json(row.body)) if row else None
