"""Ended chats that go on within a day: opened again by their agent, a supervisor, or their customer (decision 0048).

A reopened chat goes to the agent who had it, when they can take it now; else it waits in its queue, whose router asks that
agent first. What was counted of it stays counted: its first wait is decided, and the time that it was over belongs to nobody.
"""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, NotAllowedError
from models import (
    Agent,
    AuditAction,
    ChatEnding,
    ChatSession,
    ChatStatus,
    MessageType,
    StateCause,
    StepKind,
)
from models.priority import rank_at
from services.chats import queries
from services.chats.changes import add_line, require_chat
from services.chats.chats import MOST_BEYOND_CAPACITY
from services.chats.events import ChatCard
from services.contacts import wrap_ups
from services.contacts.steps import record_step
from services.people import state_queries
from services.people.events import RoutingNeeded
from services.people.states import is_ready, settle
from services.settings.opening import require_open
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

REOPEN_WITHIN = timedelta(hours=24)


class EndedChat(Protocol):
    """A chat, as a row or an event's card."""

    @property
    def status(self) -> ChatStatus:
        """Its state."""

    @property
    def agent_id(self) -> UUID | None:
        """The agent who had it last."""

    @property
    def department(self) -> str:
        """Its department."""

    @property
    def end_time(self) -> datetime | None:
        """When it ended."""

    @property
    def ending(self) -> ChatEnding | None:
        """How it ended."""

    @property
    def visitor_phone(self) -> str:
        """Its customer's number; empty once their data was removed."""


def is_reopenable(chat: EndedChat, at: datetime) -> bool:
    """Whether a chat can go on: an agent had it and did not end it for abuse, it ended less than a day ago, and its customer is still known."""
    is_over = chat.status is ChatStatus.CLOSED and chat.end_time is not None
    is_recent = is_over and chat.end_time is not None and at - chat.end_time < REOPEN_WITHIN
    is_known = chat.agent_id is not None and bool(chat.visitor_phone)
    return is_recent and is_known and chat.ending is not ChatEnding.PROTECTION


def may_reopen(agent: Agent, chat: EndedChat) -> bool:
    """Whether this person may reopen a chat: who had it last, and supervisors of its department."""
    return chat.agent_id == agent.id or (agent.is_supervisor and agent.reaches(chat.department))


class Reopenings:
    """Reopens ended chats."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def reopen(self, chat_id: UUID, *, by: Agent | None = None) -> ChatCard:
        """Let an ended chat go on; one that has not ended is returned as it is.

        Args:
            chat_id: the chat.
            by: the agent who had it, or a supervisor; none: its customer, whose token the caller has checked.

        Raises:
            NotFoundError: it does not exist, or ``by`` may not see it.
            ConflictError: it ended too long ago or without an agent, is a colleague's, or ``by`` has no place for it.
            NotAllowedError: its customer, who wants to go on, is blocked.
            QueueClosedError: its customer wants to go on, its agent cannot, and its queue is outside its business hours.
        """
        async with self._units.begin() as work:
            holder = await queries.locked_holder(work.session, chat_id)
            chat = await _locked(work, chat_id, by)
            if chat.status is not ChatStatus.CLOSED:
                return queries.card(chat)
            await _check(work, chat, by)
            await wrap_ups.set_aside(work, chat, by_id=by.id if by else None)
            await work.session.flush()
            agent = await _taker(work, holder, by)
            if agent is None and by is None and chat.queue_id is not None:
                await require_open(work.session, chat.queue_id)
            _open(work, chat, agent, by)
            if by is not None:
                work.record(by, AuditAction.CONTACT_REOPENED, subject=chat)
            if holder is not None:
                taken = agent is not None
                cause = StateCause.CONTACT_TAKEN if taken else StateCause.CONTACT_OVER
                await settle(work, holder, cause)
        return queries.card(chat)


async def _locked(work: UnitOfWork, chat_id: UUID, by: Agent | None) -> ChatSession:
    if by is None:
        return require_chat(await queries.locked_chat(work.session, chat_id))
    return require_chat(await queries.locked_chat_of(work.session, by, chat_id))


async def _check(work: UnitOfWork, chat: ChatSession, by: Agent | None) -> None:
    if by is not None and not may_reopen(by, chat):
        raise ConflictError('chat.held_by_colleague')
    if not is_reopenable(chat, clock.now()):
        raise ConflictError('chat.reopen_over')
    if by is None and await queries.is_blocked(work.session, chat.customer_id, chat.visitor_phone):
        raise NotAllowedError('visit.blocked')


async def _taker(work: UnitOfWork, holder: Agent | None, by: Agent | None) -> Agent | None:
    """Return the agent who had the chat, if they can take it now; who asks for their own chat may have one above capacity.

    Raises ``ConflictError`` when that one has no place.
    """
    if holder is None:
        return None
    load = (await state_queries.loads_of(work.session, [holder.id]))[holder.id]
    if by is not None and by.id == holder.id:
        if load.total >= holder.chat_capacity + MOST_BEYOND_CAPACITY:
            raise ConflictError('agent.full', most=holder.chat_capacity)
        return holder
    is_able = holder.is_active and is_ready(holder) and load.total < holder.chat_capacity
    return holder if is_able else None


def _open(work: UnitOfWork, chat: ChatSession, agent: Agent | None, by: Agent | None) -> None:
    now = clock.now()
    former_id = chat.agent_id
    chat.ending, chat.end_time, chat.reopened_at, chat.left_at = None, None, now, None
    chat.joined_agent_ids = []
    if by is None:
        chat.customer_seen_at = now
    by_id = by.id if by else None
    if agent is not None:
        chat.status = ChatStatus.ACTIVE
        record_step(work, chat, StepKind.REOPENED, agent_id=agent.id, by_id=by_id)
    else:
        chat.status, chat.agent_id, chat.returning_agent_id = ChatStatus.WAITING, None, former_id
        chat.rank_at = rank_at(now, chat.priority)
        record_step(work, chat, StepKind.REOPENED, by_id=by_id)
        record_step(work, chat, StepKind.QUEUED, by_id=by_id)
        work.tell(RoutingNeeded())
    name = by.name if by else chat.visitor_name
    add_line(work, chat, MessageType.REOPENED, name, also_to=former_id)
