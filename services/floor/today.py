"""Today by quarter hour, compared with the average of the same weekday in the last weeks."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from desk import clock
from desk.db import Database
from models import Agent, StepKind
from services.floor import today_queries as queries
from services.floor.definitions import beginning_of, day_of, end_of
from services.floor.live_board import check_role
from services.floor.today_queries import Quarter

WEEKS = 4
"""The number of earlier weeks in the average."""
QUARTERS = 96
KEPT_SECONDS = 30.0
"""How long a result is shared by all dashboards of a process."""


Reach = tuple[str, ...] | None
"""See ``Agent.reach``."""


class Measure(StrEnum):
    """The figures by quarter hour: numbers of contacts, and averages over them."""

    ARRIVED = 'arrived'
    WAIT = 'wait'
    """평균 대기 in seconds, of answered contacts."""
    ABANDONED = 'abandoned'
    FIRST_RESPONSE = 'first_response'
    """첫 응답 (FRT) in seconds, of chats."""
    HANDLING = 'handling'
    """평균 처리 (AHT) in seconds: talk, a call's hold and 후처리 over the talks that ended."""
    WRAP_UP = 'wrap_up'
    """평균 후처리 in seconds."""
    RATING = 'rating'
    """만족도: the mean of the ratings that were first given then."""
    NEGATIVE = 'negative'
    """부정 비율 in percent, of the chats whose mood is known."""


NUMBERS = frozenset({Measure.ARRIVED, Measure.ABANDONED})
"""The measures that are numbers of contacts; the others are averages."""

Row = tuple[float | None, ...]
"""One value for each quarter hour; ``None`` without any contact, or in the future."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCurves:
    """Today and the usual day, by figure."""

    day: date
    weeks: int
    """The number of earlier days with contacts, over which the average is taken."""
    now: int
    """The current quarter hour."""
    today: Mapping[Measure, Row]
    usual: Mapping[Measure, Row]


class Today:
    """The day so far, shared by all dashboards of a process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: dict[Reach, tuple[float, DayCurves]] = {}

    async def curves(self, watcher: Agent) -> DayCurves:
        """Return today and the usual day, of the departments that the watcher reaches.

        Raises ``NotAllowedError`` unless a supervisor asks.
        """
        check_role(watcher)
        now, reach = time.monotonic(), watcher.reach
        self._kept = {one: kept for one, kept in self._kept.items() if now - kept[0] < KEPT_SECONDS}
        if reach not in self._kept:
            self._kept[reach] = now, await self._read(reach)
        return self._kept[reach][1]

    async def _read(self, reach: Reach) -> DayCurves:
        today = day_of(clock.now())
        days = [today - timedelta(weeks=week) for week in range(WEEKS + 1)]
        spans = [(beginning_of(day), end_of(day)) for day in days]
        rows = await self._quarters(queries.Scope(spans, reach))
        earlier = {row.day for row in rows[Measure.ARRIVED]} - {today.isoformat()}
        second = (clock.now() - beginning_of(today)).total_seconds()
        now = int(second // queries.QUARTER_SECONDS)

        def curves(of_today: bool, count: int, until: int) -> dict[Measure, Row]:
            return {
                measure: curve_of(
                    [one for one in found if (one.day == today.isoformat()) is of_today],
                    days=count if measure in NUMBERS else 0,
                    until=until,
                )
                for measure, found in rows.items()
            }

        return DayCurves(
            day=today,
            weeks=len(earlier),
            now=now,
            today=curves(of_today=True, count=1, until=now),
            usual=curves(of_today=False, count=len(earlier), until=QUARTERS - 1),
        )

    async def _quarters(self, scope: queries.Scope) -> dict[Measure, Sequence[Quarter]]:
        async with self._db.reading() as session:
            return {
                Measure.ARRIVED: await queries.arrived(session, scope),
                Measure.WAIT: await queries.first_outcomes(session, scope, StepKind.TAKEN),
                Measure.ABANDONED: await queries.first_outcomes(session, scope, StepKind.ABANDONED),
                Measure.FIRST_RESPONSE: await queries.first_responses(session, scope),
                Measure.HANDLING: await queries.handled(session, scope),
                Measure.WRAP_UP: await queries.wrapped_up(session, scope),
                Measure.RATING: await queries.ratings(session, scope),
                Measure.NEGATIVE: await queries.moods(session, scope),
            }


def curve_of(rows: Sequence[Quarter], *, days: int, until: int) -> Row:
    """Return one value for each quarter hour, ``None`` after ``until``.

    Args:
        rows: the quarter hours of one or more days.
        days: over how many days a number of contacts is averaged; 0 for an average over the contacts.
        until: the last quarter hour that is known.
    """
    counts: dict[int, int] = defaultdict(int)
    totals: dict[int, float] = defaultdict(float)
    for row in rows:
        counts[row.quarter] += row.contacts
        totals[row.quarter] += row.total

    def value(quarter: int) -> float | None:
        if quarter > until:
            return None
        if days:
            return counts[quarter] / days
        return totals[quarter] / counts[quarter] if counts[quarter] else None

    return tuple(value(quarter) for quarter in range(QUARTERS))
