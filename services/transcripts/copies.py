"""Copies of a conversation to take along, for the agents who may see the chat and for its customer."""

from uuid import UUID

from desk.errors import NotFoundError
from desk.throttle import Throttle
from models import Agent, AuditAction
from services.chats import queries as chat_queries
from services.chats.changes import require_chat
from services.transcripts.conversation import Conversation, conversation_of
from services.work.unit_of_work import UnitsOfWork

CUSTOMERS_COPIES = Throttle(limit=6, seconds=60)
"""Of one chat: each may set a hundred pages."""


class TranscriptCopies:
    """Reads conversations for copies."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def for_agent(self, agent: Agent, chat_id: UUID, kind: str) -> Conversation:
        """Return a chat that the agent may see; its format ``kind`` goes to the audit log with it. Raises ``NotFoundError``."""
        async with self._units.begin() as work:
            chat = require_chat(await chat_queries.chat_of(work.session, agent, chat_id))
            conversation = await conversation_of(work.session, chat)
            details: dict[str, object] = {'format': kind, 'lines': len(conversation.lines)}
            work.record(agent, AuditAction.TRANSCRIPT_TAKEN, subject=chat, details=details)
        return conversation

    async def for_customer(self, chat_id: UUID) -> Conversation:
        """Return the customer's own chat; the caller has checked its token. Raises ``NotFoundError`` and ``TooManyError``."""
        CUSTOMERS_COPIES.hit(chat_id)
        async with self._db.reading() as session:
            chat = await chat_queries.any_chat(session, chat_id)
            if chat is None:
                raise NotFoundError('visit.not_found')
            return await conversation_of(session, chat)
