"""A second agent in a chat (함께 상담): both write, the customer is told who has come, and the chat stays its agent's."""

from uuid import UUID

from desk.errors import ConflictError
from models import Agent, AuditAction, ChatStatus, MessageType
from services.chats import queries
from services.chats.changes import add_line, require_chat, tell_changed
from services.chats.events import ChatCard
from services.contacts.pair_queries import require_not_barred
from services.work.unit_of_work import UnitsOfWork

MOST_JOINED = 3
"""The most colleagues beside the agent who has the chat."""


class Company:
    """Colleagues who write in a chat beside its agent."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def join(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Join a colleague's open chat; again changes nothing. It takes no place of the agent's capacity.

        Raises:
            NotFoundError: the chat does not exist, or the agent may not see it.
            ConflictError: it is not open, it is the agent's own, enough people are in it, or the agent is
                protected from its customer (보호).
        """
        async with self._units.begin() as work:
            chat = require_chat(await queries.locked_chat_of(work.session, agent, chat_id))
            if chat.status is ChatStatus.CLOSED:
                raise ConflictError('chat.ended')
            if not chat.is_open:
                raise ConflictError('chat.not_taken')
            if chat.agent_id == agent.id:
                raise ConflictError('company.own')
            if agent.id in chat.joined_agent_ids:
                return queries.card(chat)
            await require_not_barred(work.session, agent.id, chat.customer_id, chat.visitor_phone)
            if len(chat.joined_agent_ids) >= MOST_JOINED:
                raise ConflictError('company.full', most=MOST_JOINED + 1)
            chat.joined_agent_ids = [*chat.joined_agent_ids, agent.id]
            work.record(agent, AuditAction.CONTACT_JOINED, subject=chat)
            tell_changed(work, chat)
            add_line(work, chat, MessageType.JOINED, agent.name)
        return queries.card(chat)

    async def leave(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Leave a chat that the agent has joined; again changes nothing. Raises ``NotFoundError``."""
        async with self._units.begin() as work:
            chat = require_chat(await queries.locked_chat_of(work.session, agent, chat_id))
            if agent.id in chat.joined_agent_ids and chat.is_open:
                chat.joined_agent_ids = [one for one in chat.joined_agent_ids if one != agent.id]
                tell_changed(work, chat, also_to=agent.id)
        return queries.card(chat)
