"""Promises (약속) to customers: each has a due time and an owner, until it is kept or broken.

The desk offers one when an agent's message promises something by a time; the agent confirms it or
not. When it is due its owner is told. If the owner is no longer at work, the promise goes to the
queue and its department is told: a promise outlives the shift of the agent who made it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, AuditAction, Promise, PromiseStatus, SubjectKind
from models.wrap_up import MAX_PROMISE_CHARS
from services.contacts import promise_queries as queries
from services.contacts.access import may_write
from services.contacts.promise_view import GRACE, PromiseChanged, PromiseDue, PromiseView
from services.contacts.steps import channel_of
from services.contacts.wrap_up_queries import seen_contact
from services.people import agent_queries
from services.text.masking import masked
from services.text.promise_lines import promised
from services.text.spoken_times import LATEST
from services.text.storable import UNSTORABLE
from services.text.visible import one_line
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MOST_SHOWN = 100
"""The most promises in a list, earliest due first."""
MOST_OFFERED = 3
LINES_LOOKED_AT = 50
OFFERED_FOR = timedelta(hours=24)
"""How long a message is offered for confirmation."""
BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseOffer:
    """A message of the agent that seems to promise something: to be confirmed or dismissed."""

    message_id: UUID
    body: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseList:
    """An agent's own promises, those without an owner, and today's outcomes."""

    own: list[PromiseView]
    unowned: list[PromiseView]
    kept: int
    broken: int


class Promises:
    """Promises that agents make to customers."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    # ---- queries

    async def mine(self, agent: Agent) -> PromiseList:
        """Return the agent's open promises, those they may take, and today's numbers; earliest due first."""
        today = datetime.combine(clock.now().astimezone(clock.SEOUL).date(), time(), clock.SEOUL)
        async with self._db.reading() as session:
            now = await queries.overview(session, agent, today)
            own, unowned = queries.owned_by(agent.id), queries.unowned_for(agent)
            return PromiseList(
                own=await queries.shown(session, own, limit=MOST_SHOWN) if now.has_own else [],
                unowned=await queries.shown(session, unowned, limit=MOST_SHOWN)
                if now.has_unowned
                else [],
                kept=now.kept,
                broken=now.broken,
            )

    async def promise(self, agent: Agent, promise_id: UUID) -> PromiseView:
        """Return one promise that the agent may see. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            return await _seen(session, agent, promise_id)

    async def of_contact(self, agent: Agent, contact_id: UUID) -> list[PromiseView]:
        """Return the promises made in a contact.

        Raises ``NotFoundError`` for one that the agent may not see.
        """
        async with self._db.reading() as session:
            is_seen, has_promises = await queries.contact_seen(session, agent, contact_id)
            if not is_seen:
                raise NotFoundError('chat.not_found')
            if not has_promises:
                return []
            return await queries.shown(session, queries.of_contacts([contact_id]), limit=MOST_SHOWN)

    async def to_customer(self, agent: Agent, customer_id: UUID) -> list[PromiseView]:
        """Return what was promised to a customer in the chats and calls that the agent may see and is still open."""
        is_theirs = queries.seen_of_customer(agent, customer_id)
        async with self._db.reading() as session:
            return await queries.shown(session, is_theirs, queries.IS_OPEN, limit=MOST_SHOWN)

    async def colleagues(self, agent: Agent, promise_id: UUID) -> dict[UUID, str]:
        """Return the people who may take over a promise: names by id. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            view = await _seen(session, agent, promise_id)
            people = await queries.colleagues(session, view.department, but=view.owner_id)
        return {one.id: one.name for one in people}

    async def offers(self, agent: Agent, chat_id: UUID) -> list[PromiseOffer]:
        """Return undecided promises in the agent's last messages of a chat, newest first."""
        now = clock.now()
        async with self._db.reading() as session:
            lines = await queries.undecided_lines(
                session, agent.id, chat_id, now - OFFERED_FOR, limit=LINES_LOOKED_AT
            )
        found = [(line.id, promised(line.content, line.created_at)) for line in lines]
        offers = [
            PromiseOffer(message_id=message_id, body=one.body, due_at=one.due_at)
            for message_id, one in found
            if one is not None and one.due_at > now
        ]
        return offers[:MOST_OFFERED]

    # ---- commands

    async def make(
        self,
        agent: Agent,
        contact_id: UUID,
        body: str,
        due_at: datetime,
        *,
        message_id: UUID | None = None,
    ) -> PromiseView:
        """Store a promise that the agent made; for the same message again, return the existing one.

        Args:
            agent: the person who promises, and owns the promise.
            contact_id: a contact that the agent has or had.
            body: the promise in words.
            due_at: the due time.
            message_id: the agent's own message that contains it.

        Raises:
            NotFoundError: no such contact, or no such message of theirs.
            NotAllowedError: the contact is a colleague's.
            InvalidInputError: the text is empty or too long, or the due time is not in the future.
        """
        text = _checked(body, due_at)
        try:
            async with self._units.begin() as work:
                contact = await seen_contact(work.session, agent, contact_id)
                if contact is None:
                    raise NotFoundError('chat.not_found')
                if not may_write(agent, contact):
                    raise NotAllowedError('promise.not_yours')
                if message_id is not None:
                    if earlier := await queries.by_message(work.session, message_id):
                        return await _seen(work.session, agent, earlier.id)
                    line = await queries.line_of(work.session, agent.id, message_id)
                    if line is None or line.chat_session_id != contact_id:
                        raise NotFoundError('promise.not_found')
                promise = Promise(
                    contact_id=contact_id,
                    channel=channel_of(contact),
                    queue_id=contact.queue_id,
                    owner_id=agent.id,
                    made_by_id=agent.id,
                    message_id=message_id,
                    body=text,
                    due_at=due_at,
                )
                work.session.add(promise)
                await work.session.flush()
                return await _told(work, agent, promise, AuditAction.PROMISE_MADE)
        except IntegrityError as error:  # two tabs confirmed one message at the same time
            raise ConflictError('promise.changed') from error

    async def dismiss(self, agent: Agent, message_id: UUID) -> None:
        """Record that a message of the agent contains no promise. Raises ``NotFoundError``."""
        async with self._units.begin() as work:
            line = await queries.line_of(work.session, agent.id, message_id)
            if line is None:
                raise NotFoundError('promise.not_found')
            await queries.dismiss(work.session, agent.id, message_id)

    async def close(
        self, agent: Agent, promise_id: UUID, status: PromiseStatus, *, seen: int | None = None
    ) -> PromiseView:
        """Close a promise as kept, broken or cancelled; kept more than ``GRACE`` late counts as broken.

        Closing it again in the same way changes nothing.

        Raises:
            NotFoundError: the agent sees no such promise.
            NotAllowedError: it is a colleague's.
            ConflictError: it is closed in another way, or was changed after ``seen``.
            InvalidInputError: the status does not close a promise.
        """
        if status is PromiseStatus.OPEN:
            raise InvalidInputError('promise.status')
        async with self._units.begin() as work:
            promise = await _own(work, agent, promise_id)
            now = clock.now()
            if status is PromiseStatus.KEPT and (promise.closed_at or now) > promise.due_at + GRACE:
                status = PromiseStatus.BROKEN
            if promise.status is status:
                return await _seen(work.session, agent, promise_id)
            _require_open(promise, seen)
            promise.status, promise.closed_at = status, now
            former, promise.owner_id = promise.owner_id, promise.owner_id or agent.id
            return await _told(work, agent, promise, AuditAction.PROMISE_CLOSED, former_id=former)

    async def hand_over(
        self, agent: Agent, promise_id: UUID, to_id: UUID | None, *, seen: int | None = None
    ) -> PromiseView:
        """Give a promise to a person, or back to the queue (``None``). Raises as ``close`` does.

        Also raises ``InvalidInputError`` for a person who does not serve its department.
        """
        async with self._units.begin() as work:
            promise = await _own(work, agent, promise_id)
            _require_open(promise, seen)
            if promise.owner_id == to_id:
                return await _seen(work.session, agent, promise_id)
            if to_id is not None:
                view = await queries.view(work.session, promise_id)
                to = await agent_queries.by_id(work.session, to_id)
                serves = to and to.reaches(view.department if view else None)
                if to is None or not to.is_active or not serves:
                    raise InvalidInputError('promise.cannot_take')
            former, promise.owner_id = promise.owner_id, to_id
            return await _told(
                work, agent, promise, AuditAction.PROMISE_HANDED_OVER, former_id=former
            )

    async def remind(self) -> int:
        """Announce due promises, once each; those of absent owners go to the queue. Return how many."""
        async with self._units.begin() as work:
            due = await queries.due(work.session, clock.now(), limit=BATCH)
            for promise in due:
                former = promise.owner_id
                if former is not None and not await queries.is_here(work.session, former):
                    promise.owner_id = None
                promise.reminded_at = clock.now()
                action = AuditAction.PROMISE_HANDED_OVER if former != promise.owner_id else None
                view = await _told(work, None, promise, action, former_id=former)
                work.tell(
                    PromiseDue(
                        promise_id=view.id,
                        contact_id=view.contact_id,
                        department=view.department,
                        owner_id=view.owner_id,
                        customer=view.customer,
                        body=view.body,
                        due_at=view.due_at,
                    )
                )
        return len(due)


async def give(work: UnitOfWork, by: Agent, promise: Promise, to_id: UUID | None) -> None:
    """Give a locked open promise to a person, or to its queue; the caller has checked both."""
    former, promise.owner_id = promise.owner_id, to_id
    await _told(work, by, promise, AuditAction.PROMISE_HANDED_OVER, former_id=former)


async def views_of(
    session: AsyncSession, contact_ids: Collection[UUID]
) -> dict[UUID, list[PromiseView]]:
    """Return promises by contact; the caller has checked that their reader may see these contacts."""
    found: dict[UUID, list[PromiseView]] = {}
    if contact_ids:
        for one in await queries.shown(session, queries.of_contacts(contact_ids), limit=MOST_SHOWN):
            found.setdefault(one.contact_id, []).append(one)
    return found


def _checked(body: str, due_at: datetime) -> str:
    text = masked(one_line(body))
    if not text or len(text) > MAX_PROMISE_CHARS or UNSTORABLE.search(text):
        raise InvalidInputError('promise.body', most=MAX_PROMISE_CHARS)
    if due_at.tzinfo is None or not timedelta() < due_at - clock.now() <= LATEST:
        raise InvalidInputError('promise.due')
    return text


def _may_act(agent: Agent, view: PromiseView) -> bool:
    """Whether an agent may act on a promise: owner, supervisors; if unowned, its department."""
    if view.owner_id == agent.id:
        return True
    may_take = agent.is_supervisor or view.owner_id is None
    return may_take and agent.reaches(view.department)


async def _seen(session: AsyncSession, agent: Agent, promise_id: UUID) -> PromiseView:
    """Return a promise that an agent may see: one they may act on, or of a contact they may see."""
    view = await queries.view(session, promise_id)
    if view is None or not (
        _may_act(agent, view) or await seen_contact(session, agent, view.contact_id)
    ):
        raise NotFoundError('promise.not_found')
    return view


async def _own(work: UnitOfWork, agent: Agent, promise_id: UUID) -> Promise:
    """Return a promise that an agent may act on, locked."""
    promise = await queries.locked(work.session, promise_id)
    if promise is None:
        raise NotFoundError('promise.not_found')
    if not _may_act(agent, await _seen(work.session, agent, promise_id)):
        raise NotAllowedError('promise.not_yours')
    return promise


def _require_open(promise: Promise, seen: int | None) -> None:
    if promise.status is not PromiseStatus.OPEN or (seen is not None and promise.version > seen):
        raise ConflictError('promise.changed')


async def _told(
    work: UnitOfWork,
    by: Agent | None,
    promise: Promise,
    action: AuditAction | None,
    *,
    former_id: UUID | None = None,
) -> PromiseView:
    """Store a changed promise, record and announce it; return its new view."""
    if action is not AuditAction.PROMISE_MADE:
        promise.version += 1
    work.session.add(promise)
    await work.session.flush()
    view = await queries.view(work.session, promise.id)
    assert view  # noqa: S101 - it was written above
    if action is not None:
        details = {'status': view.status.value, 'owner_id': str(view.owner_id or '')}
        work.record(by, action, subject=(SubjectKind.PROMISE, promise.id), details=details)
    work.tell(
        PromiseChanged(
            promise_id=view.id,
            contact_id=view.contact_id,
            department=view.department,
            owner_id=view.owner_id,
            former_id=former_id,
        )
    )
    return view
