"""The input of a softphone operation: the world, the agent, and parameters that passed the checks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from desk.sandbox.connect.aws import paging
from desk.sandbox.connect.softphone.settling import Settling
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.events import Json

T = TypeVar('T')


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One parsed and checked request of one agent."""

    world: World
    agent: Agent
    parameters: Json
    socket_url: str
    renew: Callable[[], str]
    settling: Settling

    @property
    def contact_id(self) -> str:
        """Return the id of the requested contact."""
        return str(self.parameters['contactId'])

    @property
    def leg_id(self) -> str:
        """Return the id of the requested connection."""
        return str(self.parameters['connectionId'])

    @property
    def held(self) -> Assignment | None:
        """Return the agent's assignment of the contact."""
        return self.agent.assignments.get(self.contact_id)

    def is_live(self, held: Assignment) -> bool:
        """Whether a contact is live, as far as the agent has been shown."""
        return held.is_live or self.settling.holds(self.agent.id, held.contact_id)

    def page(self, items: Sequence[T], name: str) -> Json:
        """Return the requested page under a name, and the token of the next."""
        wanted = {
            'MaxResults': self.parameters.get('maxResults'),
            'NextToken': self.parameters.get('nextToken'),
        }
        place = paging.Place(list_name=name, now=self.world.now)
        found, token = paging.page(items, wanted, place)
        return {name: found, 'nextToken': token}


Handler = Callable[[Ask], Json]
