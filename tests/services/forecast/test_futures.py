"""Both futures, played in parts: as the floor as a whole would be, and in time."""

import subprocess
import sys
import time

import pytest

from services.forecast.answers import Answer, Question
from services.forecast.floor_state import AgentNow, Change, FloorNow, QueueNow
from services.forecast.forecasts import forecasts
from services.forecast.futures import LEAST_RUNS, MOST_RUNS, answered, parts_of

NAMES = ('결제', '배송', '기술', '환불')


def floor(*, agents: int = 3, arrivals: float = 0.02, waiting: int = 0) -> FloorNow:
    """Four departments with a queue each; of the last one the first asks too, after a time."""
    return FloorNow(
        queues=tuple(
            QueueNow(id=one, arrivals_per_second=arrivals, waiting=(30.0,) * waiting)
            for one in NAMES
        ),
        agents=tuple(
            AgentNow(
                id=f'{one}{number}',
                queues=frozenset({one}),
                wider=frozenset({'결제'} if one == '환불' else ()),
            )
            for one in NAMES
            for number in range(agents)
        ),
    )


def question(floor: FloorNow, change: Change, *, left: float = 60.0) -> Question:
    """What becomes of it in half an hour, with so much time to find out."""
    return Question(
        floor=floor, change=change, seconds=1800, seed=1, answer_by=time.monotonic() + left
    )


def test_parts_share_no_agent_and_know_whether_the_change_reaches_them() -> None:
    moved = Change(moved={'기술0': frozenset({'배송'})}, seconds=600)

    parts = parts_of(floor(), moved)

    found = {frozenset(one.id for one in part.floor.queues): part.is_changed for part in parts}
    assert found == {frozenset({'결제', '환불'}): False, frozenset({'배송', '기술'}): True}
    assert sum(len(part.floor.agents) for part in parts) == 12


@pytest.mark.parametrize(('breaks', 'are_changed'), [(0.001, True), (0.0, False)])
def test_held_breaks_change_every_part_that_has_any(breaks: float, are_changed: bool) -> None:
    with_breaks = floor().model_copy(update={'breaks_per_second': breaks})

    parts = parts_of(with_breaks, Change(holds_breaks=True, seconds=600))

    assert {part.is_changed for part in parts} == {are_changed}


def test_parts_say_what_the_whole_floor_says() -> None:
    moved = Change(moved={'기술0': frozenset({'배송'})}, seconds=1800)

    answer = answered(question(floor(), moved))

    assert answer.runs == MOST_RUNS
    for change, ours in ((Change(), answer.as_it_is), (moved, answer.changed)):
        whole = forecasts(floor(), change, seconds=1800, runs=MOST_RUNS, seed=2)
        assert [one.queue_id for one in ours] == list(NAMES)
        for mine, other in zip(ours, whole, strict=True):
            assert mine.level is not None
            assert other.level is not None
            assert mine.level.middle == pytest.approx(other.level.middle, abs=8)
            assert mine.waiting.middle == pytest.approx(other.waiting.middle, abs=4)


def test_several_processes_play_together_what_one_would_play() -> None:
    moved = Change(moved={'기술0': frozenset({'배송'})}, seconds=1800)

    said = subprocess.run(
        [sys.executable, '-m', 'services.forecast.worker'],
        input=question(floor(), moved).model_dump_json(), capture_output=True, check=True, text=True,
    )  # fmt: skip
    together = Answer.model_validate_json(said.stdout)

    assert together.runs == MOST_RUNS
    alone = answered(question(floor(), moved))
    for ours, other in zip(together.changed, alone.changed, strict=True):
        assert ours.waiting.middle == pytest.approx(other.waiting.middle, abs=4)


def test_part_that_the_change_does_not_reach_has_one_future() -> None:
    moved = Change(moved={'기술0': frozenset({'배송'})}, seconds=600)

    answer = answered(question(floor(), moved, left=0.0))

    both = zip(NAMES, answer.as_it_is, answer.changed, strict=True)
    assert {name for name, as_it_is, changed in both if as_it_is == changed} >= {'결제', '환불'}


def test_floor_that_is_too_large_for_its_time_is_played_a_few_times() -> None:
    large = floor(agents=20, arrivals=0.5, waiting=200)
    began = time.monotonic()

    late = answered(question(large, Change(holds_breaks=True, seconds=600), left=0.0))
    took = time.monotonic() - began
    again = answered(question(large, Change(holds_breaks=True, seconds=600), left=3 * took))

    assert late.runs == LEAST_RUNS
    assert LEAST_RUNS < again.runs < MOST_RUNS
