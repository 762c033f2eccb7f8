"""Definitions of the floor's figures, by version.

Each holds from a day on and is never changed for the past.

To change one, add a version with a later ``since``: earlier days keep theirs, on boards and in
reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from desk import clock
from services.people.states import PROTECTED_REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How figures are computed from a day on (days in Seoul).

    서비스 레벨: answered within the queue's seconds ÷ (answered + abandoned, short ones excluded). 응대율:
    answered ÷ (answered + abandoned). Both times begin when the customer came; a contact counts
    once, when it is first answered or abandoned, in the queue where it then was. 평균 처리: (talk +
    후처리, without 보류 for chats) ÷ contacts whose talk ended. 만족도: Σ scores (1 to 5) ÷ rated chats; a
    rating counts for the last agent and on the day when it was first given, with its present score.
    준수율: time spent as planned ÷ planned time, with a grace around each change of the plan
    (``services.reports.adherence``). The activities of ``outside`` count in no figure, neither for nor against.
    """

    version: int
    since: date
    short_seconds: int
    """A customer who leaves sooner counts as 짧은 포기, and not against the 서비스 레벨."""
    good_percent: int
    """From this percentage on a figure is good."""
    fair_percent: int
    """Below this percentage a figure is poor."""
    grace_seconds: Mapping[str, int]
    """How far an agent may be from the planned beginning and end, by activity (the code of an away reason, or ``work``)."""

    outside: frozenset[str] = frozenset()
    """Codes of away reasons whose time is in no figure: 보호 휴식 (산업안전보건법 41조: no disadvantage for who rests)."""

    def grace_of(self, activity: str) -> int:
        """Return the grace of an activity in seconds; that of work where it has none of its own."""
        return self.grace_seconds.get(activity, self.grace_seconds['work'])


_FIRST = Definition(
    version=1,
    since=date(2000, 1, 1),
    short_seconds=5,
    good_percent=85,
    fair_percent=70,
    grace_seconds={'work': 180, 'meal': 300, 'break': 180, 'training': 300, 'meeting': 300},
)
DEFINITIONS = (
    _FIRST,
    replace(_FIRST, version=2, since=date(2026, 12, 1), outside=frozenset({PROTECTED_REST})),
)
"""In order of their first day; the usual numbers of Korean boards."""


def definition_of(day: date) -> Definition:
    """Return the definition that holds on a day."""
    return next(one for one in reversed(DEFINITIONS) if one.since <= day)


def day_of(at: datetime) -> date:
    """Return the day in Seoul of a time."""
    return at.astimezone(clock.SEOUL).date()


def beginning_of(day: date) -> datetime:
    """Return the beginning of a day in Seoul."""
    return datetime.combine(day, time(), clock.SEOUL)


def end_of(day: date) -> datetime:
    """Return the beginning of the next day in Seoul."""
    return beginning_of(day + timedelta(days=1))
