"""One SQL statement that numbers, stores and announces a message, or refuses it, in one round trip.

It is the desk's busiest statement (decision 0002 explains why it is one). PostgreSQL locks the
chat's row in the UPDATE and, if it had to wait, checks the conditions again on the newest row: so
no number is used twice or skipped, and a colleague's reply that came in meanwhile is noticed.
"""

import psycopg

from desk import clock, tracing
from desk.statement_pool import StatementPool
from models import Agent, Sender
from models.chat import LAST_LINE_CHARS
from services.chats.events import ChatCard, MessageAdded
from services.chats.outgoing import OutgoingFile, OutgoingMessage
from services.text.masking import masked_in_thread
from services.text.visible import trimmed
from services.work.relay import Committed

BY_AGENT = (
    # the new values of the chat
    """last_agent_number = last_number + 1, last_agent_id = %(sender_id)s, awaiting_since = NULL,
       woken_at = NULL, unread_count = 0, agent_read_number = last_number + 1, agent_delivered_number = last_number + 1,
       silence_asked_at = NULL, silence_due_at = CASE WHEN silence_off OR status <> 'active' OR snoozed_until IS NOT NULL THEN NULL ELSE
           CAST(%(now)s AS timestamptz) + make_interval(secs => (SELECT silence_ask_seconds FROM queues WHERE queues.id = queue_id))
       END""",
    # the conditions (see services.contacts.access.may_write), including that no colleague replied after what
    # the writer had seen
    """status IN ('active', 'on_hold') AND (agent_id = %(sender_id)s OR %(sender_id)s = ANY(joined_agent_ids)
       OR %(is_supervisor)s AND (%(reach)s::text[] IS NULL OR department = ANY(%(reach)s::text[])))
       AND (last_agent_number <= %(seen)s OR last_agent_id = %(sender_id)s)""",
)
BY_CUSTOMER = (
    """unread_count = unread_count + 1, awaiting_since = coalesce(awaiting_since, %(now)s), customer_seen_at = %(now)s,
       woken_at = CASE WHEN snoozed_until IS NULL THEN woken_at ELSE %(now)s END, snoozed_until = NULL,
       customer_read_number = last_number + 1, customer_delivered_number = last_number + 1,
       silence_asked_at = NULL, silence_due_at = NULL""",
    # PostgreSQL evaluates the costlier condition last
    "status <> 'closed' AND NOT is_blocked(customer_id, visitor_phone)",
)


_SENT_DRAFT = """
        , sent_draft AS (
            DELETE FROM drafts WHERE chat_session_id IN (SELECT id FROM chat) AND agent_id = %(sender_id)s
        )"""
_FILE = """
        , file AS (
            INSERT INTO attachments (id, chat_session_id, name, media_type, size_bytes, object_key, preview_key, created_at)
            SELECT id, chat_session_id, content, %(media_type)s, %(size_bytes)s, %(object_key)s, %(preview_key)s, created_at
            FROM message
        ), taken_object AS (
            DELETE FROM doomed_objects WHERE object_key IN (%(object_key)s, %(preview_key)s) AND EXISTS (SELECT FROM message)
        )"""
"""A file is stored with its message or not at all; typed text stays a draft beside it."""


def _statement(changes: str, allowed: str, *, kind: str = 'text', more: str = _SENT_DRAFT) -> str:
    return f"""
        WITH chat AS (
            UPDATE chat_sessions
            SET version = version + 1, last_number = last_number + 1,
                last_message_at = %(now)s, last_line = %(line)s, {changes}
            WHERE id = %(chat_id)s AND {allowed} AND NOT EXISTS (SELECT FROM messages WHERE messages.id = %(id)s)
            RETURNING {', '.join(ChatCard.model_fields)}
        ), message AS (
            INSERT INTO messages (id, chat_session_id, number, sender, sender_id, content, created_at, type)
            SELECT %(id)s, id, last_number, CAST(%(sender)s AS message_sender), CAST(%(sender_id)s AS uuid), %(content)s, %(now)s,
                CAST('{kind}' AS message_type)
            FROM chat
            RETURNING *
        ){more}
        INSERT INTO outbox (kind, body, created_at, trace)
        SELECT 'MessageAdded', json_build_object('chat', to_json(chat), 'message', to_json(message)), %(now)s, %(trace)s
        FROM chat, message
        RETURNING id, body
    """  # noqa: S608 - built from this module's constants only


_APPEND = {
    Sender.AGENT: _statement(*BY_AGENT),
    Sender.CUSTOMER: _statement(*BY_CUSTOMER),
}
_APPEND_FILE = {
    Sender.AGENT: _statement(*BY_AGENT, kind='file', more=_FILE),
    Sender.CUSTOMER: _statement(*BY_CUSTOMER, kind='file', more=_FILE),
}
FILE_SIGN = '📎 '
"""In front of a file's name where it stands for the chat's last line."""


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
    file = outgoing if isinstance(outgoing, OutgoingFile) else None
    values: dict[str, object] = {
        'now': clock.now(),
        'id': outgoing.id,
        'chat_id': outgoing.chat_id,
        'content': content,
        'line': _line(f'{FILE_SIGN if file else ""}{content}'),
        'sender': sender.value,
        'sender_id': agent.id if agent else None,
        'trace': tracing.carried() or None,
    }
    if agent:
        reach = None if agent.reach is None else list(agent.reach)
        values |= {'seen': outgoing.seen, 'is_supervisor': agent.is_supervisor, 'reach': reach}
    if file is not None:
        values |= {
            'media_type': file.media_type,
            'size_bytes': file.size_bytes,
            'object_key': file.object_key,
            'preview_key': file.preview_key,
        }
    try:
        row = await statements.first((_APPEND_FILE if file else _APPEND)[sender], values)
    except psycopg.IntegrityError:  # a parallel repeat stored the same id
        return None
    return Committed(row.id, MessageAdded.model_validate_json(row.body)) if row else None


def _line(content: str) -> str:
    """Return a message as the last line of its chat."""
    return ' '.join(content[: LAST_LINE_CHARS * 2].split())[:LAST_LINE_CHARS]
