"""The brake: how often somebody may do something, and what it costs to know."""

import time
from statistics import median

import pytest

from desk.errors import TooManyError
from desk.throttle import MAX_KEYS, Throttle


def test_one_too_many_waits() -> None:
    throttle = Throttle(limit=2, seconds=60)

    throttle.hit('a')
    throttle.hit('a')
    throttle.hit('b')

    with pytest.raises(TooManyError) as refused:
        throttle.hit('a')
    assert 1 <= refused.value.wait_seconds <= 60


def test_same_act_counts_once() -> None:
    throttle = Throttle(limit=1, seconds=60)

    throttle.hit('a', act='message')
    throttle.hit('a', act='message')

    with pytest.raises(TooManyError):
        throttle.hit('a', act='another')


def test_who_is_slowed_down_stays_so_however_often_they_try() -> None:
    throttle = Throttle(limit=1, seconds=60)
    throttle.hit('a')

    for _ in range(3):
        with pytest.raises(TooManyError):
            throttle.hit('a')


def test_a_hundred_thousand_senders_cost_no_more_than_one() -> None:
    throttle = Throttle(limit=5, seconds=60)
    batches = []

    for batch in range(100):
        began = time.thread_time()
        for number in range(MAX_KEYS // 10):
            throttle.hit((batch, number))
        batches.append(time.thread_time() - began)

    assert len(throttle._hits) <= MAX_KEYS
    assert median(batches[50:]) < 10 * median(batches[:5])  # a table that is scanned: 1,000 times


def test_who_was_quiet_is_forgotten() -> None:
    throttle = Throttle(limit=5, seconds=0)

    for number in range(1_000):
        throttle.hit(number)

    assert len(throttle._hits) <= 2
