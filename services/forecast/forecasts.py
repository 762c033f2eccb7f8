"""What many runs say together: a figure in the middle, and the range in which it lay."""

import math
from collections.abc import Sequence

from services.forecast.floor_state import Change, FloorNow, Frozen
from services.forecast.simulation import QueueOutcome, Run


class Spread(Frozen):
    """A figure over all runs: in the middle, and between which values it lay in eight of ten runs."""

    low: float
    middle: float
    high: float


class Forecast(Frozen):
    """What becomes of a queue; a figure is none when there was nothing to divide by in most runs."""

    queue_id: str
    runs: int = 0
    """How often it was played; 0 in what was foretold before that was kept."""
    level: Spread | None
    """서비스 레벨 in percent, of those who were answered or gave up."""
    wait: Spread | None
    """Mean wait of the answered in seconds."""
    abandoned: Spread
    waiting: Spread
    """How many wait at the end."""


def forecasts(
    floor: FloorNow, change: Change, *, seconds: float, runs: int, seed: int
) -> tuple[Forecast, ...]:
    """Play the time to come again and again; the same seed gives the same answer.

    Args:
        floor: the state now.
        change: what is tried; an empty one leaves all as it is.
        seconds: how far ahead.
        runs: how often.
        seed: of the random numbers; two changes with one seed meet the same customers.
    """
    played = [Run(floor, change, seconds, seed=f'{seed}-{run}').play() for run in range(runs)]
    return tuple(forecast_of(queue.id, [one[queue.id] for one in played]) for queue in floor.queues)


def forecast_of(queue_id: str, outcomes: Sequence[QueueOutcome]) -> Forecast:
    """Return the forecast of a queue from what became of it in each run."""
    levels = [
        100 * one.in_time / ended for one in outcomes if (ended := one.answered + one.abandoned)
    ]
    waits = [one.waited_seconds / one.answered for one in outcomes if one.answered]
    most = len(outcomes) / 2
    return Forecast(
        queue_id=queue_id,
        runs=len(outcomes),
        level=_spread(levels) if len(levels) > most else None,
        wait=_spread(waits) if len(waits) > most else None,
        abandoned=_spread([one.abandoned for one in outcomes]),
        waiting=_spread([one.waiting for one in outcomes]),
    )


def _spread(values: Sequence[float]) -> Spread:
    ordered = sorted(values)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, math.floor(share * len(ordered)))]

    return Spread(low=at(0.1), middle=at(0.5), high=at(0.9))
