"""Business hours: when a queue is open, by the clock on the wall in its time zone.

A queue is open while that clock reads a time within a span. So a summer time change moves the
opening with the wall clock: an hour that is skipped is not open, and an hour that comes twice is
open twice. A span belongs to the day on which it begins, also when it ends after midnight: what
replaces a day (a holiday, a single date) replaces the spans that begin on it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk import clock

DAY_MINUTES = 1_440
HORIZON_DAYS = 400
"""An opening is looked for this far ahead: a year with the longest holidays."""
AROUND = timedelta(hours=36)
"""A change of the clock on a day lies within this time of its noon."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one minute after midnight to another, which may be on the next day (above 1 440)."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """The spans of one date, in place of its weekday's and of a holiday; closed without any."""

    spans: tuple[Span, ...] = ()
    note: str = ''


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """One day as it is: its spans, and why they are not the weekday's."""

    on: date
    spans: tuple[Span, ...]
    reason: str = ''
    is_special: bool = False


def _no_holidays(_year: int) -> Mapping[date, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The hours of one queue."""

    is_limited: bool = True
    """Whether the queue has hours at all; without them it is always open."""
    zone: ZoneInfo = clock.SEOUL
    week: tuple[tuple[Span, ...], ...] = ((),) * 7
    """The spans that begin on each weekday, Monday first. They may overlap."""
    dates: Mapping[date, SpecialDay] = field(default_factory=dict)
    closed: Mapping[date, str] = field(default_factory=dict)
    """Days on which the whole desk is closed at short notice, with their names."""
    holidays: Callable[[int], Mapping[date, str]] = _no_holidays
    """Returns the public holidays of a year with their names; none where the queue works on them."""


ALWAYS = Hours(is_limited=False)
"""The hours of a queue that has none."""


def day_of(hours: Hours, on: date) -> BusinessDay:
    """Return one day as it is, by date, then by the desk's closed days, holidays and the week."""
    if not hours.is_limited:
        return BusinessDay(on, (Span(0, DAY_MINUTES),))
    if (special := hours.dates.get(on)) is not None:
        return BusinessDay(on, merged(special.spans), special.note, is_special=True)
    if (name := hours.closed.get(on) or hours.holidays(on.year).get(on)) is not None:
        return BusinessDay(on, (), name, is_special=True)
    return BusinessDay(on, merged(hours.week[on.weekday()]))


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether the queue is open at a moment (with time zone)."""
    if not hours.is_limited:
        return True
    wall = at.astimezone(hours.zone)
    minute = wall.hour * 60 + wall.minute
    today = day_of(hours, wall.date()).spans
    if any(one.begin <= minute < one.end for one in today):
        return True
    before = day_of(hours, wall.date() - timedelta(days=1)).spans
    return any(minute + DAY_MINUTES < one.end for one in before)


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """Return the first moment from ``at`` on at which the queue is open, in UTC; ``at`` itself while it is.

    ``None`` when there is none within ``HORIZON_DAYS``.
    """
    if is_open(hours, at):
        return at.astimezone(UTC)
    first = at.astimezone(hours.zone).date()
    for days in range(HORIZON_DAYS):
        # Two days at a time: where clocks go back over midnight, a day ends after the next one began.
        pair = (first + timedelta(days=days), first + timedelta(days=days + 1))
        found = [moment for on in pair for moment in _openings_on(hours, on) if moment > at]
        if found:
            return min(found)
    return None


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans in order, with those that overlap or touch as one."""
    joined: list[Span] = []
    for one in sorted(spans):
        if joined and one.begin <= joined[-1].end:
            joined[-1] = Span(joined[-1].begin, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return tuple(joined)


def _openings_on(hours: Hours, on: date) -> Iterator[datetime]:
    """Yield the moments of a day at which the queue may begin to be open, and is: spans' beginnings, changed clocks."""
    midnight = datetime.combine(on, time())
    walls = [midnight + timedelta(minutes=one.begin) for one in day_of(hours, on).spans]
    moments = {
        wall.replace(tzinfo=hours.zone, fold=fold).astimezone(UTC)
        for wall in walls
        for fold in (0, 1)
    }
    for moment in (*moments, *_clock_changes(hours.zone, on)):
        if moment.astimezone(hours.zone).date() == on and is_open(hours, moment):
            yield moment


def _clock_changes(zone: ZoneInfo, on: date) -> Iterator[datetime]:
    """Yield the moment around a day at which its clocks change, to the second, if there is one."""
    noon = datetime.combine(on, time(12), zone).astimezone(UTC)
    early, late = noon - AROUND, noon + AROUND
    before = early.astimezone(zone).utcoffset()
    if late.astimezone(zone).utcoffset() == before:
        return
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    yield late
