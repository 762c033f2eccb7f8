"""Agents' actions on chats: take, reply, read, end.

A customer's own actions are in ``visits``, the lists in ``inbox``; ``services.contacts.access`` decides which chats are visible.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from desk import clock, metrics, tracing
from desk.errors import ConflictError, InvalidInputError
from desk.throttle import Throttle
from models import (
    Agent,
    ChatEnding,
    ChatSession,
    ChatStatus,
    Message,
    MessageType,
    Sender,
    StateCause,
    StepKind,
)
from models.chat import MAX_MESSAGE_CHARS, OPEN_STATUSES
from services.chats import queries
from services.chats.append_statement import append
from services.chats.changes import (
    after_end,
    append_line,
    close,
    forget_silence,
    require_chat,
    settle_holder,
    tell_changed,
)
from services.chats.events import ChatCard, ChatMessage, HoldDue, MessageAdded, Typing
from services.chats.outgoing import OutgoingMessage
from services.chats.read_statement import advance
from services.contacts.access import may_write
from services.contacts.pair_queries import require_not_barred
from services.contacts.steps import record_step
from services.people import state_queries
from services.people.state_queries import Load
from services.people.states import is_ready, locked_agent, settle
from services.text.storable import UNSTORABLE
from services.text.visible import is_visible
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

PAGE = 50
MAX_PAGE = 200
MOST_BEYOND_CAPACITY = 1
"""How many chats above capacity an agent may have when one returns from 보류."""
REPLIES = Throttle(limit=20, seconds=10)


class NewerMessagesError(ConflictError):
    """A colleague replied after what the writer had seen. The reply was not sent."""


class Chats:
    """An agent's actions on chats."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db
        self._relay = units.relay

    async def chat(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Return one chat.

        Raises ``NotFoundError`` when it does not exist or the agent may not see it.
        """
        async with self._db.reading() as session:
            return queries.card(require_chat(await queries.chat_of(session, agent, chat_id)))

    async def opened(
        self, agent: Agent, chat_id: UUID, *, limit: int = PAGE
    ) -> tuple[ChatCard, list[ChatMessage]]:
        """Return one chat with its last messages, oldest first. Raises as ``chat``."""
        async with self._db.reading() as session:
            chat = queries.card(require_chat(await queries.chat_of(session, agent, chat_id)))
            messages = await queries.messages_before(session, chat_id, None, min(limit, MAX_PAGE))
        return chat, [queries.shown(message) for message in messages]

    async def names_of(self, agent: Agent, chat_ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return the customers' names of these chats, by id; only of chats that the agent may see."""
        if not chat_ids:
            return {}
        async with self._db.reading() as session:
            return {
                chat.id: chat.visitor_name
                for chat in await queries.chats_among(session, agent, chat_ids)
            }

    async def transcript(
        self, agent: Agent, chat_id: UUID, *, before: int | None = None, limit: int = PAGE
    ) -> list[ChatMessage]:
        """Return the last messages (before number ``before``), oldest first, at most ``MAX_PAGE``."""
        async with self._db.reading() as session:
            require_chat(await queries.chat_of(session, agent, chat_id))
            messages = await queries.messages_before(session, chat_id, before, min(limit, MAX_PAGE))
        return [queries.shown(message) for message in messages]

    async def messages_after(
        self, agent: Agent, chat_id: UUID, number: int, *, limit: int = MAX_PAGE
    ) -> list[ChatMessage]:
        """Return the messages after ``number``, oldest first, at most ``MAX_PAGE``."""
        async with self._db.reading() as session:
            require_chat(await queries.chat_of(session, agent, chat_id))
            messages = await queries.messages_after(session, chat_id, number, min(limit, MAX_PAGE))
        return [queries.shown(message) for message in messages]

    async def take(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Assign a waiting chat to the agent. Of many concurrent tries, one wins.

        Raises:
            NotFoundError: it does not exist, or belongs to another department.
            ConflictError: a colleague was faster, the customer has left, the queue offers its chats itself, or
                the agent is not 상담 가능, has no free place, or is protected from the customer (보호).
        """
        async with self._units.begin() as work:
            me = await locked_agent(work, agent.id)
            chat = await queries.take_waiting(work.session, agent, chat_id, clock.now())
            if chat is None:
                return queries.card(await _taken_before(work, me, chat_id))
            _require_ready(me)
            load = await _require_places(work, me, most=me.chat_capacity)
            record_step(work, chat, StepKind.TAKEN, agent_id=agent.id, by_id=agent.id)
            me.missed_in_a_row = 0
            append_line(work, chat, MessageType.JOINED, agent.name)
            await settle(work, me, StateCause.CONTACT_TAKEN, load=load)
        return queries.card(chat)

    async def hold(
        self, agent: Agent, chat_id: UUID, *, remind_minutes: int | None = None
    ) -> ChatCard:
        """Put a chat on hold (보류), which frees its place for another contact.

        Its agent is reminded of it after some minutes, if wanted. Raises as ``end``.
        """
        async with self._units.begin() as work:
            me, chat = await _held(work, agent, chat_id)
            if chat.status is ChatStatus.ACTIVE:
                now = clock.now()
                chat.status, chat.held_at = ChatStatus.ON_HOLD, now
                chat.come_back()
                chat.remind_at = now + timedelta(minutes=remind_minutes) if remind_minutes else None
                forget_silence(chat)
                record_step(work, chat, StepKind.HELD, agent_id=chat.agent_id, by_id=agent.id)
                tell_changed(work, chat)
                await settle_holder(work, me, StateCause.CONTACT_OVER)
        return queries.card(chat)

    async def resume(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Resume a chat on hold, up to ``MOST_BEYOND_CAPACITY`` above the agent's capacity.

        Raises:
            ConflictError: the agent has no place for it; also as ``end``.
        """
        async with self._units.begin() as work:
            me, chat = await _held(work, agent, chat_id)
            if chat.status is ChatStatus.ON_HOLD:
                if me is not None:
                    most = me.chat_capacity + MOST_BEYOND_CAPACITY
                    await _require_places(work, me, most=most - 1)
                chat.status, chat.held_at, chat.remind_at = ChatStatus.ACTIVE, None, None
                record_step(work, chat, StepKind.RESUMED, agent_id=chat.agent_id, by_id=agent.id)
                tell_changed(work, chat)
                await settle_holder(work, me, StateCause.CONTACT_TAKEN)
        return queries.card(chat)

    async def remind_held(self) -> int:
        """Remind agents of chats on hold whose time has come; return how many. Any process may do it."""
        async with self._units.begin() as work:
            due = await queries.held_due(work.session, clock.now(), limit=MAX_PAGE)
            for chat in due:
                chat.remind_at = None
                tell_changed(work, chat)
                work.tell(HoldDue.of(chat))
        return len(due)

    async def reply(self, agent: Agent, outgoing: OutgoingMessage) -> ChatMessage:
        """Store an agent's message under the chat's next number and publish it.

        The same ``outgoing.id`` again returns the message it made the first time.

        Raises:
            NotFoundError: the chat does not exist, or the agent may not see it.
            NewerMessagesError: a colleague wrote after ``outgoing.seen``.
            ConflictError: the chat is not open, or is a colleague's.
            InvalidInputError: blank or longer than ``MAX_MESSAGE_CHARS``.
            TooManyError: more than ``REPLIES`` allows.
        """
        check_text(outgoing.content)
        REPLIES.hit(agent.id, act=outgoing.id)
        return await send(self._units, outgoing, agent) or await self._earlier_or_refusal(
            agent, outgoing
        )

    async def mark(self, agent: Agent, chat_id: UUID, *, delivered: int = 0, read: int = 0) -> None:
        """Record up to which message the chat was delivered to its agent, or to one who joined it, and read.

        Ignored for other agents.
        """
        committed = await advance(
            self._db.statements, agent, chat_id, delivered=delivered, read=read
        )
        if committed is not None:
            self._relay.hand_over([committed])

    async def end(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """End a chat that the agent has (supervisors: any open one); ending it again changes nothing.

        Raises:
            NotFoundError: it does not exist, or the agent may not see it.
            ConflictError: it is not taken, or is a colleague's.
        """
        async with self._units.begin() as work:
            holder = await queries.locked_holder(work.session, chat_id)
            found, queue = await queries.locked_with_queue(work.session, agent, chat_id)
            chat = require_chat(found)
            if chat.status is ChatStatus.CLOSED:
                return queries.card(chat)
            _require_writable(agent, chat)
            close(
                work, chat, ChatEnding.AGENT, MessageType.ENDED_BY_AGENT, agent.name, by_id=agent.id
            )
            await after_end(work, chat, holder, queue)
        return queries.card(chat)

    async def typing(self, agent: Agent, chat_id: UUID) -> None:
        """Announce that the agent is typing. The caller has checked that they may see the chat."""
        await self._relay.whisper(
            Typing(chat_id=chat_id, sender=Sender.AGENT, name=agent.name, agent_id=agent.id)
        )

    async def tell_typing(self, agent: Agent, chat_id: UUID) -> None:
        """Announce that the agent is typing, after checking the chat; for programs.

        Raises:
            NotFoundError: it does not exist, or the agent may not see it.
            ConflictError: it is not open or is a colleague's: the customer would wait for a reply that cannot come.
        """
        await self.require_open(agent, chat_id)
        await self.typing(agent, chat_id)

    async def require_open(self, agent: Agent, chat_id: UUID) -> None:
        """Raise unless the agent may write in the chat now: as ``tell_typing``."""
        chat = await self.chat(agent, chat_id)
        if chat.status not in OPEN_STATUSES:
            if chat.status is ChatStatus.WAITING:
                raise ConflictError('chat.not_taken')
            raise ConflictError('chat.ended')
        if not may_write(agent, chat):
            raise ConflictError('chat.held_by_colleague')

    async def _earlier_or_refusal(self, agent: Agent, outgoing: OutgoingMessage) -> ChatMessage:
        async with self._db.reading() as session:
            chat = require_chat(await queries.chat_of(session, agent, outgoing.chat_id))
            earlier = await queries.message_by_id(session, outgoing.id)
        if earlier:
            return own(earlier, outgoing.chat_id, agent.id)
        if chat.status is ChatStatus.CLOSED:
            raise ConflictError('chat.ended')
        if not chat.is_open:
            raise ConflictError('chat.not_taken')
        if not may_write(agent, chat):
            raise ConflictError('chat.held_by_colleague')
        raise NewerMessagesError('chat.newer_messages', after=outgoing.seen)


def check_text(content: str) -> None:
    """Raise ``InvalidInputError`` for a message without visible text or over the limit."""
    if not is_visible(content) or UNSTORABLE.search(content):
        raise InvalidInputError('message.blank')
    if len(content) > MAX_MESSAGE_CHARS:
        raise InvalidInputError('message.too_long', most=MAX_MESSAGE_CHARS, has=len(content))


async def send(
    units: UnitsOfWork, outgoing: OutgoingMessage, agent: Agent | None
) -> ChatMessage | None:
    """Append a message and publish it; return ``None`` when it was not appended."""
    with tracing.child('message stored', chat_id=outgoing.chat_id, message_id=outgoing.id):
        committed = await append(units.db.statements, outgoing, agent)
    if committed is None:
        return None
    units.relay.hand_over([committed])
    metrics.MESSAGES.labels(Sender.AGENT if agent else Sender.CUSTOMER).inc()
    assert isinstance(committed.event, MessageAdded)  # noqa: S101 - `append` makes no other event
    return committed.event.message


def own(earlier: Message, chat_id: UUID, sender_id: UUID | None) -> ChatMessage:
    """Return a repeated message. Another sender's id raises as if it did not exist."""
    if earlier.chat_session_id != chat_id or earlier.sender_id != sender_id:
        raise ConflictError('message.id_taken')
    return queries.shown(earlier)


async def _held(work: UnitOfWork, agent: Agent, chat_id: UUID) -> tuple[Agent | None, ChatSession]:
    """Return an open chat that the agent may write in, and its agent, both locked."""
    holder = await queries.locked_holder(work.session, chat_id)
    chat = require_chat(await queries.locked_chat_of(work.session, agent, chat_id))
    if chat.status is ChatStatus.CLOSED:
        raise ConflictError('chat.ended')
    _require_writable(agent, chat)
    return holder, chat


def _require_writable(agent: Agent, chat: ChatSession) -> None:
    if not chat.is_open:
        raise ConflictError('chat.not_taken')
    if not may_write(agent, chat):
        raise ConflictError('chat.held_by_colleague')


def _require_ready(agent: Agent) -> None:
    if not is_ready(agent):
        raise ConflictError('agent.not_available')


async def _require_places(work: UnitOfWork, agent: Agent, *, most: int) -> Load:
    load = (await state_queries.loads_of(work.session, [agent.id]))[agent.id]
    if load.total > most:
        raise ConflictError('agent.full', most=agent.chat_capacity)
    return load


async def _taken_before(work: UnitOfWork, agent: Agent, chat_id: UUID) -> ChatSession:
    """Return a chat that the agent has already (a double click); raise why any other cannot be taken."""
    found = require_chat(await queries.chat_of(work.session, agent, chat_id))
    if found.agent_id == agent.id and found.is_open:
        return found
    await require_not_barred(work.session, agent.id, found.customer_id, found.visitor_phone)
    _require_ready(agent)
    is_offered = found.offered_agent_id == agent.id  # it has its place
    await _require_places(work, agent, most=agent.chat_capacity - 1 + is_offered)
    raise _refused_take(found)  # its state after the faster agent took it


def _refused_take(chat: ChatSession) -> ConflictError:
    if chat.status is ChatStatus.CLOSED:
        return ConflictError('chat.ended')
    if chat.status is ChatStatus.WAITING:
        return ConflictError('chat.offered_by_desk')
    return ConflictError('chat.taken')
