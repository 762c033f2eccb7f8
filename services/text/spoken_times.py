"""Finds the due time that a sentence names: ``내일 오전 10시``, ``30분 뒤``, ``월요일``, ``by 3 pm``.

``dateparser`` was tried and is not used (docs/decisions/0027). A day without an hour means the end
of the working day, an hour without 오전 or 오후 the next such hour in the working day. Vague times (곧,
다음 주 중, soon) are ignored.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from desk import clock
from services.text import spoken_times_en as english
from services.text import spoken_times_ko as korean
from services.text.spoken_time_parts import Day, Hour, TimeParts

HANGUL = re.compile('[가-힣]')
END_OF_DAY = time(18)
DAY_BEGINS, DAY_ENDS = time(8), time(21)
"""An hour without 오전 or 오후 lies between these."""
LATEST = timedelta(days=180)
"""Later times are misread: no agent promises anything for then."""
WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class SpokenTime:
    """A time that a sentence names, and the words that name it."""

    at: datetime
    words: str


def spoken_time(sentence: str, said_at: datetime) -> SpokenTime | None:
    """Return the first time after ``said_at`` that a sentence names, or ``None``."""
    here = said_at.astimezone(clock.SEOUL)
    language = korean if HANGUL.search(sentence) else english
    parts = language.time_parts(sentence)
    at = _moment(parts, here) if parts else None
    if parts is None or at is None or not timedelta() < at - here <= LATEST:
        return None
    return SpokenTime(at.astimezone(said_at.tzinfo), parts.words)


def _moment(parts: TimeParts, here: datetime) -> datetime | None:
    if parts.after is not None:
        return here + parts.after
    if parts.day is None:
        return _next(parts.hour, here) if parts.hour else None
    day = _date_of(parts.day, here.date())
    if day is None or parts.hour is None:
        return _end_of(day, here) if day else None
    hours = [datetime.combine(day, one, clock.SEOUL) for one in _readings(parts.hour)]
    return next((one for one in hours if one > here), None)


def _date_of(day: Day, today: date) -> date | None:
    if day.ahead is not None:
        return today + timedelta(days=day.ahead)
    if day.working_days is not None:
        return _working_day(today, day.working_days)
    if day.weekday is not None:
        return _weekday(today, day.weekday, day.weeks)
    return _date(today, day.month, day.number) if day.number else None


def _working_day(today: date, count: int) -> date:
    day = today
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < WORKING_DAYS
    return day


def _weekday(today: date, weekday: int, weeks: int | None) -> date:
    """Return the next such weekday, or this week's (0), next week's (1) …; weeks begin on Monday."""
    if weeks is None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return today + timedelta(days=weekday - today.weekday() + 7 * weeks)


def _date(today: date, month: int | None, day: int) -> date | None:
    """Return the next day with this number, in the given month if any."""
    for ahead in range(13):
        years, place = divmod(today.month - 1 + ahead, 12)
        if month not in (None, place + 1):
            continue
        try:
            found = date(today.year + years, place + 1, day)
        except ValueError:  # the month has no such day
            continue
        if found >= today:
            return found
    return None


def _end_of(day: date, here: datetime) -> datetime:
    evening = datetime.combine(day, END_OF_DAY, clock.SEOUL)
    return evening if evening > here else datetime.combine(day, time(23, 59), clock.SEOUL)


def _next(hour: Hour, here: datetime) -> datetime | None:
    """Return the next time that it is this hour."""
    days = [here.date() + timedelta(days=ahead) for ahead in (0, 1)]
    moments = [datetime.combine(day, one, clock.SEOUL) for day in days for one in _readings(hour)]
    return next((one for one in sorted(moments) if one > here), None)


def _readings(hour: Hour) -> list[time]:
    """Return what an hour may mean: itself, or without 오전 and 오후 the one in the working day."""
    if hour.is_sure or hour.at.hour > 12:
        return [hour.at]
    other = hour.at.replace(hour=(hour.at.hour + 12) % 24)
    inside = [one for one in sorted({hour.at, other}) if DAY_BEGINS <= one < DAY_ENDS]
    return inside or [hour.at]
