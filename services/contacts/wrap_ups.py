"""Wrap-up (후처리): the agent's record after a contact.

It begins when a contact ends and uses one of its agent's places until it is done or past its time
limit. Its text is saved while it is typed, and survives reload, restart, sign-out and a change of
state.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from typing_extensions import override

from desk import clock
from desk.errors import (
    ConflictError,
    DeskError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desk.events import Event
from models import (
    Agent,
    ChatSession,
    PastWrapUp,
    Queue,
    StateCause,
    StepKind,
    WrapUp,
    WrapUpEnding,
)
from models.wrap_up import MAX_SUMMARY_CHARS
from services.contacts import category_queries, queue_queries
from services.contacts import wrap_up_queries as queries
from services.contacts.steps import Contact, channel_of, record_step
from services.contacts.wrap_up_view import WrapUpView
from services.people.states import locked_agent, settle
from services.text.masking import masked_in_thread
from services.text.storable import UNSTORABLE
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

BATCH = 100
"""The most overdue ones that are ended in one transaction."""
EVERY_LEFT = 'left-wrap-ups'
"""The topic of every department's list of 후처리 without an agent."""


class WrapUpChanged(Event):
    """A 후처리 began, was edited, or is done; views of it read it again."""

    agent_id: UUID
    contact_id: UUID
    version: int
    is_done: bool

    @override
    def topics(self) -> tuple[str, ...]:
        return wrap_up_topic(self.agent_id), written_topic(self.contact_id)


class LeftWrapUpsChanged(Event):
    """The list of 후처리 without an agent is another, in one department."""

    department: str

    @override
    def topics(self) -> tuple[str, ...]:
        return EVERY_LEFT, left_topic(self.department)


def wrap_up_topic(agent_id: UUID) -> str:
    """Return the topic of one agent's 후처리."""
    return f'wrap-up:{agent_id}'


def written_topic(contact_id: UUID) -> str:
    """Return the topic of the 후처리 of one contact."""
    return f'written:{contact_id}'


def left_topic(department: str) -> str:
    """Return the topic of a department's list of 후처리 without an agent."""
    return f'left-wrap-ups:{department}'


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpText:
    """The fields of a 후처리 that an agent fills in."""

    category_id: UUID | None = None
    summary: str = ''
    needs_follow_up: bool = False


class WrapUps:
    """Agents' wrap-ups."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def open_of(self, agent: Agent) -> Sequence[WrapUp]:
        """Return the agent's own unfinished 후처리, oldest first."""
        async with self._db.reading() as session:
            return await queries.open_of(session, agent.id)

    async def of_contact(self, contact_id: UUID) -> WrapUp | None:
        """Return the 후처리 of a contact; the caller has checked that its reader may see it."""
        async with self._db.reading() as session:
            return await queries.of_contact(session, contact_id)

    async def view(self, agent: Agent, contact_id: UUID) -> WrapUpView:
        """Return the 후처리 of a contact that the agent may see.

        Raises ``NotFoundError`` where there is none.
        """
        async with self._db.reading() as session:
            views = await queries.views(session, [contact_id])
            if await queries.seen_contact(session, agent, contact_id) is None or not views:
                raise NotFoundError('wrap_up.not_found')
        return views[contact_id]

    async def views(self, contact_ids: Collection[UUID]) -> dict[UUID, WrapUpView]:
        """Return the 후처리 of contacts; the caller has checked that their reader may see them."""
        async with self._db.reading() as session:
            return await queries.views(session, contact_ids)

    async def past(self, contact_id: UUID) -> Sequence[PastWrapUp]:
        """Return the 후처리 of a reopened contact's earlier ends, oldest first; the caller has checked that its reader may see it."""
        async with self._db.reading() as session:
            return await queries.past_of(session, contact_id)

    async def save(
        self, agent: Agent, contact_id: UUID, written: WrapUpText, *, seen: int | None = None
    ) -> WrapUp:
        """Save the current text, also after the time limit has ended it.

        Args:
            agent: the agent of the contact.
            contact_id: the contact.
            written: the complete current text.
            seen: the version that the writer had read; without it no conflict is reported.

        Raises:
            NotFoundError: the contact does not exist, or has no 후처리.
            NotAllowedError: it is a colleague's.
            ConflictError: the contact is not over, or the 후처리 was changed after ``seen``.
            InvalidInputError: a text is too long, or the 상담 분류 is not one of the queue.
        """
        async with self._units.begin() as work:
            wrap_up = await _own(work, agent, contact_id, seen=seen)
            await _write(work, wrap_up, written)
            tell(work, wrap_up)
        return wrap_up

    async def finish(
        self,
        agent: Agent,
        contact_id: UUID,
        written: WrapUpText | None = None,
        *,
        seen: int | None = None,
    ) -> WrapUp:
        """Finish a 후처리; finishing it again changes nothing.

        Raises as ``save`` does, and without a required 상담 분류.
        """
        async with self._units.begin() as work:
            me = await locked_agent(work, agent.id)
            wrap_up = await _own(work, agent, contact_id, seen=seen)
            if written is not None:
                await _write(work, wrap_up, written)
            if wrap_up.done_at is None:
                if wrap_up.is_required and wrap_up.category_id is None:
                    raise InvalidInputError('wrap_up.category_required')
                await _end(work, me, wrap_up, WrapUpEnding.AGENT)
        return wrap_up

    async def end_overdue(self) -> int:
        """End those past their time limit, keeping their text; return how many."""
        async with self._db.reading() as session:
            overdue = await queries.overdue(session, clock.now(), limit=BATCH)
        for one in overdue:
            async with self._units.begin() as work:
                agent = await locked_agent(work, one.agent_id)
                wrap_up = await queries.of_contact(work.session, one.contact_id, lock=True)
                if wrap_up is not None and wrap_up.done_at is None:
                    await _end(work, agent, wrap_up, WrapUpEnding.LIMIT)
        return len(overdue)


async def begin(
    work: UnitOfWork,
    contact: Contact,
    agent_id: UUID,
    queue: Queue | None,
    *,
    has_left: bool = False,
    category_id: UUID | None = None,
) -> WrapUp | None:
    """Begin the 후처리 of a contact that has just ended, unless its queue gives no time for it.

    It is for any agent of the queue when its own works here no more (``has_left``): a call goes on after that until it is
    hung up. ``category_id`` is the 상담 분류 as far as it is known; one of another queue's tree is left out.
    """
    if queue is not None and queue.wrap_up_seconds == 0:
        return None
    now = clock.now()
    if isinstance(contact, ChatSession) and contact.reopened_at is not None:
        category_id = await _keep_earlier(work, contact) or category_id
    wrap_up = WrapUp(
        contact_id=contact.id,
        channel=channel_of(contact),
        agent_id=agent_id,
        queue_id=contact.queue_id,
        is_required=queue.wrap_up_required if queue else False,
        created_at=now,
        limit_at=None if has_left else _limit(queue),
        left_at=now if has_left else None,
    )
    work.session.add(wrap_up)
    if has_left:
        work.tell(LeftWrapUpsChanged(department=contact.department))
    else:
        begun = max(now, contact.end_time or now)  # another clock reports the end of a call
        record_step(work, contact, StepKind.WRAP_UP_BEGUN, agent_id=agent_id, at=begun)
    if category_id is not None and await _is_leaf_for(work, wrap_up, category_id):
        wrap_up.category_id = category_id
    tell(work, wrap_up)
    return wrap_up


async def limit_of(work: UnitOfWork, contact: Contact) -> datetime | None:
    """Return when a 후처리 of a contact ends by itself that begins now; none where its queue sets no limit."""
    return _limit(
        await queue_queries.by_id(work.session, contact.queue_id) if contact.queue_id else None
    )


def _limit(queue: Queue | None) -> datetime | None:
    seconds = queue.wrap_up_seconds if queue else None
    return clock.now() + timedelta(seconds=seconds) if seconds else None


async def has_begun(work: UnitOfWork, contact: Contact) -> bool:
    """Whether a contact has a 후처리, done or not."""
    return await queries.of_contact(work.session, contact.id) is not None


async def take_back(work: UnitOfWork, contact: Contact) -> None:
    """Remove the 후처리 of a contact that turned out not to be over, unless it was edited or ended."""
    wrap_up = await queries.of_contact(work.session, contact.id, lock=True)
    if wrap_up is None or wrap_up.done_at is not None or wrap_up.version > 1:
        return
    await work.session.delete(wrap_up)
    if wrap_up.left_at is not None:
        work.tell(LeftWrapUpsChanged(department=contact.department))
    work.tell(
        WrapUpChanged(
            agent_id=wrap_up.agent_id,
            contact_id=wrap_up.contact_id,
            version=wrap_up.version + 1,
            is_done=True,
        )
    )


async def set_aside(work: UnitOfWork, contact: Contact, *, by_id: UUID | None) -> None:
    """End the unfinished 후처리 of a contact that is reopened, as it is; one in which nothing was written goes.

    The next end of the contact begins a new one (``begin``), and what was written stays on record.
    """
    await take_back(work, contact)
    wrap_up = await queries.of_contact(work.session, contact.id, lock=True)
    if wrap_up is None or wrap_up.done_at is not None:
        return
    was_left, agent_id = wrap_up.left_at is not None, wrap_up.agent_id
    wrap_up.done_at, wrap_up.ending, wrap_up.left_at = clock.now(), WrapUpEnding.AGENT, None
    wrap_up.version += 1
    work.session.add(wrap_up)
    if was_left:
        work.tell(LeftWrapUpsChanged(department=contact.department))
    else:
        record_step(
            work, contact, StepKind.WRAP_UP_DONE,
            agent_id=agent_id, by_id=by_id, reason=StepKind.REOPENED,
        )  # fmt: skip
    tell(work, wrap_up)


async def _keep_earlier(work: UnitOfWork, contact: Contact) -> UUID | None:
    """Put the earlier 후처리 of a reopened contact on record beside the new one that takes its row; return its category."""
    earlier = await queries.of_contact(work.session, contact.id, lock=True)
    if earlier is None:
        return None
    past = PastWrapUp(
        created_at=earlier.created_at,
        contact_id=earlier.contact_id,
        agent_id=earlier.agent_id,
        category_id=earlier.category_id,
        summary=earlier.summary,
        needs_follow_up=earlier.needs_follow_up,
        done_at=earlier.done_at or clock.now(),
        ending=earlier.ending or WrapUpEnding.AGENT,
    )
    work.session.add(past)
    await work.session.delete(earlier)
    await work.session.flush()
    return past.category_id


async def put_aside(work: UnitOfWork, agent: Agent, contact_id: UUID) -> None:
    """End the open 후처리 of a locked agent's contact as its time limit would: its text can still be written."""
    wrap_up = await queries.of_contact(work.session, contact_id, lock=True)
    if wrap_up is not None and wrap_up.agent_id == agent.id and wrap_up.done_at is None:
        await _end(work, agent, wrap_up, WrapUpEnding.LIMIT)


async def _own(
    work: UnitOfWork, agent: Agent, contact_id: UUID, *, seen: int | None = None
) -> WrapUp:
    wrap_up = await queries.of_contact(work.session, contact_id, lock=True)
    if wrap_up is None or wrap_up.agent_id != agent.id or wrap_up.left_at is not None:
        contact = await queries.seen_contact(work.session, agent, contact_id)
        raise _why_not(contact, wrap_up)
    if seen is not None and wrap_up.version > seen:
        raise ConflictError('wrap_up.changed')
    return wrap_up


def _why_not(contact: Contact | None, wrap_up: WrapUp | None) -> DeskError:
    """Return the error for a contact without 후처리; invisible and missing contacts look the same."""
    if contact is not None and wrap_up is not None:
        return NotAllowedError('wrap_up.not_yours')
    if contact is not None and contact.end_time is None:
        return ConflictError('wrap_up.not_begun')
    return NotFoundError('wrap_up.not_found')


async def _write(work: UnitOfWork, wrap_up: WrapUp, written: WrapUpText) -> None:
    summary = await masked_in_thread(written.summary.strip())
    if len(summary) > MAX_SUMMARY_CHARS:
        raise InvalidInputError('wrap_up.too_long', most=MAX_SUMMARY_CHARS)
    if UNSTORABLE.search(summary):
        raise InvalidInputError('message.blank')
    if written.category_id != wrap_up.category_id:
        await _require_leaf(work, wrap_up, written.category_id)
    wrap_up.summary, wrap_up.category_id = summary, written.category_id
    wrap_up.needs_follow_up = written.needs_follow_up
    wrap_up.version += 1
    wrap_up.updated_at = clock.now()
    work.session.add(wrap_up)


async def _require_leaf(work: UnitOfWork, wrap_up: WrapUp, category_id: UUID | None) -> None:
    """Refuse a category that is not a leaf of the queue's tree, or is retired."""
    if category_id is not None and not await _is_leaf_for(work, wrap_up, category_id):
        raise InvalidInputError('category.not_found')


async def _is_leaf_for(work: UnitOfWork, wrap_up: WrapUp, category_id: UUID) -> bool:
    node = await category_queries.by_id(work.session, category_id)
    if node is None or node.retired_at is not None or node.queue_id not in (None, wrap_up.queue_id):
        return False
    return not await category_queries.has_children(work.session, category_id)


async def _end(work: UnitOfWork, agent: Agent, wrap_up: WrapUp, ending: WrapUpEnding) -> None:
    wrap_up.done_at, wrap_up.ending = clock.now(), ending
    wrap_up.version += 1
    work.session.add(wrap_up)
    contact = await queries.contact_of(work.session, wrap_up)
    if contact is not None:
        by_id = agent.id if ending is WrapUpEnding.AGENT else None
        record_step(
            work, contact, StepKind.WRAP_UP_DONE, agent_id=agent.id, by_id=by_id, reason=ending
        )
    tell(work, wrap_up)
    await settle(work, agent, StateCause.CONTACT_OVER)


def tell(work: UnitOfWork, wrap_up: WrapUp) -> None:
    """Announce a 후처리 as it is now."""
    work.tell(
        WrapUpChanged(
            agent_id=wrap_up.agent_id,
            contact_id=wrap_up.contact_id,
            version=wrap_up.version,
            is_done=wrap_up.done_at is not None,
        )
    )
