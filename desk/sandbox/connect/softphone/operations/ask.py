"""What an operation of the softphone is given: the world, who asks, and parameters that keep the model's rules."""

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
    """One request of one agent, read and checked."""

    world: World
    agent: Agent
    parameters: Json
    socket_url: str
    renew: Callable[[], str]
    settling: Settling

    @property
    def contact_id(self) -> str:
        """Return which contact is meant."""
        return str(self.parameters['contactId'])

    @property
    def leg_id(self) -> str:
        """Return which connection is meant."""
        return str(self.parameters['connectionId'])

    @property
    def held(self) -> Assignment | None:
        """Return what the agent has of the contact."""
        return self.agent.assignments.get(self.contact_id)

    def is_live(self, held: Assignment) -> bool:
        """Whether a contact goes on, for all that the agent has been shown."""
        return held.is_live or self.settling.holds(self.agent.id, held.contact_id)

    def page(self, items: Sequence[T], name: str) -> Json:
        """Return the page that is asked for under a name, and the token of the next."""
        wanted = {
            'MaxResults': self.parameters.get('maxResults'),
            'NextToken': self.parameters.get('nextToken'),
        }
        place = paging.Place(list_name=name, now=self.world.now)
        found, token = paging.page(items, wanted, place)
        return {name: found, 'nextToken': token}


Handler = Callable[[Ask], Json]
