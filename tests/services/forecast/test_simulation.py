"""The simulation beside queueing theory where that holds, and what a change does where it does not."""

from math import inf

import pytest

from services.forecast.customers import Customers
from services.forecast.erlang import OneQueue, abandoned_share, service_level, wait_probability
from services.forecast.floor_state import AgentNow, Change, FloorNow, QueueNow
from services.forecast.forecasts import forecasts
from services.forecast.simulation import QueueOutcome, Run

LONG = 200_000.0
HALF_AN_HOUR = 1800.0


def floor_of(queue: OneQueue, *, target_seconds: float = 20.0) -> FloorNow:
    """The floor that theory speaks of."""
    patience = None if queue.patience_seconds == float('inf') else queue.patience_seconds
    return FloorNow(
        queues=(
            QueueNow(
                id='q',
                arrivals_per_second=queue.arrivals_per_second,
                handling_seconds=queue.handling_seconds,
                patience_seconds=patience,
                target_seconds=target_seconds,
            ),
        ),
        agents=tuple(AgentNow(id=str(one), queues=frozenset({'q'})) for one in range(queue.agents)),
    )


def long_run(floor: FloorNow) -> QueueOutcome:
    return Run(floor, Change(), LONG, seed='7').play()['q']


@pytest.mark.parametrize(('agents', 'share'), [(11, 0.6821), (13, 0.2853), (16, 0.0573)])
def test_erlang_c_is_as_the_tables_have_it(agents: int, share: float) -> None:
    queue = OneQueue(agents=agents, arrivals_per_second=100 / 1800, handling_seconds=180)

    assert wait_probability(queue) == pytest.approx(share, abs=0.0005)


@pytest.mark.parametrize('agents', [13, 14, 16])
def test_long_run_agrees_with_erlang_c(agents: int) -> None:
    queue = OneQueue(agents=agents, arrivals_per_second=100 / 1800, handling_seconds=180)

    outcome = long_run(floor_of(queue))

    assert outcome.in_time / outcome.answered == pytest.approx(service_level(queue, 20), abs=0.04)


@pytest.mark.parametrize(('agents', 'patience'), [(8, 120.0), (10, 120.0), (9, 600.0)])
def test_long_run_agrees_with_erlang_a(agents: int, patience: float) -> None:
    queue = OneQueue(
        agents=agents,
        arrivals_per_second=100 / 1800,
        handling_seconds=180,
        patience_seconds=patience,
    )

    outcome = long_run(floor_of(queue))

    share = outcome.abandoned / (outcome.abandoned + outcome.answered)
    assert share == pytest.approx(abandoned_share(queue), abs=0.02)


def two_queues() -> FloorNow:
    """결제 has agents to spare, 배송 has too few."""
    return FloorNow(
        queues=(
            QueueNow(id='pay', arrivals_per_second=1 / 120, handling_seconds=240),
            QueueNow(
                id='ship',
                waiting=(90.0, 30.0, 10.0),
                arrivals_per_second=1 / 40,
                handling_seconds=240,
            ),
        ),
        agents=tuple(
            AgentNow(id=f'{queue}{one}', queues=frozenset({queue}))
            for queue, count in (('pay', 6), ('ship', 4))
            for one in range(count)
        ),
    )


def test_two_who_are_moved_shorten_the_wait_where_they_go() -> None:
    moved = Change(
        moved={one: frozenset({'ship'}) for one in ('pay0', 'pay1')}, seconds=HALF_AN_HOUR
    )

    pay, ship = forecasts(two_queues(), Change(), seconds=HALF_AN_HOUR, runs=60, seed=1)
    pay_then, ship_then = forecasts(two_queues(), moved, seconds=HALF_AN_HOUR, runs=60, seed=1)

    assert ship.wait
    assert ship_then.wait
    assert ship_then.wait.high < ship.wait.middle
    assert ship_then.waiting.middle < ship.waiting.middle
    assert pay.level
    assert pay_then.level
    assert pay_then.level.low <= pay.level.low


def test_breaks_that_are_held_keep_agents_there() -> None:
    floor = two_queues().model_copy(update={'breaks_per_second': 1 / 900, 'break_seconds': 900})

    _, ship = forecasts(floor, Change(), seconds=1200, runs=60, seed=1)
    held = Change(holds_breaks=True, seconds=1200)
    _, ship_then = forecasts(floor, held, seconds=1200, runs=60, seed=1)

    assert ship_then.waiting.middle < ship.waiting.middle


def test_one_who_takes_two_chats_does_the_work_of_two() -> None:
    queue = QueueNow(id='q', waiting=(5.0, 5.0), handling_seconds=60)

    def answered_at_once(places: int) -> int:
        agent = AgentNow(id='a', queues=frozenset({'q'}), places=places)
        floor = FloorNow(queues=(queue,), agents=(agent,))
        return Run(floor, Change(), 0.0, seed='1').play()['q'].answered

    assert (answered_at_once(1), answered_at_once(2)) == (1, 2)


def test_nothing_to_divide_by_is_no_figure() -> None:
    floor = FloorNow(queues=(QueueNow(id='q'),), agents=())

    [forecast] = forecasts(floor, Change(), seconds=600, runs=5, seed=1)

    assert (forecast.level, forecast.wait, forecast.waiting.high) == (None, None, 0)


def test_same_seed_is_the_same_answer() -> None:
    twice = [forecasts(two_queues(), Change(), seconds=600, runs=10, seed=3) for _ in range(2)]

    assert twice[0] == twice[1]


# ---- skills and circles, as routing has them


def outcome_of(
    *agents: AgentNow, seconds: float = 0.0, widens_after: float | None = None, waiting: int = 1
) -> tuple[int, float]:
    """Return how many of those who wait are answered in this time, and how long they waited on the whole."""
    queue = QueueNow(
        id='q', waiting=(0.0,) * waiting, handling_seconds=1e9, widens_after=widens_after
    )
    floor = FloorNow(queues=(queue,), agents=agents)
    found = Run(floor, Change(), seconds, seed='1').play()['q']
    return found.answered, found.waited_seconds


def test_wider_circle_is_asked_after_its_time_and_not_before() -> None:
    helper = AgentNow(id='a', queues=frozenset(), wider=frozenset({'q'}))

    assert outcome_of(helper, seconds=600) == (0, 0)  # it never widens
    assert outcome_of(helper, seconds=59, widens_after=60) == (0, 0)
    assert outcome_of(helper, seconds=61, widens_after=60) == (1, pytest.approx(60))


def test_own_agents_are_asked_before_the_wider_circle() -> None:
    own = AgentNow(id='b', queues=frozenset({'q'}))
    helper = AgentNow(id='a', queues=frozenset(), wider=frozenset({'q'}))

    assert outcome_of(helper, own, widens_after=0) == (1, 0)
    assert outcome_of(helper, own, widens_after=60, waiting=2, seconds=90) == (2, 60)


def only_customer(came: float) -> Customers:
    """Somebody who never gives up and whose talk does not end."""
    return Customers(came=[came, inf], leaves=[inf, inf], takes=[1e9, 0.0])


def test_better_skilled_takes_who_comes() -> None:
    """The one who can more takes the first contact, so that the other is left for a queue without that skill."""
    low = AgentNow(id='low', queues=frozenset({'en', 'ko'}), levels={'en': 1})
    high = AgentNow(id='high', queues=frozenset({'en'}), levels={'en': 5})
    floor = FloorNow(queues=(QueueNow(id='en'), QueueNow(id='ko')), agents=(low, high))
    customers = {'en': only_customer(10), 'ko': only_customer(20)}

    found = Run(floor, Change(), 60, seed='1', customers=customers).play()

    assert (found['en'].answered, found['ko'].answered) == (1, 1)


def test_who_gave_up_is_passed_over_and_counted() -> None:
    """One gives up before the agent is free, one is answered then, one still waits at the end, one comes too late."""
    agent = AgentNow(id='a', queues=frozenset({'q'}), is_available=False, returns_after=0.0)
    floor = FloorNow(queues=(QueueNow(id='q', target_seconds=5),), agents=(agent,))
    customers = Customers(
        came=[-30, -20, -10, 90, inf], leaves=[-1, 10, 70, inf, inf], takes=[1, 1e9, 1, 1, 0]
    )

    found = Run(floor, Change(), 60, seed='1', customers={'q': customers}).play()['q']

    assert (found.answered, found.abandoned, found.waiting) == (1, 1, 1)
    assert (found.in_time, found.waited_seconds) == (0, 20)


def test_who_is_moved_is_asked_where_they_go_and_comes_back() -> None:
    agent = AgentNow(id='a', queues=frozenset(), wider=frozenset())
    queue = QueueNow(id='q', waiting=(0.0,), handling_seconds=1e9, widens_after=30)
    floor = FloorNow(queues=(queue,), agents=(agent,))
    moved = Change(moved={'a': frozenset()}, wider={'a': frozenset({'q'})}, seconds=60)
    too_short = moved.model_copy(update={'seconds': 20.0})

    assert Run(floor, moved, 600, seed='1').play()['q'].answered == 1
    assert Run(floor, too_short, 600, seed='1').play()['q'].answered == 0
