"""Call-backs that customers ask for in their chat, while they wait or after nobody came.

A slot is a whole hour in which customers may be called and in which there is room: as many as the chat's queue takes in an
hour (``Queue.callbacks_per_hour``), or as the department has agents to spare. The customer holds the chat's
token and nothing else: the typed number proves nothing, so one number is called at one customer's wish at most.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desk.throttle import Throttle
from models import (
    AuditAction,
    Callback,
    CallbackStatus,
    ChatEnding,
    ChatSession,
    ChatStatus,
    SubjectKind,
)
from services.calls import callback_queries as queries
from services.calls.callback_outcomes import close, tell_of
from services.calls.callback_view import AskedCallback
from services.calls.callbacks import EARLY, text_of
from services.calls.dial_rules import QuietHours
from services.chats import queries as chat_queries
from services.contacts import queue_queries
from services.text.phone_numbers import parse_phone
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

SLOT = timedelta(hours=1)
HORIZON = timedelta(days=3)
MOST_SLOTS = 8
CALLS_PER_AGENT = 2
"""So many promised calls of an agent fit into a slot, beside the other work; where the queue has no limit of its own."""
ASKS = Throttle(limit=6, seconds=600)
"""Requests in one chat. Chats themselves are limited by address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackChoice:
    """What a customer may ask for in a chat."""

    asked: AskedCallback | None
    """What they asked for last, whatever became of it."""
    slots: tuple[datetime, ...]
    """When the next free slots begin; each lasts ``SLOT``. None while one is asked for, or an agent has the chat."""
    phone: str
    """The number that they began the chat with."""

    @property
    def is_waiting(self) -> bool:
        """Whether they are still to be called."""
        return self.asked is not None and self.asked.status is CallbackStatus.OPEN


class CallbackRequests:
    """What the holder of a chat's token may do about a call-back; the caller has checked the token."""

    def __init__(self, units: UnitsOfWork, quiet: QuietHours, *, has_softphone: bool) -> None:
        """Without a softphone nobody can call back, and none is offered."""
        self._units = units
        self._db = units.db
        self._quiet = quiet
        self.are_offered = has_softphone

    async def choice(self, chat_id: UUID) -> CallbackChoice:
        """Return what was asked for in a chat, and the free slots. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            chat = await _chat(session, chat_id)
            asked = await queries.asked_in(session, chat_id)
            is_open = asked is not None and asked.status is CallbackStatus.OPEN
            may_ask = self.are_offered and not is_open and _meets_nobody(chat)
            free = await self._free(session, chat) if may_ask else ()
        return CallbackChoice(
            asked=AskedCallback.of(asked) if asked else None,
            slots=free[:MOST_SLOTS],
            phone=chat.visitor_phone,
        )

    async def ask(
        self, chat_id: UUID, *, phone: str, slot_from: datetime, body: str = ''
    ) -> AskedCallback:
        """Put the customer into the queue of call-backs; the same wish again changes nothing.

        Args:
            chat_id: their chat, which waits, or ended before anybody took it.
            phone: the number to call, however it is spelt.
            slot_from: the begin of one of the free slots.
            body: what it is about.

        Raises:
            NotFoundError: no such chat.
            NotAllowedError: the customer is blocked.
            ConflictError: an agent has the chat, they have asked before, or the slot was just taken.
            InvalidInputError: no number, no slot, too many words.
            TooManyError: more than ``ASKS`` allows.
        """
        ASKS.hit(chat_id)
        number, text = parse_phone(phone), text_of(body)
        if number is None:
            raise InvalidInputError('visit.phone')
        async with self._units.begin() as work:
            await queries.one_asks(work.session)
            chat = await _chat(work.session, chat_id)
            earlier = await queries.asked_in(work.session, chat_id, lock=True)
            if earlier and earlier.status is CallbackStatus.OPEN:
                if (earlier.phone, earlier.slot_from) == (number, slot_from):
                    return AskedCallback.of(earlier)
                raise ConflictError('visit.callback_asked')
            await self._require_free(work, chat, number, slot_from)
            callback = _row(chat, number, slot_from, text)
            work.session.add(callback)
            await work.session.flush()
            _record(work, AuditAction.CALLBACK_MADE, callback)
            tell_of(work, callback)
            return AskedCallback.of(callback)

    async def cancel(self, chat_id: UUID) -> AskedCallback:
        """Let the customer do without the call; again it changes nothing. Raises ``NotFoundError`` when none was asked for."""
        async with self._units.begin() as work:
            callback = await queries.asked_in(work.session, chat_id, lock=True)
            if callback is None:
                raise NotFoundError('visit.callback_not_found')
            if callback.status is CallbackStatus.OPEN:
                close(work, callback, CallbackStatus.CANCELLED)
            return AskedCallback.of(callback)

    async def _require_free(
        self, work: UnitOfWork, chat: ChatSession, number: str, slot_from: datetime
    ) -> None:
        if not (self.are_offered and _meets_nobody(chat)):
            raise ConflictError('visit.callback_not_now')
        if await chat_queries.is_blocked(work.session, chat.customer_id, number):
            raise NotAllowedError('visit.blocked')
        if await queries.is_asked_for(work.session, number):
            raise ConflictError('visit.callback_asked')
        if slot_from not in self._slots():
            raise InvalidInputError('visit.callback_slot')
        if slot_from not in await self._free(work.session, chat):
            raise ConflictError('visit.callback_taken')

    def _slots(self) -> list[datetime]:
        """Return the begins of all whole hours to come in which customers may be called."""
        now = clock.now()
        first = (now + EARLY).replace(minute=0, second=0, microsecond=0) + SLOT
        hours = [first + step * SLOT for step in range(HORIZON // SLOT)]
        return [hour for hour in hours if not self._quiet.touch(hour, hour + SLOT)]

    async def _free(self, session: AsyncSession, chat: ChatSession) -> tuple[datetime, ...]:
        slots, department = self._slots(), chat.department
        if not slots:
            return ()
        queue = await queue_queries.by_id(session, chat.queue_id) if chat.queue_id else None
        room, queue_id = queue.callbacks_per_hour if queue else None, chat.queue_id
        if room is None:
            room = CALLS_PER_AGENT * await queries.agents_of(session, department)
            queue_id = None
        taken = await queries.open_in(
            session, department, slots[0], slots[-1] + SLOT, queue_id=queue_id
        )
        return tuple(
            slot
            for slot in slots
            if sum(since < slot + SLOT and until > slot for since, until in taken) < room
        )


def _meets_nobody(chat: ChatSession) -> bool:
    """Whether no agent has taken a chat: it waits, or was given up."""
    return chat.status is ChatStatus.WAITING or chat.ending is ChatEnding.ABANDONED


async def _chat(session: AsyncSession, chat_id: UUID) -> ChatSession:
    chat = await chat_queries.any_chat(session, chat_id)
    if chat is None:
        raise NotFoundError('visit.not_found')
    return chat


def _row(chat: ChatSession, number: str, slot_from: datetime, text: str) -> Callback:
    return Callback(
        customer_id=chat.customer_id,
        phone=number,
        name=chat.visitor_name,
        body=text,
        queue_id=chat.queue_id,
        department=chat.department,
        chat_id=chat.id,
        slot_from=slot_from,
        slot_to=slot_from + SLOT,
    )


def _record(work: UnitOfWork, action: AuditAction, callback: Callback) -> None:
    details = {'status': callback.status.value}
    work.record(None, action, subject=(SubjectKind.CALLBACK, callback.id), details=details)
