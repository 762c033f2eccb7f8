"""Chats whose agent is gone: they stay the agent's, and supervisors are told after a second period.

After the first period an agent counts as 연결 끊김 (``services.people.presence``). Absences are read
from the rows each time, so they are current, also for a supervisor who comes later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from desk import clock
from models import Agent, AgentStatus
from services.chats import queries as chat_queries
from services.chats.events import ChatCard
from services.contacts.access import require_supervisor
from services.work.unit_of_work import UnitsOfWork

SECOND_PERIOD = timedelta(seconds=60)
"""How long an agent must be gone before supervisors are told of their chats."""
MOST_TOLD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """An agent who is gone, with their open chats."""

    agent_id: UUID
    name: str
    status: AgentStatus
    since: datetime
    chats: tuple[ChatCard, ...]

    @property
    def told_at(self) -> datetime:
        """The time from which supervisors are told."""
        return self.since + SECOND_PERIOD

    @property
    def is_told(self) -> bool:
        """Whether the second period is over."""
        return clock.now() >= self.told_at


class Absences:
    """Agents who are gone and have open chats."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def now(self, supervisor: Agent) -> list[Absence]:
        """Return gone agents with open chats, longest gone first, also within the second period.

        Raises ``NotAllowedError`` unless a supervisor asks.
        """
        require_supervisor(supervisor)
        async with self._db.reading() as session:
            rows = await chat_queries.left_alone(session, supervisor, limit=MOST_TOLD)
        found: dict[UUID, Absence] = {}
        for chat, agent in rows:
            earlier = found[agent.id].chats if agent.id in found else ()
            found[agent.id] = Absence(
                agent_id=agent.id,
                name=agent.name,
                status=agent.status,
                since=agent.suspended_at or agent.status_since,
                chats=(*earlier, chat_queries.card(chat)),
            )
        return list(found.values())
