"""Stores each fact that Connect reports of a call once, then computes the call anew from all facts.

Facts may come late, twice and in any order, to any process. Storing a fact takes an advisory lock
on its conversation, then locks the rows of the agents whose state follows from it, then the call's
row.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import ConflictError
from models import (
    Agent,
    Call,
    CallDirection,
    CallLeg,
    CallLegKind,
    CallMoment,
    ContactStep,
    Queue,
    StateCause,
    StepKind,
)
from models.step import Channel
from services.aws.facts import AgentFacts, ContactFacts, HeldContact
from services.calls import queries
from services.calls.callback_outcomes import follow_call
from services.calls.computed_call import (
    OUTBOUND_KINDS,
    OVER,
    ComputedCall,
    ComputedStep,
    computed_call,
    step_key,
)
from services.calls.directory import ConnectDirectory
from services.calls.events import CallChanged
from services.calls.legs import KINDS, MOMENTS, fill, kept_number
from services.contacts import queue_queries, wrap_ups
from services.customers.phone_lookup import PhoneLookup
from services.people import agent_queries, state_queries
from services.people.states import settle
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

LATE = timedelta(minutes=15)
"""A call that ended longer ago than this when it is reported gets no 후처리."""


class CallLog:
    """Stores the facts that Connect reports of calls."""

    def __init__(
        self, units: UnitsOfWork, directory: ConnectDirectory, phones: PhoneLookup
    ) -> None:
        self._units = units
        self._directory = directory
        self._phones = phones

    async def take_contact(self, facts: ContactFacts) -> None:
        """Store the facts of a contact; contacts other than calls are ignored.

        Raises ``UpstreamError``.
        """
        if not facts.is_voice:
            return
        agent = await self._directory.agent(facts.user_id)
        queue = await self._directory.queue(facts.queue_id)
        phone = kept_number(facts.phone)
        customer_id = await self._caller(facts.root_id, phone)
        async with self._units.begin() as work:
            await queries.hold_call(work.session, facts.root_id)
            call = await _call_of(work, facts.root_id, facts.initiation, phone)
            leg = await _leg_of(work, call, facts.contact_id, facts.initiation)
            fill(
                leg,
                facts,
                agent_id=agent.id if agent else None,
                queue_id=queue.id if queue else None,
                phone=phone,
            )
            work.session.add(leg)
            if facts.has_new_attributes:
                ask_again(call)
            await _retell(work, call, customer_id=customer_id)

    async def take_agent(self, facts: AgentFacts) -> None:
        """Store the states of an agent's contacts. Raises ``UpstreamError``."""
        held = [one for one in facts.contacts if one.channel == 'VOICE' and one.state in MOMENTS]
        if not held:
            return
        agent = await self._directory.agent(facts.user_id, facts.username)
        for one in held:
            queue = await self._directory.queue(one.queue_id)
            async with self._units.begin() as work:
                await queries.hold_call(work.session, one.root_id)
                await _take_moment(work, facts.user_id, agent, one, queue)

    async def _caller(self, root_id: str, phone: str) -> UUID | None:
        """Return the only customer with this number, when an open call's number is first reported."""
        if not phone:
            return None
        async with self._units.db.reading() as session:
            call = await queries.call_by_contact(session, root_id)
        if call is not None and (call.phone or call.end_time):
            return None
        found = await self._phones.customers(phone, limit=2)
        return found[0].id if len(found) == 1 else None


async def finish_undialled(work: UnitOfWork, call: Call, end: ComputedStep) -> None:
    """End a locked call that never got a contact at Connect."""
    await _write(
        work,
        call,
        [ComputedStep(kind=StepKind.CREATED, at=call.start_time, queue_id=call.queue_id), end],
    )
    work.tell(CallChanged.of(call))


async def _call_of(work: UnitOfWork, root_id: str, initiation: str, phone: str) -> Call:
    """Return the call of a conversation: a known one, one that the desk dialled, or a new one.

    Raises:
        ConflictError: it may be a call that the desk has just dialled; a later report decides.
    """
    call = await queries.call_by_contact(work.session, root_id)
    if call is None and initiation == 'API':
        call = await _dialled(work, phone)
    if call is None:
        kind = KINDS.get(initiation, CallLegKind.OTHER)
        is_out = kind in OUTBOUND_KINDS
        call = Call(
            direction=CallDirection.OUTBOUND if is_out else CallDirection.INBOUND,
            contact_id=root_id,
            department='',
            phone='',
        )
    call.contact_id = call.contact_id or root_id
    work.session.add(call)
    await work.session.flush()
    return call


async def _dialled(work: UnitOfWork, phone: str) -> Call | None:
    if phone:
        return await queries.dialling(work.session, phone)
    if await queries.is_dialling(work.session):
        raise ConflictError('call.not_begun')
    return None


async def _leg_of(work: UnitOfWork, call: Call, contact_id: str, initiation: str) -> CallLeg:
    kind = KINDS.get(initiation, CallLegKind.OTHER)
    leg = await queries.leg_by_contact(work.session, contact_id)
    if leg is None:
        leg = CallLeg(call_id=call.id, contact_id=contact_id, kind=kind)
        work.session.add(leg)
        await work.session.flush()
    return leg


async def _take_moment(
    work: UnitOfWork, user_id: str, agent: Agent | None, held: HeldContact, queue: Queue | None
) -> None:
    call = await _call_of(work, held.root_id, held.initiation, '')
    leg = await _leg_of(work, call, held.contact_id, held.initiation)
    if leg.kind is CallLegKind.OUTBOUND and leg.agent_id is None and agent is not None:
        leg.agent_id = agent.id  # the dialling agent has the call while it rings, too
    if leg.queue_id is None and queue is not None:
        leg.queue_id = queue.id
    if leg.queued_at is None:  # with its consequences, so that simultaneous steps are in order
        leg.queued_at = held.queued_at
    if leg.answered_at is None and held.answered_at is not None and agent is not None:
        leg.answered_at, leg.agent_id = held.answered_at, agent.id
    work.session.add(leg)
    moment = CallMoment(
        leg_id=leg.id,
        connect_user=user_id,
        agent_id=agent.id if agent else None,
        kind=MOMENTS[held.state],
        at=held.since,
    )
    if await queries.keep_moment(work.session, moment):
        await _retell(work, call)


async def _retell(work: UnitOfWork, call: Call, *, customer_id: UUID | None = None) -> None:
    """Update a call, its steps and its agents' states from the facts."""
    session = work.session
    await session.flush()
    legs = await queries.legs_of(session, call.id)
    moments = await queries.moments_of(session, [leg.id for leg in legs])
    computed = computed_call(call.contact_id or '', legs, moments, dialled_by_id=call.dialled_by_id)
    if computed is None:
        return
    concerned = {call.agent_id, computed.agent_id} - {None}
    agents = await state_queries.locked_agents(session, [one for one in concerned if one])
    locked = await queries.call_by_id(session, call.id, lock=True)
    if locked is None:
        return
    before = _Before(locked)
    _become(locked, computed, customer_id)
    if locked.end_time is not None and not before.is_over:
        ask_again(locked)
    locked.department = await _department(session, locked, agents)
    await _write(work, locked, computed.steps)
    await _follow_up(work, locked, before, agents)
    await follow_call(work, locked)
    if before.differs(locked):
        locked.version += 1
        session.add(locked)
        work.tell(CallChanged.of(locked, former_agent_id=before.agent_id))


def ask_again(call: Call) -> None:
    """Have Connect asked again what the caller heard: the flow may have gone on since (``CallNotices``)."""
    call.notices_asked_at = None


class _Before:
    """The state of a call before it is computed anew."""

    def __init__(self, call: Call) -> None:
        self._seen = self._of(call)
        self.agent_id = call.agent_id
        self.is_over = call.end_time is not None
        self.held_by = call.agent_id if _is_held(call) else None

    def differs(self, call: Call) -> bool:
        """Whether anything that is shown of the call has changed."""
        return self._seen != self._of(call) or call.version == 0

    @staticmethod
    def _of(call: Call) -> tuple[object, ...]:
        return (
            call.agent_id, call.queue_id, call.department, call.customer_id, call.phone, call.start_time,
            call.answered_at, call.end_time, call.ending,
        )  # fmt: skip


def _become(call: Call, computed: ComputedCall, customer_id: UUID | None) -> None:
    call.direction = computed.direction
    call.start_time = computed.started_at
    call.phone = call.phone or computed.phone
    call.customer_id = call.customer_id or customer_id
    call.agent_id, call.queue_id = computed.agent_id, computed.queue_id or call.queue_id
    call.answered_at, call.end_time = computed.answered_at, computed.end_time
    call.ending, call.reason = computed.ending, computed.reason


async def _department(session: AsyncSession, call: Call, agents: dict[UUID, Agent]) -> str:
    queue = await queue_queries.by_id(session, call.queue_id) if call.queue_id else None
    if queue is not None:
        return queue.department
    holder = agents.get(call.agent_id) if call.agent_id else None
    return holder.department if holder else call.department


async def _write(work: UnitOfWork, call: Call, steps: Iterable[ComputedStep]) -> None:
    """Store the steps that are not stored yet; ``REOPENED`` follows an end that was reported wrongly."""
    written = await queries.steps_of(work.session, call.id)
    keys = {step_key(step.kind, step.at, step.agent_id) for step in written}
    computed = list(steps)
    ends = {step.at for step in computed if step.kind in OVER}
    false_ends = sum(step.kind in OVER and step.at not in ends for step in written)
    reopened = sum(step.kind is StepKind.REOPENED for step in written)
    if false_ends > reopened:
        again = ComputedStep(kind=StepKind.REOPENED, at=clock.now(), queue_id=call.queue_id)
        computed.insert(0, again)
    for step in computed:
        if step.key not in keys:
            work.session.add(_row(call, step))
            await work.session.flush()  # so that their ids follow the order of events


def _row(call: Call, step: ComputedStep) -> ContactStep:
    return ContactStep(
        contact_id=call.id,
        channel=Channel.CALL,
        kind=step.kind,
        at=step.at,
        queue_id=step.queue_id or call.queue_id,
        agent_id=step.agent_id,
        by_id=step.by_id,
        came_at=call.start_time,
        rang_at=step.rang_at,
        reason=step.reason,
    )


async def _follow_up(
    work: UnitOfWork, call: Call, before: _Before, agents: dict[UUID, Agent]
) -> None:
    """Set the call's agents to 상담 중 or 후처리, as the call requires."""
    concerned = {before.held_by, call.agent_id if _is_held(call) else None}
    if len(concerned) == 1:  # no agent's contacts changed
        concerned = set()
    if call.end_time is not None and not before.is_over and await _begin_wrap_up(work, call):
        concerned |= {call.agent_id}
    if before.is_over and call.end_time is None:
        await wrap_ups.take_back(work, call)
        concerned |= {before.agent_id}
    for agent_id in sorted(one for one in concerned if one in agents):
        has_it = _is_held(call) and agent_id == call.agent_id
        cause = StateCause.CONTACT_TAKEN if has_it else StateCause.CONTACT_OVER
        await settle(work, agents[agent_id], cause)


def _is_held(call: Call) -> bool:
    """Whether an agent is talking in the call."""
    return call.is_answered and call.end_time is None and call.agent_id is not None


async def _begin_wrap_up(work: UnitOfWork, call: Call) -> bool:
    """Begin the 후처리 of an answered call that has just ended; return whether there is one."""
    if not call.is_answered or call.agent_id is None or call.end_time is None:
        return False
    if clock.now() - call.end_time > LATE or await wrap_ups.has_begun(work, call):
        return False
    queue = await queue_queries.by_id(work.session, call.queue_id) if call.queue_id else None
    agent = await agent_queries.by_id(work.session, call.agent_id)
    has_left = agent is not None and not agent.is_active
    begun = await wrap_ups.begin(work, call, call.agent_id, queue, has_left=has_left)
    return begun is not None
