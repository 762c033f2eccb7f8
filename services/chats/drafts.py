"""Agents' unsent messages, kept on the server so that they are never lost. Those of private notes: ``note_drafts``."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from desk import clock
from desk.errors import InvalidInputError, NotFoundError
from models import Agent, Draft
from models.chat import MAX_MESSAGE_CHARS
from services.chats import queries
from services.chats.events import DraftSaved
from services.text.masking import masked_in_thread
from services.work.unit_of_work import UnitsOfWork

MAX_DRAFT_CHARS = 2 * MAX_MESSAGE_CHARS
"""A draft may be longer than a message: its writer is told on sending, and the text stays."""


class Drafts:
    """An agent's unsent text, one for each chat."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def draft(self, agent: Agent, chat_id: UUID) -> str:
        """Return the agent's unsent text in this chat; empty if there is none.

        The text of somebody who left (``services.floor.departures``) becomes that of who holds the chat now.
        """
        async with self._db.reading() as session:
            draft = await queries.draft_of(session, agent, chat_id)
        if draft is None:
            return ''
        if draft.agent_id != agent.id:
            async with self._db.transaction() as session:
                await queries.adopt_draft(session, draft, agent.id)
        return draft.text

    async def save(self, agent: Agent, chat_id: UUID, text: str, *, tab: str = '') -> None:
        """Store the agent's unsent text and show it in their other tabs; blank text deletes it.

        Sensitive numbers (``services.text.masking``) are masked as in messages.

        Raises:
            NotFoundError: the chat does not exist, or the agent may not see it.
            InvalidInputError: longer than ``MAX_DRAFT_CHARS``.
        """
        if len(text) > MAX_DRAFT_CHARS or '\x00' in text:
            raise InvalidInputError('message.too_long', most=MAX_MESSAGE_CHARS, has=len(text))
        text = await masked_in_thread(text)
        async with self._db.transaction() as session:
            if await queries.chat_of(session, agent, chat_id) is None:
                raise NotFoundError('chat.not_found')
            if text.strip():
                row = Draft(agent_id=agent.id, chat_session_id=chat_id, text=text)
                values = {'text': text, 'updated_at': clock.now()}
                statement = insert(Draft).values(row.model_dump())
                await session.exec(
                    statement.on_conflict_do_update(
                        constraint='uq_drafts_agent_id_chat_session_id', set_=values
                    )
                )
            else:
                await queries.clear_draft(session, agent.id, chat_id)
        await self._units.relay.whisper(
            DraftSaved(agent_id=agent.id, chat_id=chat_id, text=text, tab=tab)
        )
