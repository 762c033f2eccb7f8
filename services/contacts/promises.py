"""약속: what was promised to customers, with a time and an owner, until it is kept or broken.

The desk offers one where an agent's line promises something with a time; nothing is promised unless the agent says so. At its
time its owner is told. When the owner is not there any more, it is the queue's, and its department is told: a promise
survives the shift of whoever made it.
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
"""So many promises are listed, the first due first."""
MOST_OFFERED = 3
LINES_LOOKED_AT = 50
OFFERED_FOR = timedelta(hours=24)
"""So long a line is asked about."""
BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseOffer:
    """A line of the agent's own that promises something: to be confirmed or dismissed."""

    message_id: UUID
    body: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseList:
    """What an agent has to keep, what nobody owns, and how it went today."""

    own: list[PromiseView]
    unowned: list[PromiseView]
    kept: int
    broken: int


class Promises:
    """What agents promise to customers."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    # ---- reading

    async def mine(self, agent: Agent) -> PromiseList:
        """Return the agent's open promises and those they may take, the first due first, and the numbers of the day in Seoul."""
        today = datetime.combine(clock.now().astimezone(clock.SEOUL).date(), time(), clock.SEOUL)
        async with self._db.reading() as session:
            own = await queries.shown(session, queries.owned_by(agent.id), limit=MOST_SHOWN)
            unowned = await queries.shown(session, queries.unowned_for(agent), limit=MOST_SHOWN)
            counts = await queries.closed_counts(session, agent.id, today)
        return PromiseList(
            own=own,
            unowned=unowned,
            kept=counts.get(PromiseStatus.KEPT, 0),
            broken=counts.get(PromiseStatus.BROKEN, 0),
        )

    async def promise(self, agent: Agent, promise_id: UUID) -> PromiseView:
        """Return one promise that the agent may see. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            return await _seen(session, agent, promise_id)

    async def of_contact(self, agent: Agent, contact_id: UUID) -> list[PromiseView]:
        """Return what was promised in a contact. Raises ``NotFoundError`` for one that the agent may not see."""
        async with self._db.reading() as session:
            if await seen_contact(session, agent, contact_id) is None:
                raise NotFoundError('chat.not_found')
            return await queries.shown(session, queries.of_contacts([contact_id]), limit=MOST_SHOWN)

    async def to_customer(self, agent: Agent, customer_id: UUID) -> list[PromiseView]:
        """Return what was promised to a customer in the chats and calls that the agent may see and is still open."""
        is_theirs = queries.seen_of_customer(agent, customer_id)
        async with self._db.reading() as session:
            return await queries.shown(session, is_theirs, queries.IS_OPEN, limit=MOST_SHOWN)

    async def colleagues(self, agent: Agent, promise_id: UUID) -> dict[UUID, str]:
        """Return to whom a promise may be handed over: names by id. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            view = await _seen(session, agent, promise_id)
            people = await queries.colleagues(session, view.department, but=view.owner_id)
        return {one.id: one.name for one in people}

    async def offers(self, agent: Agent, chat_id: UUID) -> list[PromiseOffer]:
        """Return what the agent's own last lines in a chat promise and they have not decided on, the newest first."""
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

    # ---- doing

    async def make(
        self,
        agent: Agent,
        contact_id: UUID,
        body: str,
        due_at: datetime,
        *,
        message_id: UUID | None = None,
    ) -> PromiseView:
        """Keep a promise that the agent has made; for the same line again it returns the one there is.

        Args:
            agent: who promises, and owns it.
            contact_id: a contact that the agent holds or held.
            body: what is promised, in words.
            due_at: by when.
            message_id: the line of the agent's own in which it was said.

        Raises:
            NotFoundError: no such contact, or no such line of theirs.
            NotAllowedError: the contact is a colleague's.
            InvalidInputError: nothing to read in it, too long, or no time that is still to come.
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
        except IntegrityError as error:  # two tabs confirmed one line at one moment
            raise ConflictError('promise.changed') from error

    async def dismiss(self, agent: Agent, message_id: UUID) -> None:
        """Say that a line of the agent's own promises nothing. Raises ``NotFoundError``."""
        async with self._units.begin() as work:
            line = await queries.line_of(work.session, agent.id, message_id)
            if line is None:
                raise NotFoundError('promise.not_found')
            await queries.dismiss(work.session, agent.id, message_id)

    async def close(
        self, agent: Agent, promise_id: UUID, status: PromiseStatus, *, seen: int | None = None
    ) -> PromiseView:
        """Say that a promise was kept, broken, or is wanted no longer; more than ``GRACE`` late it counts as broken.

        Closed again as it is, nothing changes.

        Raises:
            NotFoundError: there is no such promise to be seen.
            NotAllowedError: it is a colleague's.
            ConflictError: it is closed otherwise, or was changed after ``seen``.
            InvalidInputError: no way to close it.
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
        """Give a promise to somebody, to oneself, or (``None``) back to the queue. Raises as ``close`` does.

        Also raises ``InvalidInputError`` for somebody who does not serve its department.
        """
        async with self._units.begin() as work:
            promise = await _own(work, agent, promise_id)
            _require_open(promise, seen)
            if promise.owner_id == to_id:
                return await _seen(work.session, agent, promise_id)
            if to_id is not None:
                view = await queries.view(work.session, promise_id)
                to = await agent_queries.by_id(work.session, to_id)
                serves = to and (to.department == (view and view.department) or to.sees_everything)
                if to is None or not to.is_active or not serves:
                    raise InvalidInputError('promise.cannot_take')
            former, promise.owner_id = promise.owner_id, to_id
            return await _told(
                work, agent, promise, AuditAction.PROMISE_HANDED_OVER, former_id=former
            )

    async def remind(self) -> int:
        """Tell of the promises whose time has come, once; those whose owner has gone become the queue's. Returns how many."""
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


async def views_of(
    session: AsyncSession, contact_ids: Collection[UUID]
) -> dict[UUID, list[PromiseView]]:
    """Return what was promised in contacts that the caller has shown to be seen by its reader, by contact."""
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
    """Whether an agent may close or hand over a promise: its owner, supervisors, and of an unowned one its department."""
    if agent.sees_everything or view.owner_id == agent.id:
        return True
    return view.owner_id is None and view.department == agent.department


async def _seen(session: AsyncSession, agent: Agent, promise_id: UUID) -> PromiseView:
    """Return a promise that an agent may see: theirs to act on, or of a contact that they may see."""
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
    """Keep a changed promise, put it on record and tell it; returns it as it is now."""
    if action is not AuditAction.PROMISE_MADE:
        promise.version += 1
    work.session.add(promise)
    await work.session.flush()
    view = await queries.view(work.session, promise.id)
    assert view  # noqa: S101 - it was written just now
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
