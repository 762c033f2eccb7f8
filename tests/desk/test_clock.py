"""The clock: UTC, and moved by a test only."""

from datetime import UTC, datetime, timedelta

import pytest

from desk import clock


def test_now_is_the_present_in_utc() -> None:
    now = clock.now()

    assert now.tzinfo is UTC
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=1)


def test_moves_add_up_and_are_undone_even_by_a_failure() -> None:
    message = 'a test failed'

    with pytest.raises(RuntimeError), clock.moved(timedelta(hours=1)):  # noqa: PT012 - what is raised matters
        with clock.moved(timedelta(minutes=5)):
            assert clock.now() - datetime.now(UTC) > timedelta(minutes=64)
        assert clock.now() - datetime.now(UTC) < timedelta(minutes=61)
        raise RuntimeError(message)

    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=1)
