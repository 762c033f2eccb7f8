"""What the figures of the floor mean, by version. A definition holds from a day on and is never changed backwards.

To change one, add a version with a later ``since``: the days before keep theirs, on boards and in reports.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from desk import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How figures are made from a day on (days in Seoul).

    서비스 레벨: answered within the queue's seconds ÷ (answered + abandoned that are not short). 응대율: answered ÷ (answered +
    abandoned). Both clocks begin when the customer came; a contact counts once, when it is first answered or given up,
    in the queue where that was. 평균 처리: (talk + 후처리, 보류 left out for chats) ÷ contacts whose talk ended.
    """

    version: int
    since: date
    short_seconds: int
    """Whoever gives up sooner counts as 짧은 포기, and not against the 서비스 레벨."""
    good_percent: int
    """From here on a percentage is good."""
    fair_percent: int
    """Below this it is poor."""


DEFINITIONS = (
    Definition(
        version=1, since=date(2000, 1, 1), short_seconds=5, good_percent=85, fair_percent=70
    ),
)
"""By the day that they begin; the usual numbers of Korean boards."""


def definition_of(day: date) -> Definition:
    """Return what figures meant on a day."""
    return next(one for one in reversed(DEFINITIONS) if one.since <= day)


def day_of(at: datetime) -> date:
    """Return the day in Seoul that a moment belongs to."""
    return at.astimezone(clock.SEOUL).date()


def beginning_of(day: date) -> datetime:
    """Return when a day begins in Seoul."""
    return datetime.combine(day, time(), clock.SEOUL)


def end_of(day: date) -> datetime:
    """Return when the next day begins."""
    return beginning_of(day + timedelta(days=1))
