"""The customer's side of a chat: start, write, read, leave. The token is all that a customer holds.

A typed name or number proves nothing: a chat belongs to no customer on record until an agent links it.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from desk.throttle import Throttle
from models import ChatEnding, ChatSession, ChatStatus, MessageType, Sender
from models.chat import MAX_NAME_CHARS
from services import agent_queries
from services import chat_queries as queries
from services.append_statement import Outgoing
from services.chat_events import ChatCard, ChatMessage, Typing
from services.chats import MAX_PAGE, changed, check_text, close, own, send
from services.read_statement import advance
from services.work import Workshop

TOKEN_BYTES = 32
MIN_TOKEN_CHARS = 43  # 32 bytes in URL-safe base64
LINES = Throttle(limit=12, seconds=10)
PHONE = re.compile(r'0\d{8,10}')  # what can be dialled inside Korea: 02-345-6789 to 010-1234-5678
SWEEP_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStart:
    """What a customer fills in before a chat, as typed."""

    name: str
    phone: str
    department: str
    source: str = 'web'
    token: str = ''
    """Made when the form was drawn, so that the same form sent twice is one chat; made here when empty."""


@dataclass(frozen=True, slots=True)
class StartedChat:
    """A new chat and the token that opens it; the token is shown this once."""

    chat: ChatCard
    token: str


class Visits:
    """What a customer does in their own chat."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._db = workshop.db
        self._relay = workshop.relay

    async def departments(self) -> list[str]:
        """Return what can be asked about (문의 유형): the departments that have agents, in order."""
        async with self._db.reading() as session:
            return list(await agent_queries.departments(session))

    async def start(self, form: ChatStart) -> StartedChat:
        """Open a chat that waits for an agent. Raises ``InvalidInputError`` for what cannot be used."""
        name, phone = ' '.join(form.name.split()), digits(form.phone)
        if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
            raise InvalidInputError('visit.name', most=MAX_NAME_CHARS)
        if not PHONE.fullmatch(phone):
            raise InvalidInputError('visit.phone')
        if form.department not in await self.departments():
            raise InvalidInputError('visit.department')
        token = form.token or new_token()
        if earlier := await self._chat_by(token):
            return StartedChat(earlier, token)
        if len(token) < MIN_TOKEN_CHARS:
            raise InvalidInputError('visit.token')
        chat = ChatSession(
            department=form.department,
            source=form.source,
            visitor_name=name,
            visitor_phone=phone,
            token_hash=hashed(token),
        )
        return StartedChat(await self._opened(chat, token), token)

    async def chat_of(self, token: str) -> ChatCard:
        """Return the chat that a token opens. Raises ``NotFoundError`` for any other token."""
        if chat := await self._chat_by(token):
            return chat
        raise NotFoundError('visit.not_found')

    async def chat(self, chat_id: UUID) -> ChatCard:
        """Return a chat as it is now, for its customer, who has shown its token. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            chat = await queries.any_chat(session, chat_id)
        if chat is None:
            raise NotFoundError('visit.not_found')
        return queries.card(chat)

    async def write(self, outgoing: Outgoing) -> ChatMessage:
        """Store the customer's message; the same ``outgoing.id`` again returns the message it made.

        Raises:
            ConflictError: the chat has ended.
            InvalidInputError: blank or too long.
            TooManyError: more than ``LINES`` allows.
        """
        check_text(outgoing.content)
        LINES.hit(outgoing.chat_id, act=outgoing.id)
        return await send(self._workshop, outgoing, None) or await self._earlier_or_refusal(
            outgoing
        )

    async def transcript(
        self, chat_id: UUID, *, before: int | None = None, limit: int = MAX_PAGE
    ) -> list[ChatMessage]:
        """Return the last messages (before number ``before``), oldest first."""
        async with self._db.reading() as session:
            messages = await queries.messages_before(session, chat_id, before, min(limit, MAX_PAGE))
        return [queries.shown(message) for message in messages]

    async def messages_after(
        self, chat_id: UUID, number: int, *, limit: int = MAX_PAGE
    ) -> list[ChatMessage]:
        """Return what came after ``number``, oldest first."""
        async with self._db.reading() as session:
            messages = await queries.messages_after(session, chat_id, number, min(limit, MAX_PAGE))
        return [queries.shown(message) for message in messages]

    async def mark(self, chat_id: UUID, *, delivered: int = 0, read: int = 0) -> None:
        """Note how far the chat has reached the customer's screen and eyes."""
        committed = await advance(self._db.lane, None, chat_id, delivered=delivered, read=read)
        if committed is not None:
            self._relay.hand_over([committed])

    async def leave(self, chat_id: UUID) -> ChatCard:
        """End the chat for the customer: 포기 while it waits, the customer's ending afterwards."""
        async with self._workshop.work() as work:
            chat = await queries.locked_chat(work.session, chat_id)
            if chat is None:
                raise NotFoundError('visit.not_found')
            if chat.status is ChatStatus.WAITING:
                close(work, chat, ChatEnding.ABANDONED, MessageType.ABANDONED, chat.visitor_name)
            elif chat.status is not ChatStatus.CLOSED:
                close(
                    work,
                    chat,
                    ChatEnding.CUSTOMER,
                    MessageType.ENDED_BY_CUSTOMER,
                    chat.visitor_name,
                )
        return queries.card(chat)

    async def typing(self, chat: ChatCard) -> None:
        """Tell the agent that the customer is typing."""
        await self._relay.whisper(
            Typing(chat_id=chat.id, sender=Sender.CUSTOMER, name=chat.visitor_name)
        )

    async def place(self, chat_id: UUID) -> int:
        """Return the customer's place in the queue, 1 for the next; 0 when the chat no longer waits."""
        async with self._db.reading() as session:
            chat = await queries.any_chat(session, chat_id)
            if chat is None or chat.status is not ChatStatus.WAITING:
                return 0
            return await queries.waiting_before(session, chat) + 1

    async def sign_of_life(self, chat_id: UUID) -> None:
        """Note that the customer is still there, so that the chat does not count as abandoned."""
        async with self._db.transaction() as session:
            await queries.touch(session, chat_id, clock.now())

    async def give_up_silent(self, silent_for: timedelta) -> int:
        """End waiting chats whose customer gave no sign for so long (포기); returns how many."""
        async with self._workshop.work() as work:
            before = clock.now() - silent_for
            silent = await queries.silent_waiting(work.session, before=before, limit=SWEEP_BATCH)
            for chat in silent:
                close(work, chat, ChatEnding.ABANDONED, MessageType.ABANDONED, chat.visitor_name)
        return len(silent)

    async def _opened(self, chat: ChatSession, token: str) -> ChatCard:
        try:
            async with self._workshop.work() as work:
                work.session.add(chat)
                await work.session.flush()
                changed(work, chat)
        except IntegrityError:  # the same form, sent twice at the same moment
            return await self.chat_of(token)
        return queries.card(chat)

    async def _chat_by(self, token: str) -> ChatCard | None:
        return await queries.card_by_token(self._db.lane, hashed(token))

    async def _earlier_or_refusal(self, outgoing: Outgoing) -> ChatMessage:
        async with self._db.reading() as session:
            earlier = await queries.message_by_id(session, outgoing.id)
        if earlier and earlier.sender is Sender.CUSTOMER:
            return own(earlier, outgoing.chat_id, None)
        if earlier:
            raise ConflictError('message.id_taken')
        raise ConflictError('chat.ended')


def new_token() -> str:
    """Return a token for one chat: 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """Return what is stored of a token: SHA-256 as hex. Tokens are long and random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def digits(phone: str) -> str:
    """Return a phone number as dialled in Korea: digits only, +82 written as 0."""
    only = re.sub(r'[^\d+]', '', phone)
    return '0' + only[3:].lstrip('0') if only.startswith('+82') else only
