"""다시 알림: an agent puts a chat away until a time, or until its customer writes, whichever comes first (decision 0048).

It stays the agent's and keeps its place, unlike 보류: the agent only waits, and the next line may come at any moment. It
leaves the active part of 내 상담 and comes back on top, with a mark until its agent has noticed it. The customer's next line
wakes it in the statement that stores the line (``append_statement``); ``wake_due`` does so at its time, in any one process.
"""

from datetime import datetime, timedelta
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, InvalidInputError
from models import Agent, ChatSession, ChatStatus, StepKind
from services.chats import queries
from services.chats.changes import forget_silence, require_chat, tell_changed
from services.chats.events import ChatCard, SnoozeDue
from services.contacts.steps import record_step
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

LONGEST = timedelta(days=7)
BATCH = 200


class Snoozes:
    """Agents' chats that are put away for a time."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def snooze(
        self, agent: Agent, chat_id: UUID, *, until: datetime | None = None
    ) -> ChatCard:
        """Put the agent's own chat away until a time, at most ``LONGEST`` from now (also without one).

        Raises:
            NotFoundError: it does not exist, or the agent may not see it.
            ConflictError: it is not open, is on hold, or is a colleague's.
            InvalidInputError: the time is over, or too far away.
        """
        now = clock.now()
        if until is not None and not now < until <= now + LONGEST:
            raise InvalidInputError('snooze.time')
        async with self._units.begin() as work:
            chat = await _own(work, agent, chat_id)
            if chat.status is ChatStatus.ON_HOLD:
                raise ConflictError('snooze.held')
            chat.snoozed_until, chat.woken_at = until or now + LONGEST, None
            forget_silence(chat)
            record_step(work, chat, StepKind.SNOOZED, agent_id=agent.id, by_id=agent.id)
            tell_changed(work, chat)
        return queries.card(chat)

    async def wake(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Take the agent's own chat back before its time, or note that its coming back was noticed. Raises as ``snooze``."""
        async with self._units.begin() as work:
            chat = await _own(work, agent, chat_id)
            if chat.snoozed_until is not None:
                record_step(work, chat, StepKind.WOKEN, agent_id=agent.id, by_id=agent.id)
            if chat.snoozed_until is not None or chat.woken_at is not None:
                chat.come_back()
                tell_changed(work, chat)
        return queries.card(chat)

    async def wake_due(self) -> int:
        """Bring back the chats whose time has come, and ring at their agents; return how many. Any process may do it."""
        async with self._units.begin() as work:
            now = clock.now()
            due = await queries.snoozed_due(work.session, now, limit=BATCH)
            for chat in due:
                chat.snoozed_until, chat.woken_at = None, now
                record_step(work, chat, StepKind.WOKEN, agent_id=chat.agent_id)
                tell_changed(work, chat)
                work.tell(SnoozeDue.of(chat))
        return len(due)


async def _own(work: UnitOfWork, agent: Agent, chat_id: UUID) -> ChatSession:
    chat = require_chat(await queries.locked_chat_of(work.session, agent, chat_id))
    if chat.status is ChatStatus.CLOSED:
        raise ConflictError('chat.ended')
    if not chat.is_open:
        raise ConflictError('chat.not_taken')
    if chat.agent_id != agent.id:
        raise ConflictError('chat.held_by_colleague')
    return chat
