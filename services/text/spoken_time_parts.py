"""What a sentence says of a time, before it is known which moment that is."""

from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day; ``is_sure`` when the sentence says which half of the day."""

    at: time
    is_sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day: so many days or working days ahead, a weekday, or a date."""

    ahead: int | None = None
    working_days: int | None = None
    weekday: int | None = None
    """0 is Monday."""
    weeks: int | None = None
    """Of this (0) or the next (1) … week; the next such day where nothing is said."""
    month: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeParts:
    """The parts that were found; either ``after``, or a day, an hour, or both."""

    words: str
    after: timedelta | None = None
    day: Day | None = None
    hour: Hour | None = None


def hour_of(hour: int, minute: int, *, half: str | None) -> Hour | None:
    """Return a time of day; ``half`` is ``am``, ``pm`` or not said. Nothing when there is no such time."""
    if half == 'pm' and hour < 12:
        hour += 12
    elif half == 'am' and hour == 12:
        hour = 0
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        return None
    return Hour(time(hour, minute), is_sure=half is not None or hour > 12)
