"""The filter of the history, as people choose it and as a URL carries it.

``HistoryFilter`` is the same on the page, in a saved view, in the API and in an export. A URL can
be sent to a colleague: it selects contacts and grants no access; an invalid part of it is ignored
with a notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from desk import clock
from models import Priority, Sentiment
from models.rating import HIGHEST_SCORE, LOWEST_SCORE
from services.text.terms import clean

MAX_TEXT_CHARS = 100
MAX_DEPARTMENT_CHARS = 100
MAX_QUERY_CHARS = 1_000  # history_views.query


class Channel(StrEnum):
    """The channel of a contact: 채팅, 통화."""

    CHAT = 'chat'
    CALL = 'call'


class ContactState(StrEnum):
    """The state of a contact: 대기, 진행, 보류, 종료, and 포기, when the customer left before an answer."""

    WAITING = 'waiting'
    ACTIVE = 'active'
    ON_HOLD = 'on_hold'
    CLOSED = 'closed'
    ABANDONED = 'abandoned'


class Period(StrEnum):
    """A period relative to today: 오늘, 어제, the last 7 days and the last 30, including today."""

    TODAY = 'today'
    YESTERDAY = 'yesterday'
    WEEK = '7d'
    MONTH = '30d'


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """The conditions for contacts; unset ones match all. Days are days in Seoul, both ends included."""

    period: Period | None = None
    since: date | None = None
    until: date | None = None
    agent_id: UUID | None = None
    department: str | None = None
    channel: Channel | None = None
    state: ContactState | None = None
    priority: Priority | None = None
    category_id: UUID | None = None
    """A 상담 분류 of any level; includes all below it."""
    needs_follow_up: bool = False
    sentiment: Sentiment | None = None
    """The customer's overall sentiment; only chats have one."""
    rating: int | None = None
    """The customer's rating of a chat, 1 to 5."""
    label_id: UUID | None = None
    """A label (라벨); only chats have some."""
    text: str = ''
    """Words in a chat, or a customer's name, number or address."""

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The period as times: from the first, inclusive, to the second, exclusive."""
        first, last = _days(self.period) if self.period else (self.since, self.until)
        return _midnight(first), _midnight(last + timedelta(days=1)) if last else None

    @property
    def query(self) -> str:
        """The filter as a URL's query string; empty when nothing is set."""
        given = {name: getattr(self, field) for name, field in FIELDS.items()}
        return urlencode({name: _written(value) for name, value in given.items() if value})

    @property
    def is_everything(self) -> bool:
        """Whether no condition is set."""
        return self == EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A filter parsed from a URL, and the names of invalid parts, which are ignored."""

    filter: HistoryFilter
    ignored: tuple[str, ...] = ()


EVERYTHING = HistoryFilter()

FIELDS = {
    'period': 'period', 'from': 'since', 'to': 'until', 'agent': 'agent_id', 'department': 'department',
    'channel': 'channel', 'status': 'state', 'priority': 'priority', 'category': 'category_id',
    'follow_up': 'needs_follow_up', 'sentiment': 'sentiment', 'rating': 'rating', 'label': 'label_id', 'text': 'text',
}  # fmt: skip
"""The parameter names in a URL, in their order there, with the filter's fields."""


def parse(query: str) -> Reading:
    """Parse a URL's query string. Never raises; unknown names are ignored."""
    return read_filter(dict(parse_qsl(query.removeprefix('?')[: 4 * MAX_QUERY_CHARS])))


def read_filter(given: Mapping[str, str]) -> Reading:
    """Parse a filter from a URL's names and values; a name with any invalid value is ignored."""
    found: dict[str, Any] = {}
    ignored: list[str] = []
    for name, field in FIELDS.items():
        value = given.get(name, '').strip()
        if not value:
            continue
        try:
            found[field] = _READERS[field](value)
        except ValueError:
            ignored.append(name)
    if found.get('period'):  # a relative period excludes calendar days
        found.pop('since', None)
        found.pop('until', None)
    elif found.get('since') and found.get('until') and found['since'] > found['until']:
        ignored += ['from', 'to']
        del found['since'], found['until']
    return Reading(filter=HistoryFilter(**found), ignored=tuple(ignored))


def _words(most: int) -> Callable[[str], str]:
    def words(value: str) -> str:
        written = clean(value)
        if not written or len(written) > most:
            raise ValueError(value)
        return written

    return words


def _day(value: str) -> date:
    day = date.fromisoformat(value)
    if not 2000 <= day.year <= 2999:
        raise ValueError(value)
    return day


def _score(value: str) -> int:
    score = int(value)
    if not LOWEST_SCORE <= score <= HIGHEST_SCORE:
        raise ValueError(value)
    return score


def _flag(value: str) -> bool:
    found = {'true': True, '1': True, 'false': False, '0': False}.get(value.lower())
    if found is None:
        raise ValueError(value)
    return found


def _written(value: object) -> str:
    return 'true' if value is True else str(value)


_READERS: dict[str, Callable[[str], Any]] = {
    'period': Period, 'since': _day, 'until': _day, 'agent_id': UUID, 'department': _words(MAX_DEPARTMENT_CHARS),
    'channel': Channel, 'state': ContactState, 'priority': Priority, 'category_id': UUID,
    'needs_follow_up': _flag, 'sentiment': Sentiment, 'rating': _score, 'label_id': UUID,
    'text': _words(MAX_TEXT_CHARS),
}  # fmt: skip
assert {field.name for field in fields(HistoryFilter)} == set(_READERS)  # noqa: S101 - every field has a parser


def _days(period: Period) -> tuple[date, date]:
    today = clock.now().astimezone(clock.SEOUL).date()
    yesterday = today - timedelta(days=1)
    return {
        Period.TODAY: (today, today),
        Period.YESTERDAY: (yesterday, yesterday),
        Period.WEEK: (today - timedelta(days=6), today),
        Period.MONTH: (today - timedelta(days=29), today),
    }[period]


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.SEOUL) if day else None
