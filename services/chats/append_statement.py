"""One SQL statement that numbers, stores and announces a message, or refuses it, in one round trip.

It is the desk's busiest statement (decision 0002 explains why it is one). PostgreSQL locks the
chat's row in the UPDATE and, if it had to wait, checks the conditions again on the newest row: so
no number is used twice or skipped, and a colleague's reply that came in meanwhile is noticed.
"""

import psycopg

from desk import clock
from desk.statement_pool import StatementPool
from models import Agent, Sender
from models.chat import LAST_LINE_CHARS
from services.chats.events import ChatCard, MessageAdded
from services.chats.outgoing import OutgoingMessage
from services.text.masking import masked_in_thread
from services.text.visible import trimmed
from services.work.relay import Committed

BY_AGENT = (
    # the new values of the chat
    """last_agent_number = last_number + 1, last_agent_id = %(sender_id)s, awaiting_since = NULL,
       unread_count = 0, agent_read_number = last_number + 1, agent_delivered_number = last_number + 1""",
    # the conditions (see services.contacts.access.may_write), including that no colleague replied after what
    # the writer had seen
    """status IN ('active', 'on_hold') AND (agent_id = %(sender_id)s OR %(sender_id)s = ANY(joined_agent_ids)
       OR %(is_supervisor)s AND (%(reach)s::text[] IS NULL OR department = ANY(%(reach)s::text[])))
       AND (last_agent_number <= %(seen)s OR last_agent_id = %(sender_id)s)""",
)
BY_CUSTOMER = (
    """unread_count = unread_count + 1, awaiting_since = coalesce(awaiting_since, %(now)s), customer_seen_at = %(now)s,
       customer_read_number = last_number + 1, customer_delivered_number = last_number + 1""",
    # PostgreSQL evaluates the costlier condition last
    "status <> 'closed' AND NOT is_blocked(customer_id, visitor_phone)",
)


def _statement(changes: str, allowed: str) -> str:
    return f"""
        WITH chat AS (
            UPDATE chat_sessions
            SET version = version + 1, last_number = last_number + 1,
                last_message_at = %(now)s, last_line = %(line)s, {changes}
            WHERE id = %(chat_id)s AND {allowed} AND NOT EXISTS (SELECT FROM messages WHERE messages.id = %(id)s)
            RETURNING {', '.join(ChatCard.model_fields)}
        ), message AS (
            INSERT INTO messages (id, chat_session_id, number, sender, sender_id, content, created_at)
            SELECT %(id)s, id, last_number, CAST(%(sender)s AS message_sender), CAST(%(sender_id)s AS uuid), %(content)s, %(now)s
            FROM chat
            RETURNING *
        ), sent_draft AS (
            DELETE FROM drafts WHERE chat_session_id IN (SELECT id FROM chat) AND agent_id = %(sender_id)s
        )
        INSERT INTO outbox (kind, body, created_at)
        SELECT 'MessageAdded', json_build_object('chat', to_json(chat), 'message', to_json(message)), %(now)s
        FROM chat, message
        RETURNING id, body
    """  # noqa: S608 - built from this module's constants only


_APPEND = {
    Sender.AGENT: _statement(*BY_AGENT),
    Sender.CUSTOMER: _statement(*BY_CUSTOMER),
}


async def append(
    statements: StatementPool, outgoing: OutgoingMessage, agent: Agent | None
) -> Committed | None:
    """Append a message of ``agent``, or of the customer when there is none.

    Invisible characters around it are removed and its sensitive numbers masked here: every message
    comes this way, and nothing has stored it yet.

    Returns the event, committed and in the outbox; or ``None`` when the message was refused or is
    already stored. The caller finds out which.
    """
    content = await masked_in_thread(trimmed(outgoing.content))
    sender = Sender.AGENT if agent else Sender.CUSTOMER
    values = {
        'now': clock.now(),
        'id': outgoing.id,
        'chat_id': outgoing.chat_id,
        'content': content,
        'line': ' '.join(content[: LAST_LINE_CHARS * 2].split())[:LAST_LINE_CHARS],
        'sender': sender.value,
        'sender_id': agent.id if agent else None,
    }
    if agent:
        reach = None if agent.reach is None else list(agent.reach)
        values |= {'seen': outgoing.seen, 'is_supervisor': agent.is_supervisor, 'reach': reach}
    try:
        row = await statements.first(_APPEND[sender], values)
    except psycopg.IntegrityError:  # a parallel repeat stored the same id
        return None
    return Committed(row.id, MessageAdded.model_validate_json(row.body)) if row else None
