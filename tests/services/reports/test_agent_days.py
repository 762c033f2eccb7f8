"""An agent's day: states without gaps, and an occupancy that never passes 100 %."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import clock
from desk.errors import NotAllowedError
from models import AgentStatus, Channel, QueueMode, StepKind
from services.floor.ledger import Fact, Ledger
from services.registry import Services
from services.reports.agent_days import PRESENT, loads_of, occupancy, stretches
from services.reports.report_query import ReportPeriod, ReportQuery
from tests.support.make import Make

BEGIN = datetime(2026, 3, 2, 9, tzinfo=clock.SEOUL)
UNTIL = BEGIN + timedelta(hours=8)
AGENT, QUEUE = uuid4(), uuid4()


def after(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def steps(*told: tuple[StepKind, float], channel: Channel = Channel.CHAT) -> list[Fact]:
    """The steps of one contact of the agent, after so many minutes."""
    contact_id = uuid4()
    return [
        Fact(number, contact_id, channel, kind, after(minutes), QUEUE, AGENT, after(0))
        for number, (kind, minutes) in enumerate(told, start=1)
    ]


def test_chat_takes_its_share_of_the_capacity_and_a_call_all_of_it() -> None:
    there = stretches(BEGIN, after(60), [(after(0), AgentStatus.AVAILABLE, None)])
    talk = ((StepKind.TAKEN, 0.0), (StepKind.ENDED, 30.0))

    chat = loads_of(Ledger(BEGIN.date(), {}), steps(*talk), {AGENT: 2})
    call = loads_of(Ledger(BEGIN.date(), {}), steps(*talk, channel=Channel.CALL), {AGENT: 2})

    assert occupancy(there, chat[AGENT]) == pytest.approx(25)
    assert occupancy(there, call[AGENT]) == pytest.approx(50)


def test_time_away_is_not_divided_by() -> None:
    changes = [(after(-60), AgentStatus.AVAILABLE, None), (after(30), AgentStatus.AWAY, None)]
    found = stretches(BEGIN, after(60), changes)

    assert [(one.status, one.seconds) for one in found] == [
        (AgentStatus.AVAILABLE, 1800),
        (AgentStatus.AWAY, 1800),
    ]
    assert occupancy(found, []) == 0
    assert occupancy(found[1:], []) is None


@given(
    st.lists(st.tuples(st.integers(-60, 500), st.sampled_from(AgentStatus)), max_size=12),
    st.lists(st.tuples(st.integers(0, 480), st.integers(0, 120)), max_size=8),
    st.integers(1, 3),
)
def test_no_occupancy_passes_100_and_no_time_is_lost(
    changed: list[tuple[int, AgentStatus]], talks: list[tuple[int, int]], capacity: int
) -> None:
    found = stretches(BEGIN, UNTIL, [(after(at), one, None) for at, one in sorted(changed)])
    told = [
        one
        for begin, minutes in talks
        for one in steps((StepKind.TAKEN, begin), (StepKind.ENDED, begin + minutes))
    ]

    loads = loads_of(
        Ledger(BEGIN.date(), {}), sorted(told, key=lambda one: one.at), {AGENT: capacity}
    )
    percent = occupancy(found, loads.get(AGENT, []))

    assert sum(one.seconds for one in found) == (UNTIL - BEGIN).total_seconds()
    assert [one.end for one in found[:-1]] == [one.begin for one in found[1:]]
    assert (percent is None) == (not any(one.status in PRESENT for one in found))
    assert percent is None or 0 <= percent <= 100


async def test_day_shows_who_was_there(services: Services, make: Make) -> None:
    await make.queue(mode=QueueMode.PULL)
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent, absent = await make.agent(chat_capacity=2), await make.agent()
    with clock.moved(-timedelta(days=3)):
        await services.agent_states.choose(agent.id, AgentStatus.AWAY)
        await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)
        chat = await make.chat()
        await services.chats.take(agent, chat.id)
        day = clock.now().astimezone(clock.SEOUL).date()

    of_day = await services.day_reports.agent_days(boss, ReportQuery(since=day, until=day))
    [next_day] = await services.day_reports.agent_days(
        boss, ReportQuery(since=day, until=day + timedelta(days=1))
    )

    [one] = of_day
    assert one.name == agent.name
    assert 0 < (one.occupancy or 0) <= 50
    assert [state.status for state in next_day.stretches] == [AgentStatus.BUSY]
    assert next_day.occupancy == pytest.approx(50)
    with pytest.raises(NotAllowedError):
        await services.day_reports.agent_days(absent, ReportQuery(period=ReportPeriod.TODAY))
