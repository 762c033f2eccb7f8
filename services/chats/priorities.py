"""The priority (중요도) of an open chat, set in the conversation by who writes there; supervisors' in lists is ``floor.steering``."""

from uuid import UUID

from desk.errors import ConflictError
from models import Agent, AuditAction, ChatStatus, Priority, StepKind
from services.chats import queries
from services.chats.changes import require_chat, tell_changed
from services.chats.events import ChatCard
from services.contacts.access import may_write
from services.contacts.steps import record_step
from services.work.unit_of_work import UnitsOfWork


class Priorities:
    """Priorities of open chats."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def set(self, agent: Agent, chat_id: UUID, priority: Priority) -> ChatCard:
        """Set the priority of a chat that is open and in which the agent may write; the same again changes nothing.

        Raises:
            NotFoundError: the chat does not exist, or the agent may not see it.
            ConflictError: it waits, has ended, or is a colleague's.
        """
        async with self._units.begin() as work:
            chat = require_chat(await queries.locked_chat_of(work.session, agent, chat_id))
            if chat.status is ChatStatus.CLOSED:
                raise ConflictError('chat.ended')
            if not chat.is_open:
                raise ConflictError('chat.not_taken')
            if not may_write(agent, chat):
                raise ConflictError('chat.held_by_colleague')
            if chat.priority is not priority:
                chat.priority = priority
                record_step(
                    work, chat, StepKind.PRIORITY_CHANGED, agent_id=chat.agent_id, by_id=agent.id
                )
                details = {'priority': priority.value}
                work.record(agent, AuditAction.PRIORITY_CHANGED, subject=chat, details=details)
                tell_changed(work, chat)
        return queries.card(chat)
