"""What a report is about, as people choose it and as its address carries it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from desk import clock
from services.floor.definitions import day_of
from services.reports.figures import Figure
from services.text.terms import clean

MAX_DAYS = 800
"""The longest period: two years and their eve."""
MAX_DEPARTMENT_CHARS = 100


class Grouping(StrEnum):
    """What a report has one row for."""

    QUEUE = 'queue'
    AGENT = 'agent'
    DAY = 'day'
    HOUR = 'hour'
    CATEGORY = 'category'
    CHANNEL = 'channel'


class ReportPeriod(StrEnum):
    """A period that moves with the day. Weeks begin on Mondays."""

    TODAY = 'today'
    YESTERDAY = 'yesterday'
    THIS_WEEK = 'this_week'
    LAST_WEEK = 'last_week'
    THIS_MONTH = 'this_month'
    LAST_MONTH = 'last_month'
    YEAR = 'year'
    """The last 12 months, today included."""


class ReportView(StrEnum):
    """How a report is shown."""

    TABLE = 'table'
    HEAT = 'heat'
    """By weekday and hour."""
    HEAT_TABLE = 'heat_table'
    """The same as a table."""
    DAYS = 'days'
    """The agents' last day."""


Key = UUID | date | int | str | None
"""What a row is about: an id, a day, an hour, a channel; ``None`` for contacts without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """A period in days of Seoul, both ends included, a grouping, a department (none: all), and how it is shown."""

    period: ReportPeriod | None = None
    since: date | None = None
    until: date | None = None
    group: Grouping = Grouping.QUEUE
    department: str = ''
    view: ReportView = ReportView.TABLE
    figure: Figure = Figure.ARRIVED
    """That of the heat map."""

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day; today where the query names no whole period."""
        today = day_of(clock.now())
        if self.period is None and self.since and self.until:
            return self.since, self.until
        return _days_of(self.period or ReportPeriod.TODAY, today)

    @property
    def address(self) -> str:
        """The query as that of a URL."""
        given = {name: getattr(self, field) for name, field in FIELDS.items()}
        usual = {'view': ReportView.TABLE, 'figure': Figure.ARRIVED}
        return urlencode(
            {name: str(it) for name, it in given.items() if it and it != usual.get(name)}
        )


FIELDS = {
    'period': 'period',
    'from': 'since',
    'to': 'until',
    'group': 'group',
    'department': 'department',
    'view': 'view',
    'figure': 'figure',
}
"""The names in a URL, in their order there, with the query's fields."""


def read_query(given: Mapping[str, str]) -> tuple[ReportQuery, tuple[str, ...]]:
    """Return the query of a URL's names and values, and the names of invalid ones, which are ignored."""
    found: dict[str, Any] = {}
    ignored: list[str] = []
    for name, field in FIELDS.items():
        if value := given.get(name, '').strip():
            try:
                found[field] = _READERS[field](value)
            except ValueError:
                ignored.append(name)
    since, until = found.get('since'), found.get('until')
    if found.get('period'):
        found |= {'since': None, 'until': None}
    elif since is None or until is None or not timedelta() <= until - since < timedelta(MAX_DAYS):
        ignored += [name for name in ('from', 'to') if given.get(name) and name not in ignored]
        found |= {'since': None, 'until': None, 'period': ReportPeriod.TODAY}
    return ReportQuery(**found), tuple(ignored)


def _days_of(period: ReportPeriod, today: date) -> tuple[date, date]:
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    day, before_monday, before_first = timedelta(days=1), monday - timedelta(days=1), first - timedelta(days=1)  # fmt: skip
    return {
        ReportPeriod.TODAY: (today, today),
        ReportPeriod.YESTERDAY: (today - day, today - day),
        ReportPeriod.THIS_WEEK: (monday, today),
        ReportPeriod.LAST_WEEK: (monday - timedelta(days=7), before_monday),
        ReportPeriod.THIS_MONTH: (first, today),
        ReportPeriod.LAST_MONTH: (before_first.replace(day=1), before_first),
        ReportPeriod.YEAR: (_year_before(today) + day, today),
    }[period]


def _year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def _day(value: str) -> date:
    day = date.fromisoformat(value)
    if not 2000 <= day.year <= 2999:
        raise ValueError(value)
    return day


def _department(value: str) -> str:
    written = clean(value)
    if not written or len(written) > MAX_DEPARTMENT_CHARS:
        raise ValueError(value)
    return written


_READERS: dict[str, Callable[[str], Any]] = {
    'period': ReportPeriod,
    'since': _day,
    'until': _day,
    'group': Grouping,
    'department': _department,
    'view': ReportView,
    'figure': Figure,
}
