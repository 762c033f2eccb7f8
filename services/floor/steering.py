"""Supervisors' manual routing: assign and move contacts, set priorities, each with a recorded reason.

A contact that cannot be changed does not stop the others.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import (
    ConflictError,
    DeskError,
    InvalidInputError,
    NotFoundError,
)
from models import (
    Agent,
    AgentRole,
    AgentStatus,
    AuditAction,
    ChatSession,
    ChatStatus,
    Priority,
    Queue,
    RoutingDecision,
    StateCause,
    StepKind,
)
from models.audit import MAX_REASON_CHARS
from models.priority import rank_at
from services.chats import offers
from services.chats import queries as chat_queries
from services.chats.changes import require_chat, tell_changed
from services.contacts import queue_queries
from services.contacts.access import require_supervisor
from services.contacts.pair_queries import require_not_barred
from services.contacts.steps import record_step
from services.floor.decision import RULE_VERSION, Rule, Situation
from services.floor.events import ContactSteered, Deed
from services.people import agent_queries, state_queries
from services.people.events import RoutingNeeded
from services.people.states import is_ready, locked_agent, settle
from services.text.masking import masked_wholly
from services.text.storable import UNSTORABLE
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MOST_AT_ONCE = 200
"""The most contacts in one action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """The changed contacts, and the errors of the others."""

    done: tuple[UUID, ...] = ()
    left: dict[UUID, DeskError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAgent:
    """An agent to whom contacts may be assigned, with their load."""

    id: UUID
    name: str
    department: str
    status: AgentStatus
    load: int
    capacity: int
    is_ready: bool

    @property
    def can_take(self) -> bool:
        """Whether the agent can be offered a contact now."""
        return self.is_ready and self.load < self.capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Possible targets: agents, available ones first, and queues."""

    agents: list[TargetAgent]
    queues: list[Queue]


class Steering:
    """Supervisors' changes of waiting and open chats."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def targets(self, supervisor: Agent) -> Targets:
        """Return the possible targets within the supervisor's reach. Raises ``NotAllowedError`` for agents."""
        require_supervisor(supervisor)
        async with self._units.db.reading() as session:
            found = await all_targets(session)
        return Targets(
            agents=[one for one in found.agents if supervisor.reaches(one.department)],
            queues=[one for one in found.queues if supervisor.reaches(one.department)],
        )

    async def assign(
        self, supervisor: Agent, chat_ids: Sequence[UUID], agent_id: UUID, reason: str
    ) -> Steered:
        """Offer waiting chats to one agent, in any queue mode; an offer to another agent ends.

        Raises:
            NotAllowedError: not a supervisor.
            InvalidInputError: the reason is empty or too long, or there are too many contacts.
            NotFoundError: none of the chats exists, or the agent does not.
            ConflictError: none of them waits any longer, or the agent can take nothing now.
        """
        why = _checked(supervisor, chat_ids, reason)

        async def act(chat_id: UUID) -> None:
            async with self._units.begin() as work:
                await _assign(work, supervisor, chat_id, agent_id, why)

        return await _each(chat_ids, act)

    async def move(
        self,
        supervisor: Agent,
        chat_ids: Sequence[UUID],
        queue_id: UUID,
        reason: str,
        *,
        only_waiting: bool = False,
    ) -> Steered:
        """Move chats to a queue, keeping their waiting time; an open chat is taken from its agent.

        With ``only_waiting``, for taking a move back, an open chat stays with its agent.

        Raises:
            NotAllowedError, InvalidInputError: see ``assign``.
            NotFoundError: none of the chats exists, or the queue does not.
            ConflictError: all of them have ended, or wait there already.
        """
        why = _checked(supervisor, chat_ids, reason)

        async with (
            self._units.begin() as work
        ):  # one for all: a refused contact changed nothing of it
            queue = await queue_queries.held_still(work.session, queue_id)
            if queue is None or not queue.is_active or not supervisor.reaches(queue.department):
                raise NotFoundError('queue.not_found')
            held_by = await chat_queries.holders_of(work.session, chat_ids)
            holders = await state_queries.locked_agents(work.session, held_by)
            chats = await chat_queries.locked_chats_of(work.session, supervisor, chat_ids)
            let_go: set[UUID] = set()

            async def act(chat_id: UUID) -> None:
                chat = _going_on(chats.get(chat_id))
                if only_waiting and chat.status is not ChatStatus.WAITING:
                    raise ConflictError('chat.taken')
                if chat.agent_id is not None and chat.agent_id not in holders:
                    raise ConflictError('chat.taken')  # taken in this instant
                holder_id = chat.agent_id
                _move(work, supervisor, chat, queue, why)
                if holder_id is not None:
                    let_go.add(holder_id)

            steered = await _each(chat_ids, act)
            for agent_id in sorted(let_go):
                await settle(work, holders[agent_id], StateCause.CONTACT_OVER)
        return steered

    async def set_priority(
        self, supervisor: Agent, chat_ids: Sequence[UUID], priority: Priority, reason: str
    ) -> Steered:
        """Set the priority of chats; those with this priority stay unchanged.

        Raises as ``assign``, for ended chats.
        """
        why = _checked(supervisor, chat_ids, reason)

        async def act(chat_id: UUID) -> None:
            async with self._units.begin() as work:
                await _set_priority(work, supervisor, chat_id, priority, why)

        return await _each(chat_ids, act)


async def all_targets(session: AsyncSession) -> Targets:
    """Return the agents and the available supervisors of all departments, and the active queues."""
    everybody = await agent_queries.everyone(session)
    people = [
        one for one in everybody if one.is_active and (one.role is AgentRole.AGENT or is_ready(one))
    ]
    loads = await state_queries.loads_of(session, [one.id for one in people])
    agents = [
        TargetAgent(
            id=one.id,
            name=one.name,
            department=one.department,
            status=one.status,
            load=loads[one.id].total,
            capacity=one.chat_capacity,
            is_ready=is_ready(one),
        )
        for one in people
    ]
    agents.sort(key=lambda one: (not one.can_take, one.department, one.name))
    return Targets(agents=agents, queues=list(await queue_queries.active(session)))


async def _each(chat_ids: Sequence[UUID], act: Callable[[UUID], Awaitable[None]]) -> Steered:
    """Do something to each chat; if it fails for all, raise the first one's error."""
    done: list[UUID] = []
    left: dict[UUID, DeskError] = {}
    for one in dict.fromkeys(chat_ids):
        try:
            await act(one)
        except (ConflictError, NotFoundError) as error:
            left[one] = error
        else:
            done.append(one)
    if left and not done:
        raise next(iter(left.values()))
    return Steered(done=tuple(done), left=left)


async def _locked_chat(work: UnitOfWork, supervisor: Agent, chat_id: UUID) -> ChatSession:
    """Return a chat that has not ended, locked. Raises ``NotFoundError`` and ``ConflictError``."""
    return _going_on(await chat_queries.locked_chat_of(work.session, supervisor, chat_id))


def _going_on(found: ChatSession | None) -> ChatSession:
    chat = require_chat(found)
    if chat.status is ChatStatus.CLOSED:
        raise ConflictError('chat.ended')
    return chat


async def _assign(
    work: UnitOfWork, supervisor: Agent, chat_id: UUID, agent_id: UUID, reason: str
) -> None:
    agent = await locked_agent(work, agent_id)
    if not supervisor.reaches(agent.department):
        raise NotFoundError('agent.not_found')
    chat = await _locked_chat(work, supervisor, chat_id)
    if chat.status is not ChatStatus.WAITING:
        raise ConflictError('chat.taken')
    await require_not_barred(work.session, agent_id, chat.customer_id, chat.visitor_phone)
    former = chat.offered_agent_id
    load = (await state_queries.loads_of(work.session, [agent_id]))[agent_id]
    if former != agent_id and (not is_ready(agent) or load.total >= agent.chat_capacity):
        raise ConflictError('agent.cannot_take')
    queue = await queue_queries.by_id(work.session, chat.queue_id) if chat.queue_id else None
    if queue is None:
        raise NotFoundError('queue.not_found')
    now = clock.now()
    record_step(
        work,
        chat,
        StepKind.TRANSFERRED,
        agent_id=former,
        by_id=supervisor.id,
        reason=reason,
        at=now,  # the same time as the decision's
    )
    offers.clear(chat)
    offers.ring(chat, agent.id, at=now, seconds=queue.offer_seconds)
    work.session.add_all([chat, _decision(chat, queue, agent, at=now)])
    record_step(
        work, chat, StepKind.OFFERED, agent_id=agent.id, by_id=supervisor.id, reason=Rule.BY_HAND
    )
    work.record(
        supervisor, AuditAction.CONTACT_MOVED, subject=chat, reason=reason,
        details={'agent_id': str(agent.id)},
    )  # fmt: skip
    tell_changed(work, chat, also_to=former)
    if former is not None and former != agent_id:
        _tell_agent(work, former, chat, supervisor, Deed.ASSIGNED, reason)
        work.tell(RoutingNeeded())  # the agent has a free place again


def _decision(chat: ChatSession, queue: Queue, agent: Agent, *, at: datetime) -> RoutingDecision:
    """Return the record of an assignment by hand, which compared no candidates."""
    situation = Situation(
        contact_id=chat.id,
        queue_id=queue.id,
        waited_seconds=round((at - chat.waits_since).total_seconds(), 3),
        circle=1,
        returning_agent_id=None,
        candidates=(),
    )
    return RoutingDecision(
        id=uuid4(), created_at=at, contact_id=chat.id, queue_id=queue.id, agent_id=agent.id,
        rule=Rule.BY_HAND, rule_version=RULE_VERSION, situation=situation.recorded(),
    )  # fmt: skip


def _move(
    work: UnitOfWork, supervisor: Agent, chat: ChatSession, queue: Queue, reason: str
) -> None:
    if chat.queue_id == queue.id and chat.status is ChatStatus.WAITING:
        raise ConflictError('steering.there_already')
    former = chat.agent_id or chat.offered_agent_id
    offers.clear(chat)
    chat.status, chat.agent_id, chat.held_at = ChatStatus.WAITING, None, None
    chat.joined_agent_ids = []
    chat.come_back()
    chat.queue_id, chat.department = queue.id, queue.department
    chat.rank_at = rank_at(chat.waits_since, chat.priority)
    record_step(
        work, chat, StepKind.TRANSFERRED, agent_id=former, by_id=supervisor.id, reason=reason
    )
    record_step(work, chat, StepKind.QUEUED, by_id=supervisor.id)
    work.record(
        supervisor, AuditAction.CONTACT_MOVED, subject=chat, reason=reason,
        details={'queue_id': str(queue.id)},
    )  # fmt: skip
    tell_changed(work, chat, also_to=former)
    if former is not None:
        _tell_agent(work, former, chat, supervisor, Deed.MOVED, reason)
    work.tell(RoutingNeeded())


async def _set_priority(
    work: UnitOfWork, supervisor: Agent, chat_id: UUID, priority: Priority, reason: str
) -> None:
    chat = await _locked_chat(work, supervisor, chat_id)
    if chat.priority is priority:
        return
    chat.priority = priority
    if chat.status is ChatStatus.WAITING:
        chat.rank_at = rank_at(chat.waits_since, priority)
    concerned = chat.agent_id or chat.offered_agent_id
    record_step(
        work, chat, StepKind.PRIORITY_CHANGED, agent_id=concerned, by_id=supervisor.id, reason=reason
    )  # fmt: skip
    work.record(
        supervisor, AuditAction.PRIORITY_CHANGED, subject=chat, reason=reason,
        details={'priority': priority.value},
    )  # fmt: skip
    tell_changed(work, chat)
    if concerned is not None:
        _tell_agent(work, concerned, chat, supervisor, Deed.PRIORITY, reason)
    work.tell(RoutingNeeded())


def _tell_agent(
    work: UnitOfWork, agent_id: UUID, chat: ChatSession, by: Agent, deed: Deed, reason: str
) -> None:
    event = ContactSteered(
        agent_id=agent_id,
        contact_id=chat.id,
        customer=chat.visitor_name,
        by=by.name,
        deed=deed,
        reason=reason,
    )
    work.tell(event)


def checked_reason(supervisor: Agent, reason: str) -> str:
    """Return a supervisor's reason as it is stored: on one line, without personal data.

    Raises:
        NotAllowedError: not a supervisor.
        InvalidInputError: the reason is empty or too long.
    """
    require_supervisor(supervisor)
    return read_reason(reason)


def read_reason(reason: str) -> str:
    """Return a reason as it is stored: on one line, without personal data. Raises ``InvalidInputError``."""
    reason = ' '.join(reason.split())
    if not reason or UNSTORABLE.search(reason):
        raise InvalidInputError('agent.status_why')
    if len(reason) > MAX_REASON_CHARS:
        raise InvalidInputError('steering.reason_long', most=MAX_REASON_CHARS)
    return masked_wholly(reason)


def _checked(supervisor: Agent, chat_ids: Sequence[UUID], reason: str) -> str:
    """Return the reason as it is stored; also check the number of contacts."""
    why = checked_reason(supervisor, reason)
    if len(chat_ids) > MOST_AT_ONCE:
        raise InvalidInputError('steering.too_many', most=MOST_AT_ONCE)
    return why
