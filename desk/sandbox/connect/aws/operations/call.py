"""The input of an operation: the world at the present time, and parameters that passed the checks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from desk.sandbox.connect.aws import paging
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.events import Json

T = TypeVar('T')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One parsed and checked request."""

    world: World
    parameters: Json
    base_url: str

    def page(self, items: Sequence[T], list_name: str) -> tuple[list[T], str | None]:
        """Return the requested page, and the token of the next."""
        place = paging.Place(list_name=list_name, now=self.world.now)
        return paging.page(items, self.parameters, place)

    def arn(self, kind: str, thing_id: str) -> str:
        """Return the ARN of an object in the instance."""
        return self.world.state.instance.arn_of(kind, thing_id)

    def key(self, name: str) -> str:
        """Return a parameter that is an id or an ARN, as an id; empty when it is missing."""
        value = str(self.parameters.get(name) or '')
        return bare(value)


def bare(value: str) -> str:
    """Return the id at the end of an ARN; a bare id stays."""
    if not value.startswith('arn:'):
        return value
    _, _, resource = value.partition(':instance/')
    return resource.split('/', 2)[-1]


Handler = Callable[[Call], Json]
