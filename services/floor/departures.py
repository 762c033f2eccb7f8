"""Departures: when somebody is deactivated, their sessions end and their open work goes on with others.

One unit of work: nobody who is out still holds a contact, and nothing is handed over of somebody who stays.
Open chats go back to their queue with their waiting time, or to a named colleague; promises, callbacks and unfinished
후처리 go to the same colleague, or to the queue. A call stays with its agent until it is hung up, since nobody else can
speak in it; its 후처리 is the queue's. A draft stays with its chat: whoever has the chat next finds it in the box.
"""

from dataclasses import dataclass
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import (
    Agent,
    AgentRole,
    AuditAction,
    ChatSession,
    ChatStatus,
    MessageType,
    StateCause,
    StepKind,
)
from models.priority import rank_at
from services.calls.callback_view import CallbackChanged
from services.chats import offers
from services.chats.changes import add_line, tell_changed
from services.contacts import left_wrap_ups, promises, wrap_up_queries
from services.contacts.pair_queries import barred_from
from services.contacts.steps import record_step
from services.floor import departure_queries as queries
from services.people import agent_queries
from services.people.authority import keep_out
from services.people.events import RoutingNeeded
from services.people.states import settle
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

REASON = 'account ended'
"""The recorded reason of these moves; the deactivation itself is in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWork:
    """What somebody has open, before they are deactivated."""

    chats: int
    promises: int
    callbacks: int
    drafts: int
    wrap_ups: int
    calls: int
    """Calls that go on until they are hung up."""
    colleagues: dict[UUID, str]
    """Active people of the same department, who may get it all: names by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What moved."""

    sessions: int
    chats: int
    promises: int
    callbacks: int
    drafts: int
    wrap_ups: int
    calls: int
    """Calls that go on until they are hung up; nothing of them moved yet."""


class Departures:
    """Deactivates people and hands over their work. For administrators; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def open_work(self, by: Agent, agent_id: UUID) -> OpenWork:
        """Return what somebody has open, and who may get it. Raises ``NotFoundError``."""
        async with self._units.db.reading() as session:
            people = await agent_queries.with_admins(session, {by.id, agent_id})
            decider, agent = people.get(by.id), people.get(agent_id)
            _check(decider, agent)
            everybody = await agent_queries.everyone(session)
            counts = await queries.counts(session, agent_id)
        colleagues = {
            one.id: one.name
            for one in everybody
            if agent and one.is_active and one.department == agent.department and one.id != agent_id
        }
        return OpenWork(**counts, colleagues=colleagues)

    async def deactivate(
        self, by: Agent, agent_id: UUID, *, to_id: UUID | None = None
    ) -> HandedOver:
        """Deactivate somebody, end their sessions, and hand over what they have open.

        Args:
            by: an administrator.
            agent_id: who leaves.
            to_id: the colleague who gets everything; none: it goes to the queues.

        Raises:
            NotAllowedError: ``by`` is not an administrator (any more).
            NotFoundError: the person does not exist.
            ConflictError: it would remove the last administrator.
            InvalidInputError: the colleague is inactive, of another department, or the person themselves.
        """
        wanted = {by.id, agent_id, *([to_id] if to_id else [])}
        async with self._units.begin() as work:
            people = await agent_queries.with_admins(work.session, wanted, lock=True)
            decider, agent = _check(people.get(by.id), people.get(agent_id))
            _check_last_admin(agent, people)
            to = _colleague(agent, people.get(to_id) if to_id else None, asked=to_id is not None)
            sessions = await queries.open_sessions(work.session, agent_id, clock.now())
            calls = await queries.open_calls(work.session, agent_id)
            await keep_out(work, agent, by=decider)
            moved = await self._hand_over(work, decider, agent, to)
            handed = HandedOver(sessions=sessions, calls=calls, **moved)
            details = {'agent_id': str(to.id) if to else '', **moved, 'calls': calls}
            if any(moved.values()) or calls:
                work.record(
                    decider, AuditAction.CONTACTS_HANDED_OVER, subject=agent, details=details
                )
        return handed

    async def _hand_over(
        self, work: UnitOfWork, by: Agent, agent: Agent, to: Agent | None
    ) -> dict[str, int]:
        chats = await queries.locked_open_chats(work.session, agent.id)
        held = sum(1 for one in chats if one.agent_id == agent.id)
        drafts = await queries.drafts_in(work.session, agent.id, [one.id for one in chats])
        for chat in chats:
            if chat.agent_id == agent.id:
                barred = await barred_from(work.session, chat.customer_id, chat.visitor_phone)
                _pass_on(work, by, chat, to if to and to.id not in barred else None)
            else:  # it only rang
                _stop_ringing(work, by, chat)
        if to is not None:
            await queries.move_drafts(work.session, agent.id, to.id, [one.id for one in chats])
        promised = await queries.locked_promises(work.session, agent.id)
        for promise in promised:
            await promises.give(work, by, promise, to.id if to else None)
        callbacks = await queries.locked_callbacks(work.session, agent.id)
        for callback in callbacks:
            callback.owner_id = to.id if to else None
            callback.version += 1
            work.session.add(callback)
            work.tell(CallbackChanged(callback_id=callback.id, department=callback.department))
        unfinished = await wrap_up_queries.locked_open_of(work.session, agent.id)
        for wrap_up in unfinished:
            await left_wrap_ups.leave(work, wrap_up, to=to, by=by)
        await work.session.flush()
        await settle(work, agent, StateCause.CONTACT_OVER)
        if to is not None and (chats or unfinished):
            await settle(work, to, StateCause.CONTACT_TAKEN)
        work.tell(RoutingNeeded())
        return {
            'chats': held, 'promises': len(promised), 'callbacks': len(callbacks), 'drafts': drafts,
            'wrap_ups': len(unfinished),
        }  # fmt: skip


def _pass_on(work: UnitOfWork, by: Agent, chat: ChatSession, to: Agent | None) -> None:
    """Give a held chat to the colleague, or back to its queue."""
    former_id = chat.agent_id
    offers.clear(chat)
    record_step(work, chat, StepKind.TRANSFERRED, agent_id=former_id, by_id=by.id, reason=REASON)
    chat.held_at = None
    chat.come_back()
    if to is None:
        chat.status, chat.agent_id = ChatStatus.WAITING, None
        chat.rank_at = rank_at(chat.waits_since, chat.priority)
        record_step(work, chat, StepKind.QUEUED, by_id=by.id)
    else:
        chat.status, chat.agent_id = ChatStatus.ACTIVE, to.id
        record_step(work, chat, StepKind.TAKEN, agent_id=to.id, by_id=by.id)
        add_line(work, chat, MessageType.JOINED, to.name, also_to=former_id)
    tell_changed(work, chat, also_to=former_id)


def _check(decider: Agent | None, agent: Agent | None) -> tuple[Agent, Agent]:
    if decider is None or decider.role is not AgentRole.ADMIN or not decider.is_active:
        raise NotAllowedError('agent.admins_only')
    if agent is None:
        raise NotFoundError('agent.not_found')
    return decider, agent


def _check_last_admin(agent: Agent, people: dict[UUID, Agent]) -> None:
    admins = [one.id for one in people.values() if one.role is AgentRole.ADMIN and one.is_active]
    if admins == [agent.id]:
        raise ConflictError('agent.last_admin')


def _colleague(agent: Agent, to: Agent | None, *, asked: bool) -> Agent | None:
    if not asked:
        return None
    if to is None or not to.is_active or to.id == agent.id or to.department != agent.department:
        raise InvalidInputError('departure.colleague')
    return to


def _stop_ringing(work: UnitOfWork, by: Agent, chat: ChatSession) -> None:
    former_id = chat.offered_agent_id
    record_step(
        work, chat, StepKind.WITHDRAWN, agent_id=former_id, by_id=by.id,
        reason=offers.REFUSED_AS_GONE,
    )  # fmt: skip
    offers.clear(chat)
    tell_changed(work, chat, also_to=former_id)
