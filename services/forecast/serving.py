"""Who serves which queues, as routing decides it; for the simulation of what would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models import Queue, QueueMode
from services.floor.router import circle_in


@dataclass(frozen=True, slots=True)
class Serving:
    """Who serves which queues, as routing decides it."""

    queues: Sequence[Queue]
    levels: Mapping[UUID, Mapping[UUID, int]]
    """Everybody's levels, by person and skill."""

    def circles(self, agent_id: UUID, department: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the queues that an agent of a department serves first, and those that ask them after a time."""
        levels = self.levels.get(agent_id, {})
        found = {str(one.id): _circle(department, levels, one) for one in self.queues}
        first = frozenset(one for one, circle in found.items() if circle == 1)
        return first, frozenset(one for one, circle in found.items() if circle == 2)

    def levels_of(self, agent_id: UUID) -> dict[str, int]:
        """Return an agent's level by queue, of queues that ask for a skill."""
        levels = self.levels.get(agent_id, {})
        return {str(one.id): levels.get(one.skill_id, 0) for one in self.queues if one.skill_id}


def _circle(department: str, levels: Mapping[UUID, int], queue: Queue) -> int | None:
    """Return an agent's circle for a queue; from a list everybody of its department takes, and nobody else."""
    if queue.mode is QueueMode.PULL:
        return 1 if department == queue.department else None
    return circle_in(department, levels, queue)
