"""Times and numbers as Koreans write them. Stored is UTC, shown is Seoul."""

from datetime import datetime

from desk import clock
from pages.locale import _

WEEKDAYS = ('월', '화', '수', '목', '금', '토', '일')


def short(moment: datetime) -> str:
    """Return ``14:05`` for today, ``11. 3.`` for this year, ``2025. 11. 3.`` before."""
    at, today = moment.astimezone(clock.SEOUL), clock.now().astimezone(clock.SEOUL)
    if at.date() == today.date():
        return f'{at:%H:%M}'
    return (
        f'{at.month}. {at.day}.' if at.year == today.year else f'{at.year}. {at.month}. {at.day}.'
    )


def date(moment: datetime) -> str:
    """Return the day alone, ``2026. 11. 3.``."""
    at = moment.astimezone(clock.SEOUL)
    return f'{at.year}. {at.month}. {at.day}.'


def moment(at: datetime | None) -> str:
    """Return day and time, ``2026. 11. 3. 14:05``; empty when it never was."""
    return f'{date(at)} {hour(at)}' if at else ''


def hour(moment: datetime) -> str:
    """Return the time of day, ``14:05``."""
    return f'{moment.astimezone(clock.SEOUL):%H:%M}'


def full(moment: datetime) -> str:
    """Return the whole moment, ``2026-11-03 14:05:09``, for a hover."""
    return f'{moment.astimezone(clock.SEOUL):%Y-%m-%d %H:%M:%S}'


def day(moment: datetime) -> str:
    """Return a day divider's text in the reader's language."""
    at = moment.astimezone(clock.SEOUL)
    weekday = _(WEEKDAYS[at.weekday()])
    return _(
        '{year}년 {month}월 {day}일 {weekday}요일',
        year=at.year,
        month=at.month,
        day=at.day,
        weekday=weekday,
    )


def same_day(one: datetime, other: datetime) -> bool:
    """Whether two moments fall on one day in Seoul."""
    return one.astimezone(clock.SEOUL).date() == other.astimezone(clock.SEOUL).date()


def phone(digits: str) -> str:
    """Return a Korean phone number with its hyphens: ``010-1234-5678``, ``02-345-6789``."""
    area = 2 if digits.startswith('02') else 3
    if not digits.isdigit() or not 8 <= len(digits) <= 11:
        return digits
    if len(digits) == 8:  # 1588-1234
        return f'{digits[:4]}-{digits[4:]}'
    return f'{digits[:area]}-{digits[area:-4]}-{digits[-4:]}'
