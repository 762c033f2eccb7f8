"""Who comes to each queue in one run, how long they would wait and how long their talk would take.

All of it is drawn before the run, so that both futures of a floor meet the same customers: what differs between them is
what the change does. Times are seconds from now. They are exponentially distributed: how long somebody who waits already
will go on waiting does not depend on how long they have waited.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log
from random import Random
from typing import TypeAlias

from services.forecast.floor_state import FloorNow, QueueNow

Chance: TypeAlias = Callable[[], float]
"""Draws a number from 0 to 1, without 1."""


@dataclass(frozen=True, slots=True)
class Customers:
    """The customers of a queue, first come first; columns of one length, whose last row stands for nobody."""

    came: Sequence[float]
    """Before 0 for those who wait already."""
    leaves: Sequence[float]
    """When each gives up, unless an agent has taken them."""
    takes: Sequence[float]
    """How long their talk and its 후처리 take."""

    def arrived(self, until: float) -> range:
        """Return the places of those who have come by then."""
        count = len(self.came) - 1
        while count and self.came[count - 1] > until:
            count -= 1
        return range(count)


def customers_of(floor: FloorNow, seconds: float, seed: str) -> Mapping[str, Customers]:
    """Draw the customers of each queue, by its id."""
    chance = Random(f'{seed}-customers').random  # noqa: S311 - a simulation
    return {queue.id: _drawn(queue, seconds, chance) for queue in floor.queues}


def exponential(mean: float, chance: Chance) -> float:
    """Draw an exponentially distributed time."""
    return -log(1.0 - chance()) * mean


def _drawn(queue: QueueNow, seconds: float, chance: Chance) -> Customers:
    came = sorted(-waited for waited in queue.waiting)
    came += _arrivals(queue.arrivals_per_second, seconds, chance)
    patience, talk = queue.patience_seconds, queue.handling_seconds
    takes = [-log(1.0 - chance()) * talk for _ in came]
    if patience is None:
        leaves = [inf] * len(came)
    else:
        leaves = [(at if at > 0 else 0.0) - log(1.0 - chance()) * patience for at in came]
    return Customers([*came, inf], [*leaves, inf], [*takes, 0.0])


def _arrivals(rate: float, seconds: float, chance: Chance) -> list[float]:
    """Draw when customers come until then, as many a second as the rate says on average."""
    found: list[float] = []
    if rate > 0:
        at = -log(1.0 - chance()) / rate
        while at <= seconds:
            found.append(at)
            at -= log(1.0 - chance()) / rate
    return found
