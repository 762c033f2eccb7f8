"""The state that all open pages show, read at most twice a second for any number of pages."""

import time
from dataclasses import dataclass
from datetime import datetime

from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control import views
from desk.sandbox.connect.control.views import AgentView, ContactView, QueueView
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.terms import CLEARABLE

MOST_ROWS = 40
READ_SECONDS = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorView:
    """The centre at one time."""

    now: datetime
    is_held: bool
    agents: list[AgentView]
    queues: list[QueueView]
    contacts: list[ContactView]
    contact_count: int

    def holders(self, contact_id: str) -> dict[str, str]:
        """Return the agents who have a contact: state by username."""
        return {
            agent.username: held.state
            for agent in self.agents
            for held in agent.contacts
            if held.contact_id == contact_id
        }


class Floor:
    """Reads the centre for its pages."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._view: FloorView | None = None
        self._read_at = 0.0

    def view(self, *, fresh: bool = False) -> FloorView:
        """Return the current state, at most half a second old."""
        if self._view is None or fresh or time.monotonic() - self._read_at > READ_SECONDS:
            self._view, self._read_at = self._read(), time.monotonic()
        return self._view

    def _read(self) -> FloorView:
        with self._centre.acting() as world:
            shown = [*_in_hand(world), *views.contacts(world, limit=MOST_ROWS)][:MOST_ROWS]
            return FloorView(
                now=world.now,
                is_held=self._centre.clock.is_held,
                agents=views.agents(world),
                queues=views.queues(world),
                contacts=shown,
                contact_count=sum(world.state.going.values()) + len(_in_hand(world)),
            )


def _in_hand(world: World) -> list[ContactView]:
    """Return ended contacts that agents still have."""
    return [
        views.contact(world, contact, is_whole=False)
        for agent in world.state.agents.values()
        for held in agent.assignments.values()
        if held.state in CLEARABLE and (contact := world.core.contact(held.contact_id)).is_over
    ]
