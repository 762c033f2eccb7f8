"""콜백: customers who were promised a call in a slot, as a queue. They are closed by the calls themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import Agent, AuditAction, Callback, CallbackStatus, SubjectKind
from models.callback import MAX_CALLBACK_CHARS
from services.calls import callback_queries as queries
from services.calls.callback_outcomes import BLOCKED, close, tell, tell_of
from services.calls.callback_view import CallbackDue, CallbackView
from services.calls.dial_rules import DialPurpose, DialRules
from services.chats import queries as chat_queries
from services.contacts import queue_queries
from services.customers import queries as customer_queries
from services.customers.fields import MAX_NAME_CHARS, phones_of
from services.customers.records import require_customer
from services.text.masking import masked
from services.text.phone_numbers import parse_phone
from services.text.storable import UNSTORABLE
from services.text.visible import one_line, parse_name
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MOST_SHOWN = 100
BATCH = 100
LATEST = timedelta(days=90)
LONGEST_SLOT = timedelta(hours=12)
EARLY = timedelta(minutes=10)
"""So little before its slot a promised call may be made, by night too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCallback:
    """What is promised.

    Args:
        slot_from: from when on they may be called.
        slot_to: until when.
        customer_id: who, if they are on record.
        phone: their number, however it is spelt; empty for the first one on record.
        name: what they are called, for one who is not on record.
        body: what it is about.
        queue_id: whose agents call; without it the department of whoever promises.
        is_asked_by_customer: whether a customer asked for it, not an agent promised it.
    """

    slot_from: datetime
    slot_to: datetime
    customer_id: UUID | None = None
    phone: str = ''
    name: str = ''
    body: str = ''
    queue_id: UUID | None = None
    is_asked_by_customer: bool = False


class Callbacks:
    """Who is to be called back."""

    def __init__(self, units: UnitsOfWork, rules: DialRules) -> None:
        self._units = units
        self._db = units.db
        self._rules = rules

    async def waiting(self, agent: Agent) -> list[CallbackView]:
        """Return the open call-backs that the agent may see, the first slot first, at most ``MOST_SHOWN``."""
        async with self._db.reading() as session:
            mine = queries.seen_by(agent)
            return await queries.shown(session, queries.IS_OPEN, mine, limit=MOST_SHOWN)

    async def callback(self, agent: Agent, callback_id: UUID) -> CallbackView:
        """Return one that the agent may see. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            found = await queries.shown(
                session, col(Callback.id) == callback_id, queries.seen_by(agent), limit=1
            )
        if not found:
            raise NotFoundError('callback.not_found')
        return found[0]

    async def promise(
        self, agent: Agent, wish: NewCallback, *, callback_id: UUID | None = None
    ) -> CallbackView:
        """Promise a call; the same ``callback_id`` again returns the one it made.

        Raises:
            NotFoundError: there is no such customer or queue.
            ConflictError: the customer is blocked.
            InvalidInputError: no number or name, a slot that has passed or is none, too many words.
        """
        _check_slot(wish)
        async with self._units.begin() as work:
            if callback_id and (earlier := await queries.locked(work.session, callback_id)):
                return await _view(work, earlier)
            callback = await _made(work, agent, wish)
            callback.id = callback_id or callback.id
            work.session.add(callback)
            await work.session.flush()
            _record(work, agent, AuditAction.CALLBACK_MADE, callback)
            tell_of(work, callback)
            return await _view(work, callback)

    async def take(self, agent: Agent, callback_id: UUID) -> tuple[str, DialPurpose]:
        """Let the agent call now: they own it from now on. Returns the number and what the call is for.

        Raises:
            NotFoundError: there is none that the agent may see.
            ConflictError: it is closed, or the number is not to be called now, with the reason.
        """
        async with self._units.begin() as work:
            callback = await _open(work, agent, callback_id, seen=None)
            is_time = callback.slot_from - EARLY <= clock.now() <= callback.slot_to
            purpose = DialPurpose.PROMISED if is_time else DialPurpose.SERVICE
            await self._rules.check(agent, callback.phone, purpose)
            if callback.owner_id != agent.id:
                callback.owner_id = agent.id
                tell(work, callback)
                _record(work, agent, AuditAction.CALLBACK_TAKEN, callback)
            return callback.phone, purpose

    async def close(
        self, agent: Agent, callback_id: UUID, status: CallbackStatus, *, seen: int | None = None
    ) -> CallbackView:
        """Say that a customer was reached some other way, or is to be called no more. Closed so already, nothing changes.

        Raises:
            NotFoundError: there is none that the agent may see.
            ConflictError: it is closed otherwise, or was changed after ``seen``.
            InvalidInputError: only the desk closes it so.
        """
        if status not in {CallbackStatus.REACHED, CallbackStatus.CANCELLED}:
            raise InvalidInputError('callback.status')
        async with self._units.begin() as work:
            callback = await queries.locked(work.session, callback_id)
            if callback is not None and callback.status is status and _sees(agent, callback):
                return await _view(work, callback)
            callback = await _open(work, agent, callback_id, seen=seen)
            callback.status, callback.closed_at = status, clock.now()
            callback.closed_by_id = agent.id
            tell(work, callback)
            _record(work, agent, AuditAction.CALLBACK_CLOSED, callback)
            return await _view(work, callback)

    async def announce(self) -> int:
        """Tell those who are to call that a slot has begun, once each; returns of how many.

        One that nobody can be told of is told as soon as somebody is at work, while its slot lasts.
        """
        async with self._units.begin() as work:
            begun = await queries.beginning(work.session, clock.now(), limit=BATCH)
            for callback in begun:
                told = await queries.to_tell(work.session, callback.id)
                callback.announced_at = clock.now()
                work.session.add(callback)
                work.tell(
                    CallbackDue(
                        callback_id=callback.id,
                        department=callback.department,
                        owner_id=callback.owner_id if callback.owner_id in told else None,
                        agent_ids=tuple(told),
                        name=callback.name,
                        body=callback.body,
                        slot_from=callback.slot_from,
                        slot_to=callback.slot_to,
                    )
                )
        return len(begun)

    async def close_met(self) -> int:
        """Close those whose customers an agent talks with in a chat that they began first; returns how many."""
        async with self._units.begin() as work:
            met = await queries.met_in_chat(work.session, limit=BATCH)
            for callback, agent_id in met:
                close(work, callback, CallbackStatus.CAME_FIRST, agent_id=agent_id)
        return len(met)

    async def cancel_of_blocked(self) -> int:
        """Cancel those whose customers are blocked, however the block came about; returns how many.

        Nobody is called at their wish any more. An end of the block does not bring them back.
        """
        async with self._units.begin() as work:
            found = await queries.of_blocked(work.session, limit=BATCH)
            for callback in found:
                close(work, callback, CallbackStatus.CANCELLED, reason=BLOCKED)
        return len(found)


def _check_slot(wish: NewCallback) -> None:
    if wish.slot_from.tzinfo is None or wish.slot_to.tzinfo is None:
        raise InvalidInputError('callback.slot')
    now = clock.now()
    is_slot = timedelta() < wish.slot_to - wish.slot_from <= LONGEST_SLOT
    if not is_slot or wish.slot_to <= now or wish.slot_from > now + LATEST:
        raise InvalidInputError('callback.slot')


async def _made(work: UnitOfWork, agent: Agent, wish: NewCallback) -> Callback:
    typed, known, name = parse_phone(wish.phone) if wish.phone else None, None, wish.name
    if wish.customer_id is not None:
        known = require_customer(
            await customer_queries.following_merges(work.session, wish.customer_id)
        )
        typed, name = typed or (None if wish.phone else phones_of(known)[0]), known.name
    kept = parse_name(name, most=MAX_NAME_CHARS) if name.strip() else ''
    if typed is None:
        raise InvalidInputError('callback.number')
    if kept is None:
        raise InvalidInputError('callback.name')
    if await chat_queries.is_blocked(work.session, known.id if known else None, typed):
        raise ConflictError('callback.blocked')
    queue = await queue_queries.by_id(work.session, wish.queue_id) if wish.queue_id else None
    if wish.queue_id and queue is None:
        raise NotFoundError('queue.not_found')
    return Callback(
        customer_id=known.id if known else None,
        phone=typed,
        name=kept,
        body=text_of(wish.body),
        queue_id=queue.id if queue else None,
        department=queue.department if queue else agent.department,
        made_by_id=None if wish.is_asked_by_customer else agent.id,
        slot_from=wish.slot_from,
        slot_to=wish.slot_to,
    )


def text_of(typed: str) -> str:
    """Return what a call-back is about, as it is kept. Raises ``InvalidInputError`` for what cannot be."""
    text = masked(one_line(typed))
    if len(text) > MAX_CALLBACK_CHARS or UNSTORABLE.search(text):
        raise InvalidInputError('callback.body', most=MAX_CALLBACK_CHARS)
    return text


def _sees(agent: Agent, callback: Callback) -> bool:
    return agent.reaches(callback.department)


async def _open(work: UnitOfWork, agent: Agent, callback_id: UUID, *, seen: int | None) -> Callback:
    callback = await queries.locked(work.session, callback_id)
    if callback is None or not _sees(agent, callback):
        raise NotFoundError('callback.not_found')
    if callback.status is not CallbackStatus.OPEN or (seen is not None and callback.version > seen):
        raise ConflictError('callback.changed')
    return callback


async def _view(work: UnitOfWork, callback: Callback) -> CallbackView:
    await work.session.flush()
    [view] = await queries.shown(work.session, col(Callback.id) == callback.id, limit=1)
    return view


def _record(work: UnitOfWork, agent: Agent, action: AuditAction, callback: Callback) -> None:
    details = {'status': callback.status.value}
    work.record(agent, action, subject=(SubjectKind.CALLBACK, callback.id), details=details)
