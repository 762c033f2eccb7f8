"""The delay between hanging up and its effect: the agent keeps the contact a little longer (streams#732).

The answer comes at once. Until the snapshot shows the end, the contact is live and cannot be
cleared.
"""

import time

SECONDS = 0.4
TALKING = 'TALKING'  # the service's word for a live contact in its refusal (streams#743)


class Settling:
    """The ends of contacts that are not shown yet, by agent."""

    def __init__(self) -> None:
        self._until: dict[
            str, dict[str, float]
        ] = {}  # by agent and contact, on the monotonic clock

    def begin(self, agent_id: str, contact_id: str) -> None:
        """Delay the end of a contact in an agent's snapshot."""
        self._until.setdefault(agent_id, {})[contact_id] = time.monotonic() + SECONDS

    def holds(self, agent_id: str, contact_id: str) -> bool:
        """Whether a contact still counts as live for an agent who has hung up."""
        return contact_id in self._left(agent_id)

    def seconds_left(self, agent_id: str) -> float:
        """Return how many seconds an agent's snapshot has to wait."""
        return max(self._left(agent_id).values(), default=0.0)

    def _left(self, agent_id: str) -> dict[str, float]:
        now = time.monotonic()
        left = {key: at for key, at in self._until.pop(agent_id, {}).items() if at > now}
        if left:
            self._until[agent_id] = left
        return {key: at - now for key, at in left.items()}
