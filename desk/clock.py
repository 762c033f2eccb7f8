"""The time. Everything asks here, so that a test can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo('Asia/Seoul')
"""Where the desk's readers live: stored times are UTC, shown times are these."""

_shift = timedelta()


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC) + _shift


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """Let every clock of this process run ``by`` ahead, for a test."""
    global _shift  # noqa: PLW0603 - the one clock of the process is what is moved
    before = _shift
    _shift = before + by
    try:
        yield
    finally:
        _shift = before
