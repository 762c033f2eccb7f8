"""준수율: how much of a planned day an agent spent as planned.

Pure: it reads nothing. Planned work is 상담 가능, 상담 중 or 후처리; a planned activity is 이석 for its reason. Around each change of
the plan there is the activity's grace (``services.floor.definitions``): within it, what stands on the other side of the change
counts as well, so that a talk that goes on into a break costs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models import AgentStatus
from services.floor.definitions import Definition
from services.reports.agent_days import PRESENT, Stretch

Span = tuple[datetime, datetime]
OFF = 'off'
"""Stands for the time before and after a shift."""
WORK = 'work'


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """One part of a shift: work, or an activity by the code of its away reason."""

    activity: str
    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long it is planned to last."""
        return (self.end - self.begin).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """Planned time until now, and how much of it was spent as planned."""

    planned_seconds: float
    kept_seconds: float

    @property
    def percent(self) -> float | None:
        """The 준수율; ``None`` without any planned time."""
        return 100 * self.kept_seconds / self.planned_seconds if self.planned_seconds else None


def adherence(
    parts: Sequence[PlannedPart],
    states: Sequence[Stretch],
    codes: Mapping[UUID, str],
    definition: Definition,
) -> Adherence:
    """Compare a plan with what happened.

    Args:
        parts: the parts of a shift, one after another without gaps.
        states: what the agent was, without gaps; planned time outside of it does not count.
        codes: the away reasons' codes by id.
        definition: has the grace by activity, and the activities that count neither for nor against.
    """
    if not states:
        return Adherence(planned_seconds=0.0, kept_seconds=0.0)
    outside: frozenset[str | None] = frozenset(definition.outside)
    first, last = states[0].begin, states[-1].end
    planned, kept = timedelta(), timedelta()
    for number, part in enumerate(parts):
        begin, end = max(part.begin, first), min(part.end, last)
        if end <= begin:
            continue
        before = parts[number - 1].activity if number else OFF
        after = parts[number + 1].activity if number + 1 < len(parts) else OFF
        grace = timedelta(seconds=definition.grace_of(part.activity))
        for state in states:
            if state.reason_id and codes.get(state.reason_id) in outside:
                continue
            planned += _length([_cut((begin, end), begin, end, state)])
            spans = _counting(part, state, codes, grace, before, after)
            kept += _length([_cut(one, begin, end, state) for one in spans])
    return Adherence(planned_seconds=planned.total_seconds(), kept_seconds=kept.total_seconds())


def is_as_planned(state: Stretch, activity: str, codes: Mapping[UUID, str]) -> bool:
    """Whether a state is what an activity asks for."""
    if activity == OFF:
        return state.status is AgentStatus.OFFLINE
    if activity == WORK:
        return state.status in PRESENT
    return state.status is AgentStatus.AWAY and codes.get(state.reason_id) == activity  # type: ignore[arg-type]  # None has no code


def _counting(
    part: PlannedPart,
    state: Stretch,
    codes: Mapping[UUID, str],
    grace: timedelta,
    before: str,
    after: str,
) -> list[Span]:
    """Return the times of a part in which a state would count."""
    if is_as_planned(state, part.activity, codes):
        return [(part.begin, part.end)]
    found = []
    if is_as_planned(state, before, codes):
        found.append((part.begin, part.begin + grace))
    if is_as_planned(state, after, codes):
        found.append((part.end - grace, part.end))
    return found


def _cut(span: Span, begin: datetime, end: datetime, state: Stretch) -> Span:
    return max(span[0], begin, state.begin), min(span[1], end, state.end)


def _length(spans: Sequence[Span]) -> timedelta:
    """Return how long at least one of these spans lasts."""
    whole, reached = timedelta(), None
    for begin, end in sorted(spans):
        since = begin if reached is None else max(begin, reached)
        if end > since:
            whole += end - since
            reached = end
    return whole
