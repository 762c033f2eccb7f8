"""Agents' unsent private notes, kept on the server like drafts of messages: one for each agent and chat.

They are for their writer alone: nobody is told that a note is being typed, and a transfer leaves them behind, since what is
not addressed to anybody yet is the writer's own.
"""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from desk import clock
from desk.errors import InvalidInputError, NotFoundError
from models import Agent, NoteDraft
from models.chat_note import MAX_CHAT_NOTE_CHARS
from services.chats import note_queries as queries
from services.chats import queries as chat_queries
from services.chats.note_events import NoteDraftSaved
from services.text.masking import masked_in_thread
from services.work.unit_of_work import UnitsOfWork

MAX_DRAFT_CHARS = 2 * MAX_CHAT_NOTE_CHARS
"""A draft may be longer than a note: its writer is told on storing it, and the text stays."""


class NoteDrafts:
    """An agent's unsent private notes."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def draft(self, agent: Agent, chat_id: UUID) -> str:
        """Return the agent's own unsent note in this chat; empty if there is none."""
        async with self._db.reading() as session:
            return await queries.draft_text(session, agent.id, chat_id)

    async def save(self, agent: Agent, chat_id: UUID, text: str, *, tab: str = '') -> None:
        """Store the agent's unsent note and show it in their other tabs; blank text deletes it.

        Sensitive numbers are masked as in notes.

        Raises:
            NotFoundError: the chat does not exist, or the agent may not see it.
            InvalidInputError: longer than ``MAX_DRAFT_CHARS``.
        """
        if len(text) > MAX_DRAFT_CHARS or '\x00' in text:
            raise InvalidInputError('note.too_long', most=MAX_CHAT_NOTE_CHARS)
        text = await masked_in_thread(text)
        async with self._db.transaction() as session:
            if await chat_queries.chat_of(session, agent, chat_id) is None:
                raise NotFoundError('chat.not_found')
            if text.strip():
                row = NoteDraft(agent_id=agent.id, chat_session_id=chat_id, text=text)
                values = {'text': text, 'updated_at': clock.now()}
                await session.exec(
                    insert(NoteDraft)
                    .values(row.model_dump())
                    .on_conflict_do_update(
                        constraint='uq_note_drafts_agent_id_chat_session_id', set_=values
                    )
                )
            else:
                await queries.clear_draft(session, agent.id, chat_id)
        saved = NoteDraftSaved(agent_id=agent.id, chat_id=chat_id, text=text, tab=tab)
        await self._units.relay.whisper(saved)
