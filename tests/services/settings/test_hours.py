"""Business hours against a slow oracle that looks at the clock on the wall, minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies

from desk.errors import FieldsRefusedError
from services.settings.hours import ALWAYS, Hours, Span, SpecialDay, day_of, is_open, next_opening
from services.settings.hours_text import (
    NEW_HOURS,
    hours_from,
    korean_holidays,
    parse_spans,
    parsed_closed_days,
    parsed_hours,
    spans_text,
)

ZONES = (
    'Asia/Seoul', 'America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'America/Santiago',
    'America/Goose_Bay', 'Pacific/Apia', 'Africa/Casablanca', 'Asia/Beirut', 'UTC',
)  # fmt: skip
TURNS = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York goes ahead
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # and back
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # London, Beirut
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2026, 4, 5, 3, tzinfo=UTC),  # Santiago, at midnight
    datetime(2026, 9, 6, 4, tzinfo=UTC),
    datetime(2010, 11, 7, 3, 1, tzinfo=UTC),  # Goose Bay, back over midnight
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia skips a day
    datetime(2026, 2, 15, 2, tzinfo=UTC),  # Casablanca
    datetime(2028, 2, 29, 0, tzinfo=UTC),
    datetime(2024, 2, 28, 23, tzinfo=UTC),
    datetime(2026, 12, 31, 15, tzinfo=UTC),
)
SCANNED = timedelta(days=3)


@strategies.composite
def spans(draw: strategies.DrawFn) -> Span:
    begin = draw(strategies.integers(0, 1_439))
    return Span(begin, begin + draw(strategies.integers(1, 1_440)))


days = strategies.lists(spans(), max_size=3).map(tuple)


@strategies.composite
def cases(draw: strategies.DrawFn) -> tuple[Hours, datetime]:
    """Hours, and a moment at which something is likely to happen."""
    at = draw(strategies.sampled_from(TURNS)) + timedelta(
        seconds=draw(strategies.integers(-2 * 86_400, 86_400))
    )
    zone = ZoneInfo(draw(strategies.sampled_from(ZONES)))
    near = [at.astimezone(zone).date() + timedelta(days=one) for one in range(-1, 4)]
    dates = draw(strategies.dictionaries(strategies.sampled_from(near), days, max_size=3))
    holidays = draw(strategies.sets(strategies.sampled_from(near), max_size=2))
    closed = draw(strategies.sets(strategies.sampled_from(near), max_size=1))
    hours = Hours(
        zone=zone,
        week=tuple(draw(strategies.lists(days, min_size=7, max_size=7))),
        dates={on: SpecialDay(given) for on, given in dates.items()},
        closed=dict.fromkeys(closed, '임시 휴무'),
        holidays=lambda year: {on: '쉬는 날' for on in holidays if on.year == year},
    )
    return hours, at


def reads_open(hours: Hours, at: datetime) -> bool:
    """What somebody finds who looks at the clock on the wall and at the calendar beside it."""
    wall = at.astimezone(hours.zone).replace(tzinfo=None, second=0, microsecond=0)
    for back in (0, 1, 2):
        on = wall.date() - timedelta(days=back)
        if on in hours.dates:
            begun = hours.dates[on].spans
        elif on in hours.closed or on in hours.holidays(on.year):
            begun = ()
        else:
            begun = hours.week[on.weekday()]
        midnight = datetime.combine(on, time())
        for one in begun:
            begins = midnight + timedelta(minutes=one.begin)
            if begins <= wall < midnight + timedelta(minutes=one.end):
                return True
    return False


@settings(max_examples=150, deadline=None)
@given(cases())
def test_open_is_what_the_clock_on_the_wall_says(case: tuple[Hours, datetime]) -> None:
    hours, at = case
    for minutes in range(0, 2_880, 37):
        moment = at + timedelta(minutes=minutes)
        assert is_open(hours, moment) is reads_open(hours, moment)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_next_opening_is_the_first_minute_that_is_open(case: tuple[Hours, datetime]) -> None:
    hours, at = case

    found = next_opening(hours, at)

    expected = at if reads_open(hours, at) else None
    moment = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while expected is None and moment < at + SCANNED:
        if reads_open(hours, moment):
            expected = moment
        moment += timedelta(minutes=1)
    if expected is None:
        assert found is None or found >= at + SCANNED - timedelta(minutes=1)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ('typed', 'at', 'opens'),
    [
        # New York goes ahead at 02:00: what begins in the hour that is skipped begins with the next one, or not at all.
        ('02:30-04:00', '2026-03-08T05:00Z', '2026-03-08T07:00Z'),
        ('02:15-02:45', '2026-03-08T05:00Z', '2026-03-09T06:15Z'),
        # and back at 02:00: what ended at 01:10 opens again when the hour comes twice.
        ('00:30-01:10', '2026-11-01T05:10Z', '2026-11-01T06:00Z'),
        ('01:15-01:45', '2026-11-01T05:45Z', '2026-11-01T06:15Z'),
    ],
)
def test_opening_follows_a_changed_clock(typed: str, at: str, opens: str) -> None:
    hours = Hours(zone=ZoneInfo('America/New_York'), week=(parse_spans(typed),) * 7)
    moment, expected = datetime.fromisoformat(at), datetime.fromisoformat(opens)

    assert next_opening(hours, moment) == expected
    assert not reads_open(hours, expected - timedelta(minutes=1))
    assert reads_open(hours, expected)


def test_queue_without_hours_is_always_open() -> None:
    at = datetime(2026, 12, 25, tzinfo=UTC)

    assert is_open(ALWAYS, at)
    assert next_opening(ALWAYS, at) == at


def test_queue_that_never_opens_says_so() -> None:
    assert next_opening(Hours(), datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_korean_holidays_close_with_their_substitutes() -> None:
    hours = hours_from({'is_limited': 'yes'}, {})

    # 2026: 3·1절 is a Sunday, its substitute Monday the 2nd.
    assert day_of(hours, date(2026, 3, 2)).reason == korean_holidays(2026)[date(2026, 3, 2)]
    assert day_of(hours, date(2026, 3, 2)).spans == ()
    works = hours_from({'is_limited': 'yes', 'keeps_holidays': 'no'}, {})
    assert day_of(works, date(2026, 3, 2)).spans == (Span(540, 1080),)


def test_single_date_beats_holiday_and_closed_day_beats_the_week() -> None:
    hours = hours_from(
        {'is_limited': 'yes', 'dates': '2026-03-02 10:00-12:00 특근'},
        {'days': '2026-03-03 임시공휴일'},
    )

    assert day_of(hours, date(2026, 3, 2)).spans == (Span(600, 720),)
    assert (day_of(hours, date(2026, 3, 3)).spans, day_of(hours, date(2026, 3, 3)).reason) == (
        (), '임시공휴일',
    )  # fmt: skip


@given(days)
def test_what_is_written_is_read_as_the_same_hours(given: tuple[Span, ...]) -> None:
    typeable = tuple(one for one in given if one.end - one.begin < 1_440)

    assert parse_spans(spans_text(typeable)) == tuple(sorted(set(typeable)))


def test_hours_are_stored_in_one_form() -> None:
    kept = parsed_hours(
        {
            'mon': '13~18, 9-12:30',
            'tue': '22:00-06:00',
            'sat': ' ',
            'dates': '2026-12-31 종무식\n2026-12-24 9-13, 14-15 성탄 전야\n',
        }
    )

    assert kept == {
        'mon': '09:00-12:30, 13:00-18:00',
        'tue': '22:00-06:00',
        'sat': '',
        'dates': '2026-12-24 09:00-13:00, 14:00-15:00 성탄 전야\n2026-12-31 종무식',
    }
    assert parsed_hours(kept) == kept
    assert set(parsed_hours(dict(NEW_HOURS))) == set(NEW_HOURS)


@pytest.mark.parametrize(
    ('field', 'wrong'),
    [
        ('mon', '9시부터'),
        ('mon', '09:00-09:00'),
        ('mon', '25:00-26:00'),
        ('mon', '09:61-10:00'),
        ('zone', 'Asia/Nowhere'),
        ('is_limited', 'perhaps'),
        ('dates', '2027-02-29'),
        ('dates', '12-24'),
        ('dates', '2026-12-24\n2026-12-24 09:00-10:00'),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_field(field: str, wrong: str) -> None:
    with pytest.raises(FieldsRefusedError) as refused:
        parsed_hours({'tue': '09:00-10:00', field: wrong})

    assert list(refused.value.faults) == [field]


def test_closed_day_has_no_hours() -> None:
    with pytest.raises(FieldsRefusedError):
        parsed_closed_days({'days': '2026-12-24 09:00-10:00'})
