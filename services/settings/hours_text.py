"""Business hours as people type them, and as they are stored: every field is a text.

A day: ``09:00-12:00, 13:00-18:00``; empty is closed; ``22:00-06:00`` ends on the next day. Single
dates, a line each: ``2026-12-24 09:00-13:00 종무식``, or without times for a closed day.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import holidays

from desk.errors import DeskError, FieldsRefusedError, InvalidInputError
from services.settings.hours import DAY_MINUTES, Hours, Span, SpecialDay
from services.text.visible import parse_name

WEEKDAYS = ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
WORKING = '09:00-18:00'
NEW_HOURS: Mapping[str, str] = {
    'is_limited': 'no',
    'zone': 'Asia/Seoul',
    **dict.fromkeys(WEEKDAYS[:5], WORKING),
    **dict.fromkeys(WEEKDAYS[5:], ''),
    'keeps_holidays': 'yes',
    'dates': '',
}
"""The hours of a queue that has none: always open, with a proposal for the week."""
NEW_CLOSED_DAYS: Mapping[str, str] = {'days': ''}
"""The days on which the whole desk is closed."""
Parse = Callable[[str, str], str]
"""Takes the name of a field and its typed text."""
MOST_DATES = 400
MAX_NOTE_CHARS = 50
MAX_SPANS = 8
_SPAN = re.compile(r'(\d{1,2})(?::(\d{2}))?\s*[-~–]\s*(\d{1,2})(?::(\d{2}))?')  # noqa: RUF001 - people type it
_DATE = re.compile(r'(\d{4})-(\d{1,2})-(\d{1,2})(?:\s+(.*))?')
_LEADING = re.compile(rf'\s*,?\s*({_SPAN.pattern})')


def parsed_hours(values: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a queue's hours in the form that is stored.

    Raises ``FieldsRefusedError`` with every value that cannot be used.
    """
    return _each(values, _parsed_field)


def parsed_closed_days(values: Mapping[str, str]) -> dict[str, str]:
    """Return the desk's closed days in the form that is stored. Raises as ``parsed_hours``."""
    return _each(values, lambda _name, typed: _dates_text(typed, may_open=False))


def hours_from(values: Mapping[str, str], closed: Mapping[str, str]) -> Hours:
    """Return the hours that stored fields describe: a queue's own, and the desk's closed days."""
    given = {**NEW_HOURS, **values}
    keeps = given['keeps_holidays'] == 'yes'
    return Hours(
        is_limited=given['is_limited'] == 'yes',
        zone=ZoneInfo(given['zone']),
        week=tuple(parse_spans(given[day]) for day in WEEKDAYS),
        dates=_parse_dates(given['dates']),
        closed={on: day.note for on, day in _parse_dates(closed.get('days', '')).items()},
        **({'holidays': korean_holidays} if keeps else {}),
    )


@lru_cache(maxsize=64)
def korean_holidays(year: int, language: str = 'ko') -> Mapping[date, str]:
    """Return the public holidays of Korea in a year with their names, substitute holidays included."""
    return dict(holidays.country_holidays('KR', years=year, language=language))


def parse_spans(typed: str) -> tuple[Span, ...]:
    """Return the spans of a day, in order. Raises ``InvalidInputError``."""
    parts = [part.strip() for part in typed.split(',') if part.strip()]
    if len(parts) > MAX_SPANS:
        raise InvalidInputError('hours.spans')
    return tuple(sorted({_span(part) for part in parts}))


def spans_text(spans: tuple[Span, ...]) -> str:
    """Return spans as they are typed."""
    return ', '.join(f'{minute_text(one.begin)}-{minute_text(one.end)}' for one in spans)


def minute_text(minute: int) -> str:
    """Return a minute after midnight as a time, of the next day if it is above 1 440; its end is 24:00."""
    if minute > DAY_MINUTES:
        minute -= DAY_MINUTES
    return f'{minute // 60:02}:{minute % 60:02}'


def _span(typed: str) -> Span:
    found = _SPAN.fullmatch(typed)
    if found is None:
        raise InvalidInputError('hours.spans')
    begin = int(found[1]) * 60 + int(found[2] or 0)
    end = int(found[3]) * 60 + int(found[4] or 0)
    is_time = int(found[2] or 0) < 60 and int(found[4] or 0) < 60
    if not is_time or begin >= DAY_MINUTES or end > DAY_MINUTES or begin == end:
        raise InvalidInputError('hours.spans')
    return Span(begin, end if end > begin else end + DAY_MINUTES)


def _each(values: Mapping[str, str], parse: Parse) -> dict[str, str]:
    kept: dict[str, str] = {}
    faults: dict[str, DeskError] = {}
    for name, typed in values.items():
        try:
            kept[name] = parse(name, typed)
        except InvalidInputError as error:
            faults[name] = error
    if faults:
        raise FieldsRefusedError(faults)
    return kept


def _parsed_field(name: str, typed: str) -> str:
    if name in WEEKDAYS:
        return spans_text(parse_spans(typed))
    if name == 'dates':
        return _dates_text(typed, may_open=True)
    if name == 'zone':
        if typed.strip() not in available_timezones():
            raise InvalidInputError('hours.zone')
        return typed.strip()
    if typed not in {'yes', 'no'}:
        raise InvalidInputError('settings.choice')
    return typed


def _dates_text(typed: str, *, may_open: bool) -> str:
    """Return dates in order, a line each. ``may_open``: whether a date may have times."""
    days = _parse_dates(typed)
    if not may_open and any(day.spans for day in days.values()):
        raise InvalidInputError('hours.closed_days')
    return '\n'.join(
        ' '.join(filter(None, (on.isoformat(), spans_text(day.spans), day.note)))
        for on, day in sorted(days.items())
    )


def _parse_dates(typed: str) -> dict[date, SpecialDay]:
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if len(lines) > MOST_DATES:
        raise InvalidInputError('hours.dates_many', most=MOST_DATES)
    days: dict[date, SpecialDay] = {}
    for line in lines:
        on, day = _special_day(line)
        if on in days:
            raise InvalidInputError('hours.date_twice', line=line)
        days[on] = day
    return days


def _special_day(line: str) -> tuple[date, SpecialDay]:
    found = _DATE.fullmatch(line)
    if found is None:
        raise InvalidInputError('hours.date', line=line[:40])
    try:
        on = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise InvalidInputError('hours.date', line=line[:40]) from error
    rest, spans = found[4] or '', []
    while (leading := _LEADING.match(rest)) is not None:
        spans.append(_span(leading[1]))
        rest = rest[leading.end() :]
    note = ' '.join(rest.split())
    if note and parse_name(note, most=MAX_NOTE_CHARS) is None:
        raise InvalidInputError('hours.date', line=line[:40])
    return on, SpecialDay(tuple(sorted(set(spans))), note)
