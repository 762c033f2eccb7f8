"""What an operation of the softphone is given: the world, who asks, and parameters that keep the model's rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from desk.sandbox.connect.aws import paging
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent
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

    @property
    def contact_id(self) -> str:
        """Return which contact is meant."""
        return str(self.parameters['contactId'])

    @property
    def leg_id(self) -> str:
        """Return which connection is meant."""
        return str(self.parameters['connectionId'])

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
