"""준수율: a plan against what happened, with its grace; shifts are planned by supervisors within their reach."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import DeskError, InvalidInputError, NotAllowedError, NotFoundError
from models import AgentStatus, AgentStatusChange, AuditEntry, Shift
from services.floor.definitions import beginning_of, definition_of
from services.registry import Services
from services.reports.adherence import WORK, PlannedPart, adherence
from services.reports.agent_days import occupancy, stretches
from services.reports.report_query import ReportQuery
from services.reports.shifts import PlannedActivity, ShiftPlan, parts_of
from tests.support.make import Make

DAY = date(2026, 3, 2)
MIDNIGHT = beginning_of(DAY)
MEAL, BREAK, REST = uuid4(), uuid4(), uuid4()
CODES = {MEAL: 'meal', BREAK: 'break', REST: 'protected_rest'}
GRACE = {WORK: 180, 'meal': 300, 'break': 180}
RULES = replace(definition_of(date(2026, 12, 1)), grace_seconds=GRACE)
A = AgentStatus


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


NINE_TO_SIX = [
    PlannedPart(activity=WORK, begin=at(9), end=at(12)),
    PlannedPart(activity='meal', begin=at(12), end=at(13)),
    PlannedPart(activity=WORK, begin=at(13), end=at(18)),
]


def percent(*told: tuple[float, AgentStatus, UUID | None], until: float = 24) -> float | None:
    """Return the 준수율 of a day with these changes of state, in hours."""
    states = stretches(MIDNIGHT, at(until), [(at(hour), status, why) for hour, status, why in told])
    return adherence(NINE_TO_SIX, states, CODES, RULES).percent


def test_day_as_planned_is_kept_whole() -> None:
    went = [(9.0, A.AVAILABLE, None), (12.0, A.AWAY, MEAL), (13.0, A.BUSY, None), (18.0, A.OFFLINE, None)]  # fmt: skip

    assert percent(*went) == 100


def test_talk_that_goes_on_into_the_meal_is_within_its_grace() -> None:
    late = [(9.05, A.AVAILABLE, None), (12 + 5 / 60, A.AWAY, MEAL), (13.05, A.BUSY, None), (18.0, A.OFFLINE, None)]  # fmt: skip

    assert percent(*late) == pytest.approx(100)
    too_late = [(9.0, A.AVAILABLE, None), (12.5, A.AWAY, MEAL), (13.0, A.BUSY, None), (18.0, A.OFFLINE, None)]  # fmt: skip
    assert percent(*too_late) == pytest.approx(100 * (9 * 60 - 30 + 5) / (9 * 60))


def test_another_break_than_the_planned_one_is_none() -> None:
    went = [(9.0, A.AVAILABLE, None), (12.0, A.AWAY, BREAK), (13.0, A.AVAILABLE, None), (18.0, A.OFFLINE, None)]  # fmt: skip

    assert percent(*went) == pytest.approx(100 * 8 / 9)


def test_rest_after_abuse_counts_neither_for_nor_against() -> None:
    went = [(9.0, A.AVAILABLE, None), (10.0, A.AWAY, REST), (11.0, A.AVAILABLE, None), (12.0, A.AWAY, MEAL), (13.0, A.BUSY, None), (18.0, A.OFFLINE, None)]  # fmt: skip
    states = stretches(MIDNIGHT, at(24), [(at(hour), status, why) for hour, status, why in went])

    found = adherence(NINE_TO_SIX, states, CODES, RULES)

    assert (found.planned_seconds, found.percent) == (8 * 3600, 100)
    assert occupancy(states, [(at(9), 1.0)]) == 100  # the hour is not in it either
    before = replace(RULES, outside=definition_of(date(2026, 11, 30)).outside)
    assert adherence(NINE_TO_SIX, states, CODES, before).percent == pytest.approx(100 * 8 / 9)


def test_who_never_came_kept_only_the_graces() -> None:
    assert percent() == pytest.approx(100 * 6 / (9 * 60))  # 3 minutes at each end
    assert percent(until=8) is None  # nothing was planned until then
    assert adherence([], [], CODES, RULES).percent is None


@given(
    st.lists(
        st.tuples(
            st.floats(0, 24),
            st.sampled_from(list(AgentStatus)),
            st.sampled_from([MEAL, BREAK, None]),
        ),
        max_size=20,
    ),
    st.floats(0.1, 24),
)
def test_adherence_is_a_share_whatever_happens(
    changed: list[tuple[float, AgentStatus, UUID | None]], until: float
) -> None:
    told = [(at(hour), status, why) for hour, status, why in sorted(changed, key=lambda one: one[0])]  # fmt: skip
    found = adherence(NINE_TO_SIX, stretches(MIDNIGHT, at(until), told), CODES, RULES)

    assert 0 <= found.kept_seconds <= found.planned_seconds + 1e-6
    assert (found.percent is None) == (until <= 9)


# ---- the shift table

PLAN = ShiftPlan(
    day=DAY, begin='09:00', until='18:00',
    activities=[
        PlannedActivity(code='break', begin='15:00', until='15:15'),
        PlannedActivity(code='meal', begin='12:00', until='13:00'),
    ],
)  # fmt: skip


async def test_shift_is_planned_for_days_in_a_row_and_replaced(
    services: Services, make: Make, db: Database
) -> None:
    boss, agent = await make.supervisor(), await make.agent()
    await services.shifts.plan(boss, agent.id, ShiftPlan(day=DAY, begin='22:00', until='07:00'))

    plan = ShiftPlan(day=DAY, begin='09:00', until='18:00', activities=PLAN.activities, days=3)
    await services.shifts.plan(boss, agent.id, plan)

    [one] = await services.shifts.of_day(boss, DAY)
    assert [part.activity for part in parts_of(one.shift)] == [WORK, 'meal', WORK, 'break', WORK]
    assert (one.shift.begin, one.shift.until) == (at(9), at(18))
    assert len(await services.shifts.of_day(boss, DAY + timedelta(days=2))) == 1
    await services.shifts.remove(boss, agent.id, DAY)
    await services.shifts.remove(boss, agent.id, DAY)
    assert await services.shifts.of_day(boss, DAY) == []
    async with db.reading() as session:
        rows = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
    assert [row.action for row in rows] == ['shift_changed'] * 3


async def test_night_shift_ends_on_the_next_day(services: Services, make: Make) -> None:
    boss, agent = await make.supervisor(), await make.agent()
    night = ShiftPlan(
        day=DAY, begin='22:00', until='07:00',
        activities=[PlannedActivity(code='meal', begin='00:30', until='01:30')],
    )  # fmt: skip

    await services.shifts.plan(boss, agent.id, night)

    [one] = await services.shifts.of_day(boss, DAY)
    assert [(part.begin, part.end) for part in parts_of(one.shift)] == [
        (at(22), at(24.5)), (at(24.5), at(25.5)), (at(25.5), at(31)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    'changes',
    [
        {'begin': '9'}, {'until': '25:00'}, {'days': 0}, {'days': 32},
        {'activities': [PlannedActivity(code='meal', begin='17:30', until='18:30')]},
        {'activities': [PlannedActivity(code='sleep', begin='12:00', until='13:00')]},
        {'activities': [PlannedActivity(code='meal', begin='12:00', until='13:00')] * 2},
        {'activities': [PlannedActivity(code='meal', begin='12:00', until='')]},
        {'activities': [PlannedActivity(code='break', begin=f'{9 + one:02}:00', until=f'{9 + one:02}:05') for one in range(9)]},
    ],
)  # fmt: skip
async def test_shift_that_cannot_be_is_refused(
    services: Services, make: Make, db: Database, changes: dict[str, object]
) -> None:
    boss, agent = await make.supervisor(), await make.agent()
    values = {'day': DAY, 'begin': '09:00', 'until': '18:00'} | changes

    with pytest.raises(InvalidInputError):
        await services.shifts.plan(boss, agent.id, ShiftPlan(**values))  # type: ignore[arg-type]

    async with db.reading() as session:
        assert (await session.exec(select(Shift))).all() == []


async def test_supervisors_plan_within_their_reach(services: Services, make: Make) -> None:
    boss = await make.supervisor(departments=['환불'])
    agent, other = await make.agent(), await make.agent(department='환불')
    whole = await make.supervisor()
    for one in (agent, other):
        await services.shifts.plan(whole, one.id, PLAN)

    refusals: list[type[DeskError]] = []
    for by, whom in ((boss, agent.id), (agent, agent.id), (whole, uuid4())):
        for act in (
            services.shifts.plan(by, whom, PLAN),
            services.shifts.remove(by, whom, DAY),
        ):
            with pytest.raises((NotFoundError, NotAllowedError)) as refused:
                await act
            refusals.append(refused.type)

    assert refusals == [NotFoundError] * 2 + [NotAllowedError] * 2 + [NotFoundError] * 2
    assert [one.shift.agent_id for one in await services.shifts.of_day(boss, DAY)] == [other.id]
    assert {*await services.shifts.people(boss)} == {other.id}
    with pytest.raises(NotAllowedError):
        await services.shifts.of_day(agent, DAY)


async def test_agents_day_is_compared_with_its_shift(
    services: Services, make: Make, db: Database
) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent, absent, unplanned = [await make.agent() for _ in range(3)]
    day = (clock.now() - timedelta(days=2)).astimezone(clock.SEOUL).date()
    plan = ShiftPlan(day=day, begin='09:00', until='18:00')
    for one in (agent, absent):
        await services.shifts.plan(boss, one.id, plan)
    nine = beginning_of(day) + timedelta(hours=9)
    async with db.transaction() as session:
        for one in (agent, unplanned):
            for hours, status in ((0, A.AVAILABLE), (4.5, A.OFFLINE)):
                session.add(
                    AgentStatusChange(
                        agent_id=one.id, status=status, created_at=nine + timedelta(hours=hours)
                    )
                )

    found = {
        one.agent_id: one
        for one in await services.day_reports.agent_days(boss, ReportQuery(since=day, until=day))
    }

    assert found[agent.id].adherence == pytest.approx(100 * (4.5 + 0.05) / 9)
    assert found[agent.id].plan == [(WORK, nine, nine + timedelta(hours=9))]
    assert found[absent.id].adherence == pytest.approx(100 * 0.1 / 9)
    assert found[unplanned.id].adherence is None
