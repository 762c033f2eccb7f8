"""The people at the desk and their 상담 상태."""

from collections.abc import Sequence
from uuid import UUID

from desk import clock
from desk.errors import InvalidInputError, NotFoundError
from models import Agent, AgentStatus, AgentStatusChange
from services import agent_queries
from services.chat_events import AgentStatusChanged
from services.work import Work, Workshop

CHOOSABLE = (AgentStatus.AVAILABLE, AgentStatus.AWAY)
"""What a person may choose: 상담 가능 and 이석. The others follow from what happens."""


class Agents:
    """Who works here and what they are doing."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._db = workshop.db

    async def agent(self, agent_id: UUID) -> Agent:
        """Return one person as they are now. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            agent = await agent_queries.by_id(session, agent_id)
        if agent is None:
            raise NotFoundError('agent.not_found')
        return agent

    async def choose_status(self, agent_id: UUID, status: AgentStatus) -> None:
        """Set a person's 상담 상태. Raises ``InvalidInputError`` for one that cannot be chosen."""
        if status not in CHOOSABLE:
            raise InvalidInputError('agent.status')
        async with self._workshop.work() as work:
            await set_status(work, agent_id, status)

    async def names(self, agent_ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return the names of these people by id."""
        async with self._db.reading() as session:
            return await agent_queries.named(session, agent_ids)


async def set_status(work: Work, agent_id: UUID, status: AgentStatus) -> None:
    """Change a person's 상담 상태 within a piece of work, keep the change for reports, and tell it."""
    agent = await agent_queries.by_id(work.session, agent_id, lock=True)
    if agent is None:
        raise NotFoundError('agent.not_found')
    if agent.status is status:
        return
    agent.status, agent.status_since, agent.updated_at = status, clock.now(), clock.now()
    work.session.add_all([agent, AgentStatusChange(agent_id=agent_id, status=status)])
    work.tell(AgentStatusChanged(agent_id=agent_id, status=status, since=agent.status_since))
