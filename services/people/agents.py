"""The people at the desk: their identity. Their states are in ``states``."""

from collections.abc import Sequence
from uuid import UUID

from desk.errors import NotFoundError
from models import Agent
from services.people import agent_queries
from services.work.unit_of_work import UnitsOfWork


class Agents:
    """The people who work at the desk."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def agent(self, agent_id: UUID) -> Agent:
        """Return one person, read from the database. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            agent = await agent_queries.by_id(session, agent_id)
        if agent is None:
            raise NotFoundError('agent.not_found')
        return agent

    async def names(self, agent_ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return the names of these people by id."""
        async with self._db.reading() as session:
            return await agent_queries.named(session, agent_ids)
