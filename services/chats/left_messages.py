"""남긴 메시지: what customers leave outside the hours of a queue. At its opening each becomes a chat that waits (decision 0050).

One that was left in a crowded queue (``services.floor.crowding``) becomes a chat when there is room, at the latest after ``MOST_HELD``.
A customer who waits already may leave a message too: their chat goes on waiting without them (decision 0060).

Before that it is no contact: no fact is written, so that its wait begins when somebody could take it, and every figure
is counted as for any chat. Its customer keeps the token: it opens the message before, the chat afterwards.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from typing_extensions import override

from desk import clock
from desk.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TooManyError,
)
from desk.events import Event
from desk.tokens import TokenSeal, hashed
from models import (
    Agent,
    ChatSession,
    ChatStatus,
    LeftMessage,
    Message,
    Priority,
    Queue,
    Sender,
    StepKind,
)
from models.chat import LAST_LINE_CHARS, LEFT, MAX_NAME_CHARS
from models.priority import rank_at
from services.chats import left_message_queries as left_queries
from services.chats import queries, start_queries
from services.chats.changes import tell_changed
from services.chats.chats import check_text
from services.chats.events import ChatCard, MessageAdded
from services.chats.visits import RETURNING, ChatStart, StartRefusedError, form_faults
from services.contacts.steps import record_step
from services.people.events import RoutingNeeded
from services.settings.opening import closed_now, hours_of
from services.text.masking import masked_in_thread
from services.text.phone_numbers import masked_phone, parse_phone
from services.text.visible import parse_name, trimmed
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MOST_OF_A_NUMBER = 3
"""So many messages that name one number may wait for an opening: nobody fills an agent's morning."""
SWEEP_BATCH = 50
MOST_HELD = timedelta(hours=1)
"""So long a crowded queue holds a message back while it is open: nobody waits for ever behind those who come later."""
MOST_LISTED = 200
LEFT_MESSAGES = 'left-messages'
"""The topic of news about the list of messages that wait for an opening."""


class LeftMessagesChanged(Event):
    """A message was left, taken back, or has become a chat."""

    department: str

    @override
    def topics(self) -> tuple[str, ...]:
        """Return where it is told: it holds nothing personal."""
        return (LEFT_MESSAGES,)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftView:
    """A message that waits for an opening."""

    id: UUID
    name: str
    phone: str
    """Masked: who takes the chat sees it as in any chat."""
    body: str
    queue: str
    queue_en: str
    department: str
    left_at: datetime
    opens_at: datetime | None
    """``None`` for one that waits for room in a crowded queue."""

    @classmethod
    def of(cls, message: LeftMessage, queue: Queue) -> 'LeftView':
        """Return a message as it is shown."""
        return cls(
            id=message.id,
            name=message.visitor_name,
            phone=masked_phone(message.visitor_phone),
            body=message.body,
            queue=queue.name,
            queue_en=queue.name_en,
            department=queue.department,
            left_at=message.created_at,
            opens_at=message.opens_at,
        )


class LeftMessages:
    """Messages left by customers."""

    def __init__(self, units: UnitsOfWork, *, secret: str) -> None:
        self._units = units
        self._db = units.db
        self._tokens = TokenSeal(secret, 'chat')

    async def leave(
        self, form: ChatStart, body: str, *, crowded: Collection[UUID] = ()
    ) -> LeftView:
        """Keep a message until its queue opens, or of the ``crowded`` queues has room; the same ``form.token`` again returns the same message.

        Raises:
            StartRefusedError: fields that cannot be used, all of them.
            InvalidInputError: the desk did not make the token, or it has opened a chat.
            NotAllowedError: the number belongs to a blocked customer.
            ConflictError: the queue does not open within a year.
            TooManyError: ``MOST_OF_A_NUMBER`` wait already.
        """
        name, phone = parse_name(form.name, most=MAX_NAME_CHARS), parse_phone(form.phone)
        async with self._db.reading() as session:
            queue, is_blocked = await start_queries.topic_for(session, form.department, phone)
        faults = [*form_faults(form, name, phone, is_open=queue is not None), *_text_faults(body)]
        if faults or name is None or phone is None or queue is None:
            raise StartRefusedError(faults)
        if not self._tokens.is_genuine(form.token):
            raise InvalidInputError('visit.token')
        if (earlier := await self.of_token(form.token)) is not None:
            return earlier
        if is_blocked:
            raise NotAllowedError('visit.blocked')
        message = LeftMessage(
            queue_id=queue.id,
            visitor_name=name,
            visitor_phone=phone,
            body=await masked_in_thread(trimmed(body)),
            token_hash=hashed(form.token),
            consented_at=clock.now() if form.consent else None,
            created_at=clock.now(),
        )
        return await self._kept(message, queue, form.token, is_crowded=queue.id in crowded)

    async def leave_waiting(self, chat_id: UUID) -> ChatCard:
        """Let a customer who waits go: the chat keeps its place, and does not end because nobody is at the screen (decision 0060).

        What they say stands in the chat already. Again, or once an agent has the chat, it changes nothing. Raises
        ``NotFoundError``, and ``ConflictError`` when the chat has ended.
        """
        async with self._units.begin() as work:
            chat = await queries.locked_chat(work.session, chat_id)
            if chat is None:
                raise NotFoundError('visit.not_found')
            if chat.status is ChatStatus.CLOSED:
                raise ConflictError('chat.ended')
            if chat.status is ChatStatus.WAITING and chat.left_at is None:
                chat.left_at = clock.now()
                tell_changed(work, chat)
        return queries.card(chat)

    async def of_token(self, token: str) -> LeftView | None:
        """Return the message of a token that waits for an opening."""
        async with self._db.reading() as session:
            found = await left_queries.of_token(session, hashed(token))
        return LeftView.of(*found) if found else None

    async def withdraw(self, token: str) -> None:
        """Take a message back, as its customer; nothing when it is none or has become a chat."""
        async with self._units.begin() as work:
            found = await left_queries.of_token(work.session, hashed(token))
            if found is not None:
                await left_queries.remove(work.session, hashed(token))
                work.tell(LeftMessagesChanged(department=found[1].department))

    async def waiting(self, agent: Agent) -> list[LeftView]:
        """Return the messages that wait for an opening in departments that a person reaches, first left first."""
        async with self._db.reading() as session:
            found = await left_queries.seen_by(session, agent, limit=MOST_LISTED)
        return [LeftView.of(*one) for one in found]

    async def begin_due(self, crowded: Collection[UUID] = ()) -> int:
        """Make chats of the messages whose queues are open now; return how many. Any process may do it.

        Those that wait for room begin one by one in each queue, and in the ``crowded`` ones not before ``MOST_HELD``.
        """
        async with self._db.reading() as session:
            queue_ids = await left_queries.waiting_queues(session)
            hours = await hours_of(session, queue_ids) if queue_ids else {}
        due = [one for one in queue_ids if closed_now(hours[one]) is None]
        if not due:
            return 0
        async with self._units.begin() as work:
            found = await left_queries.locked(
                work.session,
                due,
                held_in=crowded,
                held_since=clock.now() - MOST_HELD,
                limit=SWEEP_BATCH,
            )
            found = _one_at_a_time(found)
            for message, queue in found:
                await _begin(work, message, queue)
        return len(found)

    async def _kept(
        self, message: LeftMessage, queue: Queue, token: str, *, is_crowded: bool
    ) -> LeftView:
        try:
            async with self._units.begin() as work:
                hours = (await hours_of(work.session, [queue.id]))[queue.id]
                closed = closed_now(hours)
                if closed is not None and closed.opens_at is None:
                    raise ConflictError('visit.closed')
                message.opens_at = (
                    closed.opens_at if closed else None if is_crowded else clock.now()
                )
                if await left_queries.has_chat(work.session, message.token_hash):
                    raise InvalidInputError('visit.token')
                waiting = await left_queries.count_of(work.session, message.visitor_phone)
                if waiting >= MOST_OF_A_NUMBER:
                    raise TooManyError('visit.left_too_many', wait_seconds=3_600)
                work.session.add(message)
                await work.session.flush()
                work.tell(LeftMessagesChanged(department=queue.department))
        except IntegrityError:  # the same form, sent twice at the same time
            if (earlier := await self.of_token(token)) is not None:
                return earlier
            raise
        return LeftView.of(message, queue)


def _one_at_a_time(
    found: Sequence[tuple[LeftMessage, Queue]],
) -> list[tuple[LeftMessage, Queue]]:
    """Return the messages without all but the first of each queue that wait for room: each of them may take it."""
    firsts: dict[UUID, UUID] = {}
    for message, queue in found:
        if message.opens_at is None:
            firsts.setdefault(queue.id, message.id)
    return [one for one in found if one[0].opens_at or firsts[one[1].id] == one[0].id]


def _text_faults(body: str) -> list[InvalidInputError]:
    try:
        check_text(body)
    except InvalidInputError as error:
        return [error]
    return []


async def _begin(work: UnitOfWork, left: LeftMessage, queue: Queue) -> None:
    """Make the chat of a message: it comes now, with the text as its first line; the message goes."""
    await work.session.delete(left)
    work.tell(LeftMessagesChanged(department=queue.department))
    if await queries.is_blocked(work.session, None, left.visitor_phone):
        return
    now = clock.now()
    _, returning_id = await start_queries.entered_queue(
        work.session, queue.id, left.visitor_phone, now - RETURNING
    )
    chat = ChatSession(
        queue_id=queue.id,
        department=queue.department,
        start_time=now,
        rank_at=rank_at(now, Priority.MEDIUM),
        source=LEFT,
        visitor_name=left.visitor_name,
        visitor_phone=left.visitor_phone,
        consented_at=left.consented_at,
        token_hash=left.token_hash,
        returning_agent_id=returning_id,
        last_number=1,
        last_message_at=now,
        last_line=' '.join(left.body.split())[:LAST_LINE_CHARS],
        unread_count=1,
        awaiting_since=now,
        customer_delivered_number=1,
        customer_read_number=1,
    )
    work.session.add(chat)
    await work.session.flush()
    record_step(work, chat, StepKind.CREATED)
    record_step(work, chat, StepKind.QUEUED)
    line = Message(
        id=uuid4(),
        chat_session_id=chat.id,
        number=1,
        sender=Sender.CUSTOMER,
        content=left.body,
        created_at=left.created_at,  # when it was written; the chat began at the opening
    )
    work.append(line)
    tell_changed(work, chat)
    work.tell(MessageAdded(chat=queries.card(chat), message=queries.shown(line)))
    work.tell(RoutingNeeded())
