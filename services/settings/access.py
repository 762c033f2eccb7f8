"""Who may change settings: administrators all of them, supervisors those of their department's queues."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.errors import NotAllowedError, NotFoundError
from models import EVERYWHERE, Agent, AgentRole, Queue
from services.contacts import queue_queries
from services.people import agent_queries


async def require_supervisor(session: AsyncSession, by: Agent) -> Agent:
    """Return the person as the database knows them now.

    Raises ``NotAllowedError`` for all but supervisors and administrators.
    """
    now = await agent_queries.by_id(session, by.id)
    if now is None or not now.is_active or not now.is_supervisor:
        raise NotAllowedError('settings.supervisors_only')
    return now


async def require_editor(session: AsyncSession, by: Agent, subject_id: UUID) -> Agent:
    """Return the person, who may change what belongs to a queue, or to every queue (``EVERYWHERE``).

    Raises:
        NotAllowedError: an agent, or a supervisor for another department or for every queue.
        NotFoundError: the queue does not exist.
    """
    now = await require_supervisor(session, by)
    if subject_id == EVERYWHERE:
        if now.role is not AgentRole.ADMIN:
            raise NotAllowedError('settings.admins_only')
        return now
    queue = await queue_queries.by_id(session, subject_id)
    if queue is None:
        raise NotFoundError('queue.not_found')
    if not may_edit(now, queue):
        raise NotAllowedError('settings.not_your_queue')
    return now


def may_edit(agent: Agent, queue: Queue) -> bool:
    """Whether a supervisor or administrator may change what belongs to a queue.

    A supervisor changes queues of the departments that are set for them, or else of their own department.
    """
    departments = editable_departments(agent)
    return departments is None or queue.department in departments


def editable_departments(agent: Agent) -> tuple[str, ...] | None:
    """Return the departments whose settings a person may change; ``None`` for all. An agent has none."""
    if agent.role is AgentRole.ADMIN:
        return None
    return (agent.reach or (agent.department,)) if agent.is_supervisor else ()


async def own_queues(session: AsyncSession, by: Agent) -> Sequence[Queue]:
    """Return the queues whose settings a person may change, open ones first. Raises ``NotAllowedError``."""
    now = await require_supervisor(session, by)
    return [one for one in await queue_queries.everyone(session) if may_edit(now, one)]
