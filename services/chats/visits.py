"""The customer's side of a chat: start, write, read, leave. A customer holds only the chat's token.

A typed name or number proves nothing: a chat belongs to no customer on record until an agent links
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desk.throttle import Throttle
from desk.tokens import TokenSeal, hashed
from models import (
    ChatEnding,
    ChatSession,
    ChatStatus,
    MessageType,
    Priority,
    Queue,
    Sender,
    StepKind,
)
from models.chat import MAX_NAME_CHARS
from models.priority import rank_at
from services.chats import queries, silence_queries, start_queries
from services.chats.changes import after_end, close, tell_changed
from services.chats.chats import MAX_PAGE, check_text, own, send
from services.chats.events import ChatCard, ChatMessage, Typing
from services.chats.outgoing import OutgoingMessage
from services.chats.read_statement import advance
from services.chats.silence import LONGEST_BREAK, Silence, leave_out
from services.contacts import queue_queries
from services.contacts.steps import record_step
from services.people.events import RoutingNeeded
from services.settings.opening import Closed, closed_now, hours_of, require_open
from services.text.phone_numbers import parse_phone
from services.text.visible import parse_name
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

LINES = Throttle(limit=12, seconds=10)
RETURNING = timedelta(days=1)
"""A customer who comes back within this time is offered to the same agent."""
SWEEP_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStart:
    """A customer's entries before a chat, as typed."""

    name: str
    phone: str
    department: str
    source: str = 'web'
    consent: bool | None = None
    """Whether they agree that name and number are stored; ``None`` when another site has asked them."""
    announcement: int | None = None
    """The version of what they read of the protection of agents (``Announcements``); ``None`` when nobody has said."""
    token: str = ''
    """Made by ``Visits.new_token`` when the form is drawn, so that a form sent twice is one chat;
    made here when empty."""


@dataclass(frozen=True, slots=True)
class VisitTopic:
    """A topic to choose (문의 유형): a queue, as customers see it."""

    name: str
    name_en: str = ''
    closed: Closed | None = None
    """Says when it opens; ``None`` within its business hours."""
    queue_id: UUID | None = None


class StartRefusedError(InvalidInputError):
    """Several fields of a form cannot be used. Programs get the first error, people all of them."""

    def __init__(self, faults: Sequence[InvalidInputError]) -> None:
        super().__init__(faults[0].key, **faults[0].values)
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class StartedChat:
    """A new chat and its token, which is shown only once."""

    chat: ChatCard
    token: str


class Visits:
    """A customer's actions in their own chat."""

    def __init__(self, units: UnitsOfWork, *, secret: str, silence: Silence) -> None:
        self._units = units
        self._silence = silence
        self._db = units.db
        self._relay = units.relay
        self._tokens = TokenSeal(secret, 'chat')

    def new_token(self) -> str:
        """Return a token for starting one chat; a customer who starts without one gets one."""
        return self._tokens.new()

    def token_of(self, bits: bytes) -> str:
        """Return the token for 32 secret bytes, for starting the same chat again after a failure."""
        return self._tokens.sealed(bits)

    async def topics(self) -> list[VisitTopic]:
        """Return the topics (문의 유형): the open queues, by name."""
        async with self._db.reading() as session:
            queues = await queue_queries.active(session)
            hours = await hours_of(session, [queue.id for queue in queues])
        return [
            VisitTopic(one.name, one.name_en, closed_now(hours[one.id]), one.id) for one in queues
        ]

    async def topic_of(self, chat: ChatCard) -> VisitTopic:
        """Return a chat's topic: its queue's current name."""
        async with self._db.reading() as session:
            queue = await queue_queries.by_id(session, chat.queue_id) if chat.queue_id else None
        return VisitTopic(queue.name, queue.name_en) if queue else VisitTopic(chat.department)

    async def departments(self) -> list[str]:
        """Return the names of ``topics``, as programs choose them."""
        return [topic.name for topic in await self.topics()]

    async def start(self, form: ChatStart) -> StartedChat:
        """Start a chat that waits for an agent.

        The same token again returns the same chat, until it has ended.

        Raises:
            StartRefusedError: fields that cannot be used, all of them.
            InvalidInputError: the desk did not make the token.
            NotAllowedError: the number belongs to a blocked customer.
            QueueClosedError: the queue is outside its business hours.
        """
        name, phone, queue, is_blocked = await self._read(form)
        token = form.token or self.new_token()
        if form.token and (earlier := await self._chat_by(token)):
            if earlier.status is ChatStatus.CLOSED:
                raise InvalidInputError('visit.token')
            return StartedChat(earlier, token)
        if is_blocked:
            raise NotAllowedError('visit.blocked')
        async with self._db.reading() as session:
            await require_open(session, queue.id)
        now = clock.now()
        chat = ChatSession(
            queue_id=queue.id,
            department=queue.department,
            start_time=now,
            rank_at=rank_at(now, Priority.MEDIUM),
            source=form.source,
            visitor_name=name,
            visitor_phone=phone,
            consented_at=clock.now() if form.consent else None,
            announcement_id=form.announcement,
            announced_at=now if form.announcement else None,
            token_hash=hashed(token),
        )
        return StartedChat(await self._opened(chat, token), token)

    async def check(self, form: ChatStart) -> None:
        """Raise what ``start`` would raise for the fields of a form, and for a blocked number; starts nothing."""
        *_, is_blocked = await self._read(form)
        if is_blocked:
            raise NotAllowedError('visit.blocked')

    async def chat_of(self, token: str) -> ChatCard:
        """Return the chat of a token. Raises ``NotFoundError`` for any other token."""
        if chat := await self._chat_by(token):
            return chat
        raise NotFoundError('visit.not_found')

    async def chat(self, chat_id: UUID) -> ChatCard:
        """Return a chat as it is now; the caller has checked its token. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            chat = await queries.any_chat(session, chat_id)
        if chat is None:
            raise NotFoundError('visit.not_found')
        return queries.card(chat)

    async def write(self, outgoing: OutgoingMessage) -> ChatMessage:
        """Store the customer's message; the same ``outgoing.id`` again returns the message it made.

        Raises:
            ConflictError: the chat has ended.
            NotAllowedError: the customer is blocked.
            InvalidInputError: blank or too long.
            TooManyError: more than ``LINES`` allows.
        """
        check_text(outgoing.content)
        LINES.hit(outgoing.chat_id, act=outgoing.id)
        return await send(self._units, outgoing, None) or await self._earlier_or_refusal(outgoing)

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
        """Return the messages after ``number``, oldest first."""
        async with self._db.reading() as session:
            messages = await queries.messages_after(session, chat_id, number, min(limit, MAX_PAGE))
        return [queries.shown(message) for message in messages]

    async def mark(self, chat_id: UUID, *, delivered: int = 0, read: int = 0) -> None:
        """Record up to which message the chat was delivered to the customer and read."""
        committed = await advance(
            self._db.statements, None, chat_id, delivered=delivered, read=read
        )
        if committed is not None:
            self._relay.hand_over([committed])

    async def leave(self, chat_id: UUID) -> ChatCard:
        """End the chat for the customer: 포기 while it waits, otherwise ended by the customer."""
        async with self._units.begin() as work:
            holder = await queries.locked_holder(work.session, chat_id)
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
                queue = chat.queue_id and await queue_queries.by_id(work.session, chat.queue_id)
                await after_end(work, chat, holder, queue or None)
        return queries.card(chat)

    async def typing(self, chat: ChatCard) -> None:
        """Announce to the agent that the customer is typing; who was asked whether they are still there is."""
        if chat.silence_asked_at is not None:
            await self._silence.stay(chat.id)
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

    async def sign_of_life(self, chat_id: UUID) -> bool:
        """Record that the customer is still there, so that the chat does not count as abandoned.

        Returns whether they wait and their last sign was before a break of the desk: then their
        place was kept.
        """
        now = clock.now()
        async with self._db.transaction() as session:
            was_unheard = await silence_queries.was_unheard(
                session, chat_id, now, longest_break=LONGEST_BREAK
            )
            await queries.touch(session, chat_id, now)
        return was_unheard

    async def give_up_silent(self, silent_for: timedelta) -> int:
        """End waiting chats whose customer gave no sign of life for this long (포기); return how many.

        Must be called several times within half of ``silent_for`` and within ``LONGEST_BREAK``: the
        calls record how long the desk has been up. Silence from before does not count.
        """
        now = clock.now()
        async with self._units.begin() as work:
            hearing = await silence_queries.note_uptime(
                work.session, now, longest_break=min(LONGEST_BREAK, silent_for / 2)
            )
            if hearing.away_from is not None:
                await leave_out(work, hearing.away_from, now)
        if now - hearing.since < silent_for:
            return 0
        async with self._units.begin() as work:
            before = now - silent_for
            silent = await silence_queries.silent_waiting(
                work.session, before=before, limit=SWEEP_BATCH
            )
            for chat in silent:
                close(work, chat, ChatEnding.ABANDONED, MessageType.ABANDONED, chat.visitor_name)
        return len(silent)

    async def _read(self, form: ChatStart) -> tuple[str, str, Queue, bool]:
        """Return the fields of a form as they are stored, and whether the number is blocked. Raises as ``start``."""
        name, phone = parse_name(form.name, most=MAX_NAME_CHARS), parse_phone(form.phone)
        async with self._db.reading() as session:
            queue, is_blocked = await start_queries.topic_for(session, form.department, phone)
        faults = form_faults(form, name, phone, is_open=queue is not None)
        if faults or name is None or phone is None or queue is None:
            raise StartRefusedError(faults)
        # A token that somebody made up could be another visit's.
        if form.token and not self._tokens.is_genuine(form.token):
            raise InvalidInputError('visit.token')
        return name, phone, queue, is_blocked

    async def _opened(self, chat: ChatSession, token: str) -> ChatCard:
        try:
            async with self._units.begin() as work:
                if chat.queue_id:
                    await _enter(work, chat, chat.queue_id)
                work.session.add(chat)
                record_step(work, chat, StepKind.CREATED)
                record_step(work, chat, StepKind.QUEUED)
                tell_changed(work, chat)
                work.tell(RoutingNeeded())
        except IntegrityError:  # the same form, sent twice at the same time
            return await self.chat_of(token)
        return queries.card(chat)

    async def _chat_by(self, token: str) -> ChatCard | None:
        return await queries.card_by_token(self._db.statements, hashed(token))

    async def _earlier_or_refusal(self, outgoing: OutgoingMessage) -> ChatMessage:
        async with self._db.reading() as session:
            earlier = await queries.message_by_id(session, outgoing.id)
        if earlier and earlier.sender is Sender.CUSTOMER:
            return own(earlier, outgoing.chat_id, None)
        if earlier:
            raise ConflictError('message.id_taken')
        chat = await self.chat(outgoing.chat_id)
        if chat.status is not ChatStatus.CLOSED:
            await self._require_not_blocked(chat.customer_id, chat.visitor_phone)
        raise ConflictError('chat.ended')

    async def _require_not_blocked(self, customer_id: UUID | None, phone: str) -> None:
        async with self._db.reading() as session:
            if await queries.is_blocked(session, customer_id, phone):
                raise NotAllowedError('visit.blocked')


async def _enter(work: UnitOfWork, chat: ChatSession, queue_id: UUID) -> None:
    """Give a chat its queue's current department, and whom its customer returns to. Raises when the queue was just closed."""
    queue, last_agent_id = await start_queries.entered_queue(
        work.session, queue_id, chat.visitor_phone, clock.now() - RETURNING
    )
    if queue is None or not queue.is_active:
        raise StartRefusedError([InvalidInputError('visit.department')])
    chat.department, chat.returning_agent_id = queue.department, last_agent_id


def form_faults(
    form: ChatStart, name: str | None, phone: str | None, *, is_open: bool
) -> list[InvalidInputError]:
    """Return all errors of a form, in the order of its fields."""
    faults = []
    if form.consent is False:
        faults.append(InvalidInputError('visit.consent'))
    if not form.name.strip():
        faults.append(InvalidInputError('visit.name_missing'))
    elif name is None:
        faults.append(InvalidInputError('visit.name', most=MAX_NAME_CHARS))
    if not form.phone.strip():
        faults.append(InvalidInputError('visit.phone_missing'))
    elif phone is None:
        faults.append(InvalidInputError('visit.phone'))
    if not is_open:
        faults.append(InvalidInputError('visit.department'))
    return faults
