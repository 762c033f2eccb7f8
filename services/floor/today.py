"""Today by quarter hour, compared with the average of the same weekday in the last weeks."""

import time
from collections import defaultdict
from collections.abc import Mapping
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


class Measure(StrEnum):
    """The figures by quarter hour."""

    ARRIVED = 'arrived'
    WAIT = 'wait'
    """평균 대기 in seconds, of answered contacts."""
    ABANDONED = 'abandoned'


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
        self._kept: tuple[float, DayCurves] | None = None

    async def curves(self, watcher: Agent) -> DayCurves:
        """Return today and the usual day. Raises ``NotAllowedError`` unless a supervisor asks."""
        check_role(watcher)
        now = time.monotonic()
        if self._kept is None or now - self._kept[0] > KEPT_SECONDS:
            self._kept = now, await self._read()
        return self._kept[1]

    async def _read(self) -> DayCurves:
        today = day_of(clock.now())
        days = [today - timedelta(weeks=week) for week in range(WEEKS + 1)]
        async with self._db.reading() as session:
            rows = await queries.quarters(
                session, [(beginning_of(day), end_of(day)) for day in days]
            )
        by_day: dict[str, list[Quarter]] = defaultdict(list)
        for row in rows:
            by_day[row.day].append(row)
        mine = by_day.pop(today.isoformat(), [])
        second = (clock.now() - beginning_of(today)).total_seconds()
        now = int(second // queries.QUARTER_SECONDS)
        return DayCurves(
            day=today,
            weeks=len(by_day),
            now=now,
            today=curves_of(mine, days=1, until=now),
            usual=curves_of([one for rows in by_day.values() for one in rows], days=len(by_day)),
        )


def curves_of(rows: list[Quarter], *, days: int, until: int = QUARTERS - 1) -> dict[Measure, Row]:
    """Return the average of some days by quarter hour; ``None`` after ``until``."""
    counts: dict[tuple[StepKind, int], int] = defaultdict(int)
    waited: dict[int, float] = defaultdict(float)
    for row in rows:
        counts[row.kind, row.quarter] += row.contacts
        if row.kind is StepKind.TAKEN:
            waited[row.quarter] += row.contacts * row.wait_seconds

    def per_day(kind: StepKind, quarter: int) -> float | None:
        return counts[kind, quarter] / days if days and quarter <= until else None

    def wait(quarter: int) -> float | None:
        taken = counts[StepKind.TAKEN, quarter]
        return waited[quarter] / taken if taken and quarter <= until else None

    return {
        Measure.ARRIVED: tuple(per_day(StepKind.CREATED, one) for one in range(QUARTERS)),
        Measure.WAIT: tuple(wait(one) for one in range(QUARTERS)),
        Measure.ABANDONED: tuple(per_day(StepKind.ABANDONED, one) for one in range(QUARTERS)),
    }
