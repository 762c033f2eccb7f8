"""Both futures of a floor, as it is and with a change, as often as there is time for.

Queues that share no agent do not touch each other. Each such part of the floor is played by itself. One that the change does
not reach, on a large floor most of it, is played once for both futures, and gets the time that the others leave. Runs know
nothing of each other: several processes play, each its own share of them.
"""

import multiprocessing
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from services.forecast.answers import Answer, Question
from services.forecast.customers import customers_of
from services.forecast.floor_state import Change, FloorNow
from services.forecast.forecasts import Forecast, forecast_of
from services.forecast.simulation import QueueOutcome, Run

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

    @property
    def runs(self) -> int:
        """How often it was played."""
        return len(self.as_it_is)

    def play(self, question: Question, seed: str) -> None:
        """Play both futures once more; they meet the same customers."""
        seconds = question.seconds
        customers = customers_of(self.floor, seconds, seed)

        def played(change: Change) -> Mapping[str, QueueOutcome]:
            return Run(self.floor, change, seconds, seed=seed, customers=customers).play()

        self.as_it_is.append(played(Change()))
        if self.is_changed:
            self.changed.append(played(question.change))


def answered(question: Question, *, players: int = 1) -> Answer:
    """Return both futures over as many runs as there is time for, and no fewer than ``LEAST_RUNS``.

    ``players`` is how many processes share the runs. All but one are forked from this one, which may have no threads.
    """
    parts = _played(question, players)
    return Answer(
        runs=min(one.runs for one in _reached(parts)),
        as_it_is=_forecasts(question.floor, [(one.floor, one.as_it_is) for one in parts]),
        changed=_forecasts(
            question.floor, [(one.floor, one.changed or one.as_it_is) for one in parts]
        ),
    )


def _played(question: Question, players: int) -> list[Part]:
    others = [_begun(question, player, players) for player in range(1, players)]
    parts = _share(question, 0, players)
    for process, answers in others:
        for part, more in zip(parts, answers.recv(), strict=True):
            part.as_it_is += more.as_it_is
            part.changed += more.changed
        process.join()
    return parts


def _begun(question: Question, player: int, players: int) -> tuple[BaseProcess, Connection]:
    """Let another process play a share; it ends by itself, also when nobody reads its answer any more."""
    forking = multiprocessing.get_context('fork')
    answers, says = forking.Pipe(duplex=False)
    process = forking.Process(
        target=lambda: says.send(_share(question, player, players)), daemon=True
    )
    process.start()
    says.close()
    return process, answers


def _share(question: Question, player: int, players: int) -> list[Part]:
    """Play one player's share."""
    parts = parts_of(question.floor, question.change)
    least, most = -(-LEAST_RUNS // players), MOST_RUNS // players
    _play(parts, question, player, until=least, by=None)
    _play(_reached(parts), question, player, until=most, by=question.answer_by)
    _play(parts, question, player, until=most, by=question.answer_by)
    return parts


def _reached(parts: Sequence[Part]) -> Sequence[Part]:
    return [one for one in parts if one.is_changed] or parts


def _play(
    parts: Sequence[Part], question: Question, player: int, *, until: int, by: float | None
) -> None:
    """Play parts in turns until each was played so often, or as long as there is time for one more turn."""
    longest = 0.0
    while left := [one for one in parts if one.runs < until]:
        begun = time.monotonic()
        if by is not None and begun + longest > by:
            return
        for part in left:
            first = part.floor.queues[0].id
            part.play(question, f'{question.seed}-{player}-{part.runs}-{first}')
        longest = max(longest, time.monotonic() - begun)


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
