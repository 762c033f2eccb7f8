"""Times and numbers as Koreans write them, dates in the reader's language: ``2026. 11. 3.`` or ``3 Nov 2026``. Stored in UTC, shown in Seoul time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk import clock
from pages.locale import LANGUAGES, _, language
from services.text.phone_numbers import written

MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')
WEEKDAYS = ('월', '화', '수', '목', '금', '토', '일')


def short(moment: datetime) -> str:
    """Return ``14:05`` for today, ``11. 3.`` for this year, ``2025. 11. 3.`` for earlier years."""
    at, today = moment.astimezone(clock.SEOUL), clock.now().astimezone(clock.SEOUL)
    if at.date() == today.date():
        return f'{at:%H:%M}'
    return _date(at, language(), with_year=at.year != today.year)


def date(moment: datetime, reader: str = '') -> str:
    """Return the date, ``2026. 11. 3.``; ``reader`` is a language, needed outside of a page."""
    return _date(moment.astimezone(clock.SEOUL), reader or language(), with_year=True)


def moment(at: datetime | None, reader: str = '') -> str:
    """Return date and time, ``2026. 11. 3. 14:05``; empty for ``None``."""
    return f'{date(at, reader)} {hour(at)}' if at else ''


def moment_in(at: datetime, zone: ZoneInfo, reader: str = '') -> str:
    """Return date and time on the clock of a time zone, which is named unless it is Seoul's."""
    there, now = at.astimezone(zone), clock.now().astimezone(zone)
    said = f'{_date(there, reader or language(), with_year=there.year != now.year)} {there:%H:%M}'
    return said if zone.key == clock.SEOUL.key else f'{said} ({zone.key})'


def hour(moment: datetime) -> str:
    """Return the time of day, ``14:05``."""
    return f'{moment.astimezone(clock.SEOUL):%H:%M}'


def later(minutes: int) -> str:
    """Return how long from now in whole minutes or hours, ``10분 뒤``, ``2시간 뒤``."""
    if minutes % 60:
        return _('{count}분 뒤', count=minutes)
    return _('{count}시간 뒤', count=minutes // 60)


def full(moment: datetime) -> str:
    """Return date and time to the second, ``2026-11-03 14:05:09``, for a tooltip."""
    return f'{moment.astimezone(clock.SEOUL):%Y-%m-%d %H:%M:%S}'


def day(moment: datetime) -> str:
    """Return the text of a day divider in the reader's language."""
    at = moment.astimezone(clock.SEOUL)
    weekday = _(WEEKDAYS[at.weekday()])
    return _(
        '{year}년 {month}월 {day}일 {weekday}요일',
        year=at.year,
        month=at.month if language() == LANGUAGES[0] else MONTHS[at.month - 1],
        day=at.day,
        weekday=weekday,
    )


def _date(at: datetime, reader: str, *, with_year: bool) -> str:
    if reader == LANGUAGES[0]:
        return f'{at.year}. {at.month}. {at.day}.' if with_year else f'{at.month}. {at.day}.'
    year = f' {at.year}' if with_year else ''
    return f'{at.day} {MONTHS[at.month - 1]}{year}'


def same_day(one: datetime, other: datetime) -> bool:
    """Return whether two times are on one day in Seoul."""
    return one.astimezone(clock.SEOUL).date() == other.astimezone(clock.SEOUL).date()


def phone(number: str) -> str:
    """Return a telephone number as people write it: ``010-1234-5678``, ``02-345-6789 내선 301``."""
    return written(number, extension=_('내선'))


def length(duration: timedelta) -> str:
    """Return a duration: ``4:50``, ``1:02:03``."""
    minutes, seconds = divmod(int(duration / timedelta(seconds=1)), 60)
    hours, minutes = divmod(minutes, 60)
    return f'{hours}:{minutes:02}:{seconds:02}' if hours else f'{minutes}:{seconds:02}'
