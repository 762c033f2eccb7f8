"""The plan of a load, and the shape of a day."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from desk.clock import SEOUL

DAY_MINUTES = 1_440
BY_HOUR = (2, 1, 1, 1, 1, 2, 5, 12, 29, 52, 62, 57, 38, 48, 57, 52, 48, 41, 29, 21, 14, 10, 7, 5)
"""Contacts in each hour of a Korean contact centre's day, from midnight: a busy morning, lunch, a
busy afternoon."""

SHIFT_HOURS, SHIFT_STARTS = 9, (8, 9, 10, 11)
NIGHT_EVERY = 8  # one of this many agents works at night
LUNCH_MINUTES, BREAK_MINUTES = 60, 15


class Shape(StrEnum):
    """How contacts and agents are distributed over time."""

    DAY = 'day'  # from the next midnight in Seoul, with busy hours and shifts
    FLAT = 'flat'  # evenly, with all agents at work


class LoadPlan(BaseModel):
    """The plan of a load."""

    model_config = ConfigDict(
        frozen=True,
        extra='forbid',
        json_schema_extra={'examples': [{'seed': 7, 'calls_per_minute': 3, 'speed': 144}]},
    )

    seed: int = 0
    shape: Shape = Shape.DAY
    calls_per_minute: float = Field(default=0.6, ge=0, le=10_000, description='on average')
    chats_per_minute: float = Field(default=0.6, ge=0, le=10_000, description='on average')
    minutes: float = Field(
        default=DAY_MINUTES, gt=0, le=7 * DAY_MINUTES, description='on the sandbox clock'
    )
    speed: float = Field(
        default=144, gt=0, le=10_000, description='144 plays a day in ten minutes; 1 as it comes'
    )
    agents: int = Field(default=8, ge=1, le=1_000, description='who is not there is hired')
    answer_seconds: float = Field(default=3, ge=0, le=15, description='until an agent accepts')
    talk_seconds: float = Field(default=180, gt=0, le=3_600)
    after_work_seconds: float = Field(default=30, ge=0, le=600)
    after_work_limit_seconds: int | None = Field(
        default=None, ge=1, description="set for who plays; by default the agents' own"
    )
    patience_seconds: float = Field(default=180, gt=0, le=3_600)

    def begins(self, now: datetime) -> datetime:
        """Return the start: the next midnight for a day, otherwise now."""
        if self.shape is Shape.FLAT:
            return now
        tomorrow = now.astimezone(SEOUL).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), SEOUL).astimezone(now.tzinfo)

    def busyness(self, at: datetime) -> float:
        """Return the rate of contacts at this time, relative to the day's average."""
        if self.shape is Shape.FLAT:
            return 1.0
        return BY_HOUR[at.astimezone(SEOUL).hour] * len(BY_HOUR) / sum(BY_HOUR)

    @property
    def peak(self) -> float:
        """Return the highest ``busyness``."""
        return 1.0 if self.shape is Shape.FLAT else max(BY_HOUR) * len(BY_HOUR) / sum(BY_HOUR)


class Duty(StrEnum):
    """An agent's status from a time on, by the seed's names."""

    WORK = '상담 가능'
    LUNCH = '점심'
    BREAK = '휴식'
    HOME = '오프라인'


def shift(place: int) -> list[tuple[float, Duty]]:
    """Return the duties of the agent at this position, by hours of the day."""
    if place % NIGHT_EVERY == NIGHT_EVERY - 1:
        return [(0, Duty.WORK), (8, Duty.HOME), (20, Duty.WORK)]
    start = SHIFT_STARTS[place % len(SHIFT_STARTS)]
    return [
        (start, Duty.WORK),
        (start + 2, Duty.BREAK),
        (start + 2 + BREAK_MINUTES / 60, Duty.WORK),
        (start + 4, Duty.LUNCH),
        (start + 4 + LUNCH_MINUTES / 60, Duty.WORK),
        (start + 7, Duty.BREAK),
        (start + 7 + BREAK_MINUTES / 60, Duty.WORK),
        (start + SHIFT_HOURS, Duty.HOME),
    ]
