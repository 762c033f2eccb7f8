"""A silent customer is asked whether they are still there; then the chat ends politely, and its agent sees the clock.

The clock starts when an agent writes and stops when the customer does; both are the statement that appends a message.
What falls due is decided by the rows, so that it happens once with any number of processes. Chats that wait or are on hold
have no clock. Time in which the desk was away does not count: the clocks go on from where they stood.
"""

from datetime import datetime, timedelta
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, NotFoundError
from models import Agent, ChatEnding, ChatSession, ChatStatus, MessageType
from services.chats import queries, silence_queries
from services.chats.changes import (
    add_line,
    after_end,
    close,
    forget_silence,
    require_chat,
    tell_changed,
)
from services.chats.events import ChatCard
from services.contacts import queue_queries
from services.contacts.access import may_write
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

LONGEST_BREAK = timedelta(seconds=15)
"""After a longer break in hearing customers the desk was down: above the sweep's interval."""
SWEEP_BATCH = 100
REASON = 'silence'
"""The reason of the step with which such a chat ends."""


class Silence:
    """The clock of customers who do not answer."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def sweep(self) -> int:
        """Ask customers and end chats whose time has come; return how many. Any process may do it."""
        return await self._ask() + await self._close()

    async def wait(self, agent: Agent, chat_id: UUID, *, is_off: bool) -> ChatCard:
        """Stop the clock for this chat (기다리기), or let it run again from now.

        Raises:
            NotFoundError: it does not exist, or the agent may not see it.
            ConflictError: it is not open, or is a colleague's.
        """
        async with self._units.begin() as work:
            chat = require_chat(await queries.locked_chat_of(work.session, agent, chat_id))
            if chat.status is ChatStatus.CLOSED:
                raise ConflictError('chat.ended')
            if not chat.is_open:
                raise ConflictError('chat.not_taken')
            if not may_write(agent, chat):
                raise ConflictError('chat.held_by_colleague')
            if chat.silence_off is not is_off:
                chat.silence_off = is_off
                await _restart(work, chat)
                tell_changed(work, chat)
        return queries.card(chat)

    async def stay(self, chat_id: UUID) -> ChatCard:
        """Let the clock begin again for a customer who was asked and says that they are still there.

        The caller has checked the chat's token. Without a question nothing changes. Raises ``NotFoundError``.
        """
        async with self._units.begin() as work:
            chat = await queries.locked_chat(work.session, chat_id)
            if chat is None:
                raise NotFoundError('visit.not_found')
            if chat.silence_asked_at is not None and chat.status is ChatStatus.ACTIVE:
                await _restart(work, chat)
                tell_changed(work, chat)
        return queries.card(chat)

    async def _ask(self) -> int:
        now = clock.now()
        async with self._units.begin() as work:
            due = await silence_queries.to_ask(
                work.session, now, longest_break=LONGEST_BREAK, limit=SWEEP_BATCH
            )
            for chat, seconds in due:
                chat.silence_asked_at = now
                chat.silence_due_at = now + timedelta(seconds=seconds)
                add_line(work, chat, MessageType.SILENCE_ASKED, '')
        return len(due)

    async def _close(self) -> int:
        now = clock.now()
        async with self._db.reading() as session:
            due = await silence_queries.to_close(
                session, now, longest_break=LONGEST_BREAK, limit=SWEEP_BATCH
            )
        return sum([await self._close_one(chat_id, now) for chat_id in due])

    async def _close_one(self, chat_id: UUID, now: datetime) -> bool:
        """End a chat unless its customer or another process was faster; return whether."""
        async with self._units.begin() as work:
            holder = await queries.locked_holder(work.session, chat_id)
            chat = await queries.locked_chat(work.session, chat_id)
            if chat is None or not _is_over(chat, now):
                return False
            close(work, chat, ChatEnding.SILENCE, MessageType.ENDED_BY_SILENCE, '', reason=REASON)
            queue = (
                await queue_queries.by_id(work.session, chat.queue_id) if chat.queue_id else None
            )
            await after_end(work, chat, holder, queue)
        return True


async def leave_out(work: UnitOfWork, away_from: datetime, now: datetime) -> None:
    """Move the clocks by what they ran while the desk was away, in the unit of work that has noted the break."""
    for chat in await silence_queries.clocks(work.session):
        began = chat.silence_asked_at or chat.last_message_at or away_from
        if chat.silence_due_at is not None and began < now:
            chat.silence_due_at += now - max(away_from, began)
            tell_changed(work, chat)


def _is_over(chat: ChatSession, now: datetime) -> bool:
    due_at = chat.silence_due_at
    is_due = chat.silence_asked_at is not None and due_at is not None and due_at <= now
    return is_due and chat.status is ChatStatus.ACTIVE


async def _restart(work: UnitOfWork, chat: ChatSession) -> None:
    """Begin the clock of a chat again, if its customer owes an answer and nobody has stopped it."""
    forget_silence(chat)
    owes = chat.awaiting_since is None and chat.last_agent_number > 0
    is_active = chat.status is ChatStatus.ACTIVE and chat.snoozed_until is None
    if chat.silence_off or not owes or not is_active or not chat.queue_id:
        return
    queue = await queue_queries.by_id(work.session, chat.queue_id)
    if queue is not None and queue.silence_ask_seconds is not None:
        chat.silence_due_at = clock.now() + timedelta(seconds=queue.silence_ask_seconds)
