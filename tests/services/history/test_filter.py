"""The filter and its address: there and back, and what cannot be read is left out by name."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import clock
from models import Priority, Sentiment
from services.history.filter import (
    EVERYTHING,
    MAX_TEXT_CHARS,
    Channel,
    ContactState,
    HistoryFilter,
    Period,
    parse,
)
from services.text.terms import clean

SOMEBODY = UUID('1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed')
words = st.text(max_size=MAX_TEXT_CHARS).map(clean).filter(lambda text: len(text) <= MAX_TEXT_CHARS)
days = st.dates(date(2000, 1, 1), date(2999, 12, 31))
filters = st.builds(
    HistoryFilter,
    period=st.none() | st.sampled_from(Period),
    agent_id=st.none() | st.uuids(),
    department=st.none() | words.filter(bool),
    channel=st.none() | st.sampled_from(Channel),
    state=st.none() | st.sampled_from(ContactState),
    priority=st.none() | st.sampled_from(Priority),
    category_id=st.none() | st.uuids(),
    needs_follow_up=st.booleans(),
    sentiment=st.none() | st.sampled_from(Sentiment),
    text=words,
)


@given(filters)
def test_address_says_the_whole_filter(wanted: HistoryFilter) -> None:
    reading = parse(wanted.query)

    assert reading.filter == wanted
    assert reading.ignored == ()


@given(days, days)
def test_days_of_the_calendar_go_there_and_back(one: date, other: date) -> None:
    wanted = HistoryFilter(since=min(one, other), until=max(one, other))

    assert parse(wanted.query).filter == wanted


@given(st.text(max_size=300))
def test_no_address_is_too_odd(query: str) -> None:
    reading = parse(query)

    assert parse(reading.filter.query).filter == reading.filter


def test_address_reads_like_what_was_chosen() -> None:
    wanted = HistoryFilter(
        period=Period.WEEK, agent_id=SOMEBODY, channel=Channel.CHAT,
        state=ContactState.ABANDONED, priority=Priority.HIGH, text='배송 지연',
    )  # fmt: skip

    assert wanted.query == (
        f'period=7d&agent={SOMEBODY}&channel=chat&status=abandoned&priority=high'
        '&text=%EB%B0%B0%EC%86%A1+%EC%A7%80%EC%97%B0'
    )


@pytest.mark.parametrize(
    ('query', 'ignored'),
    [
        ('period=ever', ('period',)),
        ('from=2026-13-01', ('from',)),
        ('from=0001-01-01&to=9999-12-31', ('from', 'to')),
        ('from=2026-11-03&to=2026-11-01', ('from', 'to')),
        ('agent=somebody', ('agent',)),
        ('channel=letter&status=lost&priority=first', ('channel', 'status', 'priority')),
        (f'text={"가" * (MAX_TEXT_CHARS + 1)}', ('text',)),
        ('text=%00%00', ('text',)),
        ('text=%20', ()),
        ('page=7&utm_source=mail', ()),
        ('', ()),
        ('?' * 10_000, ()),
    ],
)
def test_what_cannot_be_read_is_left_out_by_name(query: str, ignored: tuple[str, ...]) -> None:
    reading = parse(query)

    assert reading.ignored == ignored
    assert reading.filter == EVERYTHING


def test_one_fault_leaves_the_others_as_they_are() -> None:
    reading = parse('status=lost&text=배송')

    assert reading.filter == HistoryFilter(text='배송')
    assert reading.ignored == ('status',)


def test_moving_period_goes_before_days() -> None:
    assert parse('period=today&from=2026-11-01').filter == HistoryFilter(period=Period.TODAY)


@pytest.mark.parametrize(
    ('period', 'first', 'days'),
    [
        (Period.TODAY, 0, 1),
        (Period.YESTERDAY, 1, 1),
        (Period.WEEK, 6, 7),
        (Period.MONTH, 29, 30),
    ],
)
def test_periods_are_days_in_seoul(period: Period, first: int, days: int) -> None:
    since, until = HistoryFilter(period=period).span

    today = clock.now().astimezone(clock.SEOUL).date()
    assert since == _midnight(today - timedelta(days=first))
    assert until == _midnight(today - timedelta(days=first - days))


def test_last_day_is_included() -> None:
    since, until = HistoryFilter(since=date(2026, 11, 1), until=date(2026, 11, 3)).span

    assert (since, until) == (_midnight(date(2026, 11, 1)), _midnight(date(2026, 11, 4)))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.SEOUL)
