"""Agent states (상담 상태): one for all channels, a next one after the last contact, a row per change.

``base_status`` is the state without contacts; ``status`` is the one shown: 상담 중 and 후처리 follow from
current contacts, 연결 끊김 and 점검 are set over it by the desk. Nobody becomes 상담 가능 except by choice,
or when the reason why the desk took it away is gone.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import inspect

from desk import clock
from desk.errors import InvalidInputError, NotAllowedError, NotFoundError
from models import (
    Agent,
    AgentStatus,
    AgentStatusChange,
    AuditAction,
    AwayReason,
    StateCause,
)
from services.people import state_queries as queries
from services.people.events import AgentStatusChanged, RoutingNeeded
from services.people.state_queries import Load
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

CHOOSABLE = (AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE)
"""The states that a person may choose. The others follow from events."""
OTHER = 'other'
NO_ANSWER = 'no_answer'
PROTECTED_REST = 'protected_rest'
"""보호 휴식: after abuse, outside of all figures; chosen through ``services.protection`` only."""


class AgentStates:
    """The states of people at the desk."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def reasons(self) -> Sequence[AwayReason]:
        """Return all reasons to be away (이석), in order, including the desk's own."""
        async with self._db.reading() as session:
            return await queries.reasons(session)

    async def choose(
        self, agent_id: UUID, status: AgentStatus, *, reason: str = OTHER
    ) -> AgentStatusChanged:
        """Choose one's own state; during a contact 이석 and 오프라인 wait until it is over.

        Raises:
            InvalidInputError: the state cannot be chosen, or the reason does not exist.
        """
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            lift(agent, AgentStatus.DISCONNECTED)  # a person who chooses is connected
            return await _choose(work, agent, status, reason=reason, by=None)

    async def set_by_supervisor(
        self, supervisor: Agent, agent_id: UUID, status: AgentStatus, *, reason: str, note: str
    ) -> AgentStatusChanged:
        """Set an agent's state with a written reason; during a contact it becomes the next state.

        Raises:
            NotAllowedError: ``supervisor`` is not a supervisor.
            InvalidInputError: the state cannot be chosen, or the reason is empty.
            NotFoundError: there is no such agent within the supervisor's reach.
        """
        if not supervisor.is_supervisor:
            raise NotAllowedError('agent.supervisors_only')
        if not note.strip():
            raise InvalidInputError('agent.status_why')
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            if not supervisor.reaches(agent.department):
                raise NotFoundError('agent.not_found')
            changed = await _choose(work, agent, status, reason=reason, by=supervisor, note=note)
            work.record(
                supervisor, AuditAction.STATUS_SET, subject=agent, reason=note,
                details={'status': status.value},
            )  # fmt: skip
        return changed

    async def miss_call(self, agent_id: UUID) -> AgentStatusChanged:
        """Set an agent who did not answer a call to 이석 (무응답), as Connect does."""
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            await miss(work, agent, most=1)
            return event_of(agent)

    async def check(self, agent_id: UUID, *, can_ring: bool) -> AgentStatusChanged:
        """Set an agent whose page cannot ring to 점검, and back when it can."""
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            if can_ring:
                lift(agent, AgentStatus.CHECKING)
                return await settle(work, agent, StateCause.LINE_BACK)
            if agent.suspended_as is None and agent.base_status is not AgentStatus.OFFLINE:
                suspend(agent, AgentStatus.CHECKING)
            return await settle(work, agent, StateCause.PAGE_CANNOT_RING)

    async def take_back_next(self, agent_id: UUID) -> AgentStatusChanged:
        """Cancel the state that would follow the last contact."""
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            agent.next_status, agent.next_reason_id = None, None
            return await settle(work, agent, StateCause.CHOSEN)


async def locked_agent(work: UnitOfWork, agent_id: UUID) -> Agent:
    """Return one person, read now and locked until the transaction ends. Raises ``NotFoundError``."""
    agent = (await queries.locked_agents(work.session, [agent_id])).get(agent_id)
    if agent is None:
        raise NotFoundError('agent.not_found')
    return agent


def is_ready(agent: Agent) -> bool:
    """Whether a person wants contacts and can be reached; a free place is checked separately."""
    return (
        agent.base_status is AgentStatus.AVAILABLE
        and agent.suspended_as is None
        and agent.next_status is None
    )


def shown_status(agent: Agent, load: Load) -> AgentStatus:
    """Return the shown state of a person with this load."""
    if agent.suspended_as is not None:
        return agent.suspended_as
    if agent.base_status is AgentStatus.OFFLINE:
        return AgentStatus.OFFLINE
    if load.chats or load.calls:
        return AgentStatus.BUSY
    if load.wrap_ups:
        return AgentStatus.AFTER_CONTACT
    return agent.base_status


async def settle(
    work: UnitOfWork,
    agent: Agent,
    cause: StateCause,
    *,
    by: Agent | None = None,
    note: str = '',
    load: Load | None = None,
) -> AgentStatusChanged:
    """Update a locked agent's state from contacts and pending state; record and announce what changed.

    ``load`` is given by who has counted it after the last change of the agent's places.
    """
    told, is_other = event_of(agent), work.session.is_modified(agent)
    has_other_reason = inspect(agent).attrs.away_reason_id.history.has_changes()
    if load is None:
        await work.session.flush()
        load = (await queries.loads_of(work.session, [agent.id]))[agent.id]
    now = clock.now()
    if agent.next_status is not None and not load.contacts:
        agent.base_status, agent.away_reason_id = agent.next_status, agent.next_reason_id
        agent.next_status, agent.next_reason_id = None, None
        cause, by = StateCause.NEXT_CAME_TRUE, None
    before, agent.status = agent.status, shown_status(agent, load)
    if not load.contacts and before in (AgentStatus.BUSY, AgentStatus.AFTER_CONTACT):
        agent.idle_since = now
    if agent.status is not before or (agent.status is AgentStatus.AWAY and has_other_reason):
        agent.status_since = now
        change = AgentStatusChange(
            agent_id=agent.id,
            status=agent.status,
            reason_id=_shown_reason(agent),
            by_id=by.id if by else None,
            why=cause,
            note=note,
            created_at=now,
        )
        work.append(change)
    changed = event_of(agent)
    if is_other or changed != told:  # most contacts come and go while their agent has others
        agent.updated_at = now
        work.session.add(agent)
        work.tell(changed)
    if is_ready(agent) and load.total < agent.chat_capacity:
        work.tell(RoutingNeeded())
    return changed


def event_of(agent: Agent) -> AgentStatusChanged:
    """Return the event for a person's current state."""
    return AgentStatusChanged(
        agent_id=agent.id,
        status=agent.status,
        since=agent.status_since,
        is_ready=is_ready(agent),
        reason_id=_shown_reason(agent),
        next_status=agent.next_status,
        next_reason_id=agent.next_reason_id,
        department=agent.department,
    )


def suspend(agent: Agent, status: AgentStatus) -> None:
    """Set 연결 끊김 or 점검 over a locked agent's state."""
    agent.suspended_as, agent.suspended_at = status, clock.now()


def lift(agent: Agent, status: AgentStatus) -> None:
    """Remove 연결 끊김 or 점검, so that the locked agent's own state shows again."""
    if agent.suspended_as is status:
        agent.suspended_as, agent.suspended_at = None, None


async def go_offline(work: UnitOfWork, agent_id: UUID) -> None:
    """Set a person without a valid session offline; they keep their contacts."""
    agent = await locked_agent(work, agent_id)
    agent.base_status, agent.away_reason_id = AgentStatus.OFFLINE, None
    agent.next_status, agent.next_reason_id = None, None
    agent.suspended_as, agent.suspended_at = None, None
    await settle(work, agent, StateCause.SIGNED_OUT)


async def miss(work: UnitOfWork, agent: Agent, *, most: int) -> None:
    """Count an unanswered offer of a locked agent; after ``most`` in a row they become 이석 (무응답)."""
    agent.missed_in_a_row += 1
    if agent.missed_in_a_row >= most:
        reason = await queries.reason_by_code(work.session, NO_ANSWER)
        agent.base_status = AgentStatus.AWAY
        agent.away_reason_id = reason.id if reason else None
        agent.next_status, agent.next_reason_id = None, None
    await settle(work, agent, StateCause.NOT_ANSWERED)


def _shown_reason(agent: Agent) -> UUID | None:
    return agent.away_reason_id if agent.status is AgentStatus.AWAY else None


async def _choose(
    work: UnitOfWork,
    agent: Agent,
    status: AgentStatus,
    *,
    reason: str,
    by: Agent | None,
    note: str = '',
) -> AgentStatusChanged:
    if status not in CHOOSABLE:
        raise InvalidInputError('agent.status')
    reason_id = await _reason_id(work, reason) if status is AgentStatus.AWAY else None
    load = (await queries.loads_of(work.session, [agent.id]))[agent.id]
    agent.next_status, agent.next_reason_id = None, None
    if (
        load.contacts
        and agent.base_status is AgentStatus.AVAILABLE
        and status is not agent.base_status
    ):
        agent.next_status, agent.next_reason_id = status, reason_id
    else:
        agent.base_status, agent.away_reason_id = status, reason_id
    if status is AgentStatus.AVAILABLE:
        agent.missed_in_a_row = 0
    cause = StateCause.SUPERVISOR if by else StateCause.CHOSEN
    return await settle(work, agent, cause, by=by or agent, note=note)


async def _reason_id(work: UnitOfWork, code: str) -> UUID:
    reason = await queries.reason_by_code(work.session, code)
    if reason is None or not reason.is_choosable or not reason.is_active:
        raise InvalidInputError('agent.away_reason')
    return reason.id
