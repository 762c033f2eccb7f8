"""How long who did something too often has to wait."""

from datetime import timedelta

from desk import clock
from desk.backoff import Backoff

BACKOFF = Backoff(
    limit=3, window=timedelta(hours=1), first=timedelta(seconds=10), most=timedelta(seconds=60)
)


def test_a_few_times_wait_for_nothing() -> None:
    assert BACKOFF.wait_seconds(0, None) == 0
    assert BACKOFF.wait_seconds(2, clock.now()) == 0


def test_each_further_time_waits_twice_as_long_up_to_the_most() -> None:
    now = clock.now()

    assert [BACKOFF.wait_seconds(times, now) for times in (3, 4, 5, 6, 500)] == [10, 20, 40, 60, 60]


def test_who_has_waited_waits_no_more() -> None:
    assert BACKOFF.wait_seconds(3, clock.now() - timedelta(seconds=10)) == 0
