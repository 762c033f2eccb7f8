"""The parts of a time in a sentence, before they are resolved to a date and time."""

from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day; ``is_sure`` when the sentence tells morning from afternoon."""

    at: time
    is_sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day: a number of days or working days ahead, a weekday, or a date."""

    ahead: int | None = None
    working_days: int | None = None
    weekday: int | None = None
    """0 is Monday."""
    weeks: int | None = None
    """This week (0), the next (1) …; ``None`` for the next such weekday."""
    month: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeParts:
    """The parts of a time: either ``after``, or a day, an hour, or both."""

    words: str
    after: timedelta | None = None
    day: Day | None = None
    hour: Hour | None = None


def hour_of(hour: int, minute: int, *, half: str | None) -> Hour | None:
    """Return a time of day, or ``None`` if there is no such time; ``half`` is ``am``, ``pm`` or empty."""
    if half == 'pm' and hour < 12:
        hour += 12
    elif half == 'am' and hour == 12:
        hour = 0
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        return None
    return Hour(time(hour, minute), is_sure=half is not None or hour > 12)
