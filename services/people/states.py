"""상담 상태: one state for all channels, what it will be after the last contact, and every change as a row.

``base_status`` is what somebody is without a contact; ``status`` is what all see: 상담 중 and 후처리 follow from the
contacts in hand, 연결 끊김 and 점검 are laid over it by the desk. Nobody becomes 상담 가능 unless they say so, or the
reason why the desk took it from them is gone.
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
"""What a person may choose: 상담 가능, 이석 and 오프라인. The others follow from what happens."""
OTHER = 'other'
NO_ANSWER = 'no_answer'


class AgentStates:
    """What people at the desk are doing."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def reasons(self) -> Sequence[AwayReason]:
        """Return why somebody may be away (이석), in order; the desk's own reasons among them."""
        async with self._db.reading() as session:
            return await queries.reasons(session)

    async def choose(
        self, agent_id: UUID, status: AgentStatus, *, reason: str = OTHER
    ) -> AgentStatusChanged:
        """Choose one's own state; with a contact in hand 이석 and 오프라인 wait until it is over.

        Raises:
            InvalidInputError: not to be chosen, or not a reason.
        """
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            lift(agent, AgentStatus.DISCONNECTED)  # somebody who chooses is there
            return await _choose(work, agent, status, reason=reason, by=None)

    async def set_by_supervisor(
        self, supervisor: Agent, agent_id: UUID, status: AgentStatus, *, reason: str, note: str
    ) -> AgentStatusChanged:
        """Set somebody's state, with a reason in words; on a contact it becomes the next state.

        Raises:
            NotAllowedError: the one who asks is no supervisor.
            InvalidInputError: not to be chosen, or no words why.
        """
        if not supervisor.sees_everything:
            raise NotAllowedError('agent.supervisors_only')
        if not note.strip():
            raise InvalidInputError('agent.status_why')
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            changed = await _choose(work, agent, status, reason=reason, by=supervisor, note=note)
            work.record(
                supervisor, AuditAction.STATUS_SET, subject=agent, reason=note,
                details={'status': status.value},
            )  # fmt: skip
        return changed

    async def miss_call(self, agent_id: UUID) -> AgentStatusChanged:
        """Let somebody who did not answer a call be 이석 (무응답), as Connect counts them."""
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            await miss(work, agent, most=1)
            return event_of(agent)

    async def check(self, agent_id: UUID, *, can_ring: bool) -> AgentStatusChanged:
        """Let somebody whose page cannot ring be 점검, and again what they were when it can."""
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            if can_ring:
                lift(agent, AgentStatus.CHECKING)
                return await settle(work, agent, StateCause.LINE_BACK)
            if agent.suspended_as is None and agent.base_status is not AgentStatus.OFFLINE:
                suspend(agent, AgentStatus.CHECKING)
            return await settle(work, agent, StateCause.PAGE_CANNOT_RING)

    async def take_back_next(self, agent_id: UUID) -> AgentStatusChanged:
        """Take back what would have come true after the last contact."""
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            agent.next_status, agent.next_reason_id = None, None
            return await settle(work, agent, StateCause.CHOSEN)


async def locked_agent(work: UnitOfWork, agent_id: UUID) -> Agent:
    """Return one person as they are now, locked until the work ends. Raises ``NotFoundError``."""
    agent = (await queries.locked_agents(work.session, [agent_id])).get(agent_id)
    if agent is None:
        raise NotFoundError('agent.not_found')
    return agent


def is_ready(agent: Agent) -> bool:
    """Whether somebody wants contacts and can hear them; whether they have a free place is another question."""
    return (
        agent.base_status is AgentStatus.AVAILABLE
        and agent.suspended_as is None
        and agent.next_status is None
    )


def shown_status(agent: Agent, load: Load) -> AgentStatus:
    """Return what all see of somebody with this load."""
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
) -> AgentStatusChanged:
    """Make a locked agent's state fit their contacts, let what waited come true, keep the change and tell it."""
    has_other_reason = inspect(agent).attrs.away_reason_id.history.has_changes()
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
        work.session.add(change)
    agent.updated_at = now
    work.session.add(agent)
    changed = event_of(agent)
    work.tell(changed)
    if is_ready(agent) and load.total < agent.chat_capacity:
        work.tell(RoutingNeeded())
    return changed


def event_of(agent: Agent) -> AgentStatusChanged:
    """Return the event that somebody's state is as it stands."""
    return AgentStatusChanged(
        agent_id=agent.id,
        status=agent.status,
        since=agent.status_since,
        is_ready=is_ready(agent),
        reason_id=_shown_reason(agent),
        next_status=agent.next_status,
        next_reason_id=agent.next_reason_id,
    )


def suspend(agent: Agent, status: AgentStatus) -> None:
    """Lay 연결 끊김 or 점검 over what a locked agent is."""
    agent.suspended_as, agent.suspended_at = status, clock.now()


def lift(agent: Agent, status: AgentStatus) -> None:
    """Take 연결 끊김 or 점검 away: a locked agent is again what they were."""
    if agent.suspended_as is status:
        agent.suspended_as, agent.suspended_at = None, None


async def go_offline(work: UnitOfWork, agent_id: UUID) -> None:
    """Put somebody offline who has signed out, or whose last session has expired; what they hold stays theirs."""
    agent = await locked_agent(work, agent_id)
    agent.base_status, agent.away_reason_id = AgentStatus.OFFLINE, None
    agent.next_status, agent.next_reason_id = None, None
    agent.suspended_as, agent.suspended_at = None, None
    await settle(work, agent, StateCause.SIGNED_OUT)


async def miss(work: UnitOfWork, agent: Agent, *, most: int) -> None:
    """Count an offer that a locked agent did not answer; after ``most`` in a row they are 이석 (무응답)."""
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
