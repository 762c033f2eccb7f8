"""Both futures of a floor, as it is and with a change, as often as there is time for.

Queues that share no agent do not touch each other. Each such part of the floor is played by itself, and one that the change
does not reach is played once for both futures: on a large floor most of it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from services.forecast.answers import Answer, Question
from services.forecast.simulation import (
    Change,
    FloorNow,
    Forecast,
    QueueOutcome,
    Run,
    forecast_of,
)

MOST_RUNS = 300
LEAST_RUNS = 5
"""Also when that takes longer than there is time: fewer say nothing about a spread."""


@dataclass(slots=True)
class Part:
    """Queues with the agents who serve them, and nobody else."""

    floor: FloorNow
    is_changed: bool
    """Whether the change reaches it."""
    as_it_is: list[Mapping[str, QueueOutcome]] = field(default_factory=list)
    changed: list[Mapping[str, QueueOutcome]] = field(default_factory=list)

    def play(self, question: Question, seed: str) -> None:
        """Play both futures once more; they meet the same arrivals at first."""
        self.as_it_is.append(self._played(Change(), question.seconds, seed))
        if self.is_changed:
            self.changed.append(self._played(question.change, question.seconds, seed))

    def _played(self, change: Change, seconds: float, seed: str) -> Mapping[str, QueueOutcome]:
        return Run(self.floor, change, seconds, Random(seed)).play()  # noqa: S311 - a simulation


def answered(question: Question) -> Answer:
    """Return both futures over as many runs as there is time for, and no fewer than ``LEAST_RUNS``."""
    parts = parts_of(question.floor, question.change)
    runs, longest = 0, 0.0
    while runs < MOST_RUNS:
        begun = time.monotonic()
        if runs >= LEAST_RUNS and begun + longest > question.answer_by:
            break
        for place, part in enumerate(parts):
            part.play(question, f'{question.seed}-{runs}-{place}')
        runs += 1
        longest = max(longest, time.monotonic() - begun)
    return Answer(
        runs=runs,
        as_it_is=_forecasts(question.floor, [(one.floor, one.as_it_is) for one in parts]),
        changed=_forecasts(
            question.floor, [(one.floor, one.changed or one.as_it_is) for one in parts]
        ),
    )


def parts_of(floor: FloorNow, change: Change) -> list[Part]:
    """Divide a floor into parts that share no agent, whether as it is or with the change."""
    served = {one.id: _served(one.id, one.queues | one.wider, change) for one in floor.agents}
    part_of = {queue.id: {queue.id} for queue in floor.queues}
    for queues in served.values():
        joined = set().union(*(part_of[one] for one in queues if one in part_of))
        part_of |= dict.fromkeys(joined, joined)
    parts = {id(one): one for one in part_of.values()}.values()
    holds_breaks = change.holds_breaks and floor.breaks_per_second > 0
    found = []
    for ids in parts:
        agents = tuple(one for one in floor.agents if not ids.isdisjoint(served[one.id]))
        inside = floor.model_copy(
            update={
                'agents': agents,
                'queues': tuple(one for one in floor.queues if one.id in ids),
            }
        )
        is_changed = holds_breaks or any(one.id in change.moved for one in agents)
        found.append(Part(inside, is_changed))
    return found


def _served(agent_id: str, now: frozenset[str], change: Change) -> frozenset[str]:
    moved = change.moved.get(agent_id, frozenset())
    return now | moved | change.wider.get(agent_id, frozenset())


def _forecasts(
    floor: FloorNow, played: Sequence[tuple[FloorNow, Sequence[Mapping[str, QueueOutcome]]]]
) -> tuple[Forecast, ...]:
    """Return the forecasts of all parts, in the order of the floor's queues."""
    found = {
        queue.id: forecast_of(queue.id, [one[queue.id] for one in outcomes])
        for part, outcomes in played
        for queue in part.queues
    }
    return tuple(found[queue.id] for queue in floor.queues)
