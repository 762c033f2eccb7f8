"""Chats as agents work in them: take, reply, read, end.

A customer's own acts are in ``visits``; the lists are in ``inbox``; what may be seen is in ``chat_queries``.
"""

import re
from uuid import UUID, uuid4

from desk import clock, metrics
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from desk.throttle import Throttle
from models import Agent, ChatEnding, ChatSession, ChatStatus, Message, MessageType, Sender
from models.chat import MAX_MESSAGE_CHARS
from services import chat_queries as queries
from services.append_statement import Outgoing, append
from services.chat_events import ChatCard, ChatMessage, MessageAdded, Typing
from services.read_statement import advance
from services.work import Work, Workshop

UNSTORABLE = re.compile('[\x00\ud800-\udfff]')
"""What PostgreSQL cannot keep: NUL, and the halves of characters that JSON can carry."""
PAGE = 50
MAX_PAGE = 200
REPLIES = Throttle(limit=20, seconds=10)


class NewerMessagesError(ConflictError):
    """A colleague replied after what the writer had seen. The reply was not sent."""


class Chats:
    """What an agent does with chats."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._db = workshop.db
        self._relay = workshop.relay

    async def chat(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Return one chat. Raises ``NotFoundError`` when it is not there or not the agent's to see."""
        async with self._db.reading() as session:
            return queries.card(found(await queries.chat_of(session, agent, chat_id)))

    async def transcript(
        self, agent: Agent, chat_id: UUID, *, before: int | None = None, limit: int = PAGE
    ) -> list[ChatMessage]:
        """Return the last messages (before number ``before``), oldest first, at most ``MAX_PAGE``."""
        async with self._db.reading() as session:
            found(await queries.chat_of(session, agent, chat_id))
            messages = await queries.messages_before(session, chat_id, before, min(limit, MAX_PAGE))
        return [queries.shown(message) for message in messages]

    async def messages_after(
        self, agent: Agent, chat_id: UUID, number: int, *, limit: int = MAX_PAGE
    ) -> list[ChatMessage]:
        """Return what came after ``number``, oldest first, at most ``MAX_PAGE``."""
        async with self._db.reading() as session:
            found(await queries.chat_of(session, agent, chat_id))
            messages = await queries.messages_after(session, chat_id, number, min(limit, MAX_PAGE))
        return [queries.shown(message) for message in messages]

    async def take(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Make a waiting chat the agent's. Of many who try at once, one wins.

        Raises:
            NotFoundError: not there, or of another department.
            ConflictError: somebody was faster, or the customer has gone.
        """
        async with self._workshop.work() as work:
            chat = await queries.take_waiting(work.session, agent, chat_id, clock.now())
            if chat is None:
                taken = found(await queries.chat_of(work.session, agent, chat_id))
                if taken.agent_id == agent.id and taken.is_open:  # a double click
                    return queries.card(taken)
                if taken.status is ChatStatus.CLOSED:
                    raise ConflictError('chat.ended')
                raise ConflictError('chat.taken')
            add_line(work, chat, MessageType.JOINED, agent.name)
        return queries.card(chat)

    async def reply(self, agent: Agent, outgoing: Outgoing) -> ChatMessage:
        """Store an agent's message under the chat's next number and tell everyone who follows it.

        The same ``outgoing.id`` again returns the message it made the first time.

        Raises:
            NotFoundError: not there, or not the agent's to see.
            NewerMessagesError: a colleague wrote after ``outgoing.seen``.
            ConflictError: not open, or held by a colleague.
            InvalidInputError: blank or longer than ``MAX_MESSAGE_CHARS``.
            TooManyError: more than ``REPLIES`` allows.
        """
        check_text(outgoing.content)
        REPLIES.hit(agent.id, act=outgoing.id)
        return await send(self._workshop, outgoing, agent) or await self._earlier_or_refusal(
            agent, outgoing
        )

    async def mark(self, agent: Agent, chat_id: UUID, *, delivered: int = 0, read: int = 0) -> None:
        """Note how far the chat has reached the agent's screen and eyes. Counts for its holder only."""
        committed = await advance(self._db.lane, agent, chat_id, delivered=delivered, read=read)
        if committed is not None:
            self._relay.hand_over([committed])

    async def end(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """End a chat that the agent holds (supervisors: any open one); ending it again changes nothing.

        Raises:
            NotFoundError: not there, or not the agent's to see.
            ConflictError: nobody has taken it, or a colleague holds it.
        """
        async with self._workshop.work() as work:
            chat = found(await queries.locked_chat_of(work.session, agent, chat_id))
            if chat.status is ChatStatus.CLOSED:
                return queries.card(chat)
            if not chat.is_open:
                raise ConflictError('chat.not_taken')
            if not may_write(agent, chat):
                raise ConflictError('chat.held_by_colleague')
            close(work, chat, ChatEnding.AGENT, MessageType.ENDED_BY_AGENT, agent.name)
        return queries.card(chat)

    async def typing(self, agent: Agent, chat_id: UUID) -> None:
        """Tell the chat's other readers that the agent is typing. The caller has shown them the chat."""
        await self._relay.whisper(Typing(chat_id=chat_id, sender=Sender.AGENT, name=agent.name))

    async def _earlier_or_refusal(self, agent: Agent, outgoing: Outgoing) -> ChatMessage:
        async with self._db.reading() as session:
            chat = found(await queries.chat_of(session, agent, outgoing.chat_id))
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


def may_see(agent: Agent, chat: ChatSession | ChatCard) -> bool:
    """Whether the agent may see this chat: what ``chat_queries.visible_to`` says, of a chat at hand."""
    is_theirs = agent.id == chat.agent_id or agent.department == chat.department
    return agent.sees_everything or is_theirs


def may_write(agent: Agent, chat: ChatSession | ChatCard) -> bool:
    """Whether the agent may write in this open chat: its holder, and supervisors."""
    return agent.sees_everything or chat.agent_id == agent.id


def check_text(content: str) -> None:
    """Raise ``InvalidInputError`` when nobody could read this as a message."""
    if not content.strip() or UNSTORABLE.search(content):
        raise InvalidInputError('message.blank')
    if len(content) > MAX_MESSAGE_CHARS:
        raise InvalidInputError('message.too_long', most=MAX_MESSAGE_CHARS, has=len(content))


async def send(workshop: Workshop, outgoing: Outgoing, agent: Agent | None) -> ChatMessage | None:
    """Append a message and publish it; returns nothing when it was not appended."""
    committed = await append(workshop.db.lane, outgoing, agent)
    if committed is None:
        return None
    workshop.relay.hand_over([committed])
    metrics.MESSAGES.labels(Sender.AGENT if agent else Sender.CUSTOMER).inc()
    assert isinstance(committed.event, MessageAdded)  # noqa: S101 - what `append` makes
    return committed.event.message


def own(earlier: Message, chat_id: UUID, sender_id: UUID | None) -> ChatMessage:
    """Return a repeated message; somebody else's id is nobody's business."""
    if earlier.chat_session_id != chat_id or earlier.sender_id != sender_id:
        raise ConflictError('message.id_taken')
    return queries.shown(earlier)


def add_line(work: Work, chat: ChatSession, kind: MessageType, name: str) -> None:
    """Append one of the desk's own lines (who joined, who ended) to a chat that the work holds locked."""
    chat.last_number += 1
    message = Message(
        id=uuid4(),
        chat_session_id=chat.id,
        number=chat.last_number,
        sender=Sender.SYSTEM,
        type=kind,
        content=name,
    )
    work.session.add_all([chat, message])
    work.tell(MessageAdded(chat=queries.card(chat), message=queries.shown(message)))


def changed(work: Work, chat: ChatSession) -> None:
    """Keep a changed chat that the work holds locked, and tell that it is so."""
    chat.version += 1
    work.session.add(chat)
    work.tell(queries.changed(chat))


def close(work: Work, chat: ChatSession, ending: ChatEnding, kind: MessageType, name: str) -> None:
    """End a chat that the work holds locked."""
    chat.status, chat.ending, chat.end_time = ChatStatus.CLOSED, ending, clock.now()
    chat.awaiting_since, chat.unread_count = None, 0
    chat.version += 1
    add_line(work, chat, kind, name)


def found(chat: ChatSession | None) -> ChatSession:
    """Return a chat that was looked for. Raises ``NotFoundError``: not there and not yours look the same."""
    if chat is None:
        raise NotFoundError('chat.not_found')
    return chat
