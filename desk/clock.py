"""The clock. All code asks it for the time, so that a test can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo('Asia/Seoul')
"""The time zone in which times are shown; stored times are UTC."""

_shift = timedelta()


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC) + _shift


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """Set this process's clock ahead by ``by`` while the block runs; for tests."""
    global _shift  # noqa: PLW0603 - the process has one clock
    before = _shift
    _shift = before + by
    try:
        yield
    finally:
        _shift = before
