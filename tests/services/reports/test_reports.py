"""A report equals the board of its day, each of its numbers opens as many contacts, and late facts count at once."""

import random
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from desk import clock
from desk.db import Database
from desk.errors import NotAllowedError
from models import Agent, AgentStatus, QueueMode, ReportLine, Sentiment
from services.floor.board import Number
from services.floor.definitions import day_of, definition_of
from services.registry import Services
from services.reports.figures import Figure
from services.reports.report_query import Grouping, ReportPeriod, ReportQuery, read_query
from services.reports.reports import Choice, ReportContacts
from tests.support.floors import Floor
from tests.support.make import Make
from tests.support.pasts import Past

BEGIN = datetime(2026, 3, 2, tzinfo=clock.SEOUL)
MARCH = ReportQuery(since=date(2026, 3, 1), until=date(2026, 3, 31))
TODAY = ReportQuery(period=ReportPeriod.TODAY)
SAME = {
    Number.ANSWERED: Figure.ANSWERED,
    Number.ABANDONED: Figure.ABANDONED,
    Number.SHORT: Figure.SHORT,
    Number.SERVICE_LEVEL: Figure.SERVICE_LEVEL,
    Number.ANSWER_RATE: Figure.ANSWER_RATE,
}
"""What the board and a report both show."""


@pytest.fixture
async def boss(make: Make) -> Agent:
    """A supervisor who takes no contacts."""
    return await make.supervisor(status=AgentStatus.OFFLINE)


@pytest.mark.slow
@pytest.mark.parametrize('seed', range(3))
async def test_report_of_a_day_equals_the_board(
    services: Services, another_desk: Services, make: Make, seed: int
) -> None:
    floor = Floor([services, another_desk], make, random.Random(seed))
    await floor.open()
    for number in range(60):
        with clock.moved(timedelta(seconds=number)):
            await floor.act()
    with clock.moved(timedelta(seconds=60)):
        _, board = await services.board.now(floor.supervisor)
        by_queue = await another_desk.reports.report(floor.supervisor, TODAY)
        by_agent = await services.reports.report(
            floor.supervisor, ReportQuery(period=ReportPeriod.TODAY, group=Grouping.AGENT)
        )

    rows = {row.key: row.numbers for row in by_queue.rows}
    for line in board.queues:
        for number, figure in SAME.items():
            count = rows[line.queue_id].count(figure) if line.queue_id in rows else 0
            assert count == line.numbers[number], (line.name, number)
    for number, figure in SAME.items():
        assert by_queue.total.count(figure) == board.total(number)
    assert by_queue.total.value(Figure.SERVICE_LEVEL) == board.percent(Number.SERVICE_LEVEL)
    people = {row.key: row.numbers for row in by_agent.rows}
    for agent in board.agents:
        handled = people.get(agent.agent.id)
        assert (handled.count(Figure.HANDLED) if handled else 0) == agent.handled
        if handled and agent.average_seconds is not None:
            average = handled.value(Figure.HANDLE_TIME)
            assert average == pytest.approx(agent.average_seconds, abs=0.01)


def check_value(value: float | None, figure: Figure, listed: ReportContacts) -> None:
    """The figure is what its contacts make."""
    shown = [one.seconds for one in listed.contacts if one.seconds is not None]
    points = [one.points for one in listed.contacts if one.points is not None]
    if points:
        assert value == sum(points) / listed.count
    elif shown and figure is not Figure.ANSWERED:
        assert value is not None
        assert sum(shown) <= value * listed.count + 0.01
    elif value is not None and value != listed.count:
        assert value == 100 * sum(one.counts for one in listed.contacts) / listed.count


@pytest.mark.slow
async def test_each_number_opens_as_many_contacts(
    services: Services, make: Make, db: Database, boss: Agent
) -> None:
    past = Past(db, random.Random(7), BEGIN)
    await past.people(make)
    for _ in range(30):
        for rows in past.rows():
            await past.keep(rows)

    for group in Grouping:
        query = ReportQuery(since=MARCH.since, until=MARCH.until, group=group)
        report = await services.reports.report(boss, query)
        choices = [
            (Choice(figure=figure, key=row.key), row.numbers)
            for row in report.rows[:3]
            for figure in Figure
        ]
        choices += [(Choice(figure=one, is_total=True), report.total) for one in Figure]
        for choice, numbers in choices:
            listed = await services.reports.contacts(boss, query, choice, limit=1_000)
            assert len(listed.contacts) == listed.count == numbers.count(choice.figure)
            check_value(numbers.value(choice.figure), choice.figure, listed)
    heat = await services.reports.heat(boss, MARCH)
    assert sum(one.count(Figure.ARRIVED) for one in heat.values()) == 30
    for (weekday, hour), numbers in list(heat.items())[:10]:
        choice = Choice(figure=Figure.ARRIVED, weekday=weekday, hour=hour)
        listed = await services.reports.contacts(boss, MARCH, choice)
        assert len(listed.contacts) == numbers.count(Figure.ARRIVED)


async def test_who_is_recognised_later_has_come_again(
    services: Services, make: Make, boss: Agent
) -> None:
    await make.queue(mode=QueueMode.PULL)
    agent = await make.agent(chat_capacity=5)
    customer = await make.customer()
    first, again = await make.chat(visitor_phone='01011112222'), await make.chat(visitor_phone='')
    for chat in (first, again):
        await services.chats.take(agent, chat.id)
    before = await services.reports.report(boss, TODAY)

    await make.changed(again, customer_id=customer.id)
    await make.changed(first, customer_id=customer.id)

    after = await services.reports.report(boss, TODAY)
    assert before.total.value(Figure.REPEATED) == 0
    assert after.total.value(Figure.REPEATED) == 50


async def test_what_is_learned_after_the_contact_counts_at_once(
    services: Services, make: Make, boss: Agent
) -> None:
    await make.queue(mode=QueueMode.PULL)
    agent = await make.agent(chat_capacity=5)
    category = await make.category('배송', '지연')
    chat = await make.chat(lines=1)
    await services.chats.take(agent, chat.id)
    await services.chats.end(agent, chat.id)
    query = ReportQuery(period=ReportPeriod.TODAY, group=Grouping.CATEGORY)
    [nameless] = (await services.reports.report(boss, query)).rows

    [wrap_up] = await services.wrap_ups.open_of(agent)
    await make.changed(wrap_up, category_id=category.id)
    await make.judged(chat, Sentiment.NEGATIVE)

    [named] = (await services.reports.report(boss, query)).rows
    assert (nameless.key, nameless.numbers.value(Figure.NEGATIVE)) == (None, None)
    assert (named.name, named.numbers.value(Figure.NEGATIVE)) == ('배송 > 지연', 100)


async def test_nothing_to_divide_by_is_no_figure(services: Services, boss: Agent) -> None:
    report = await services.reports.report(boss, TODAY)

    assert report.rows == []
    assert report.total.value(Figure.ARRIVED) == 0
    assert report.total.value(Figure.SERVICE_LEVEL) is None
    assert report.total.value(Figure.RATING) is None
    assert list(report.versions) == [definition_of(day_of(clock.now())).version]


async def test_reports_are_for_supervisors(services: Services, make: Make) -> None:
    agent = await make.agent()

    with pytest.raises(NotAllowedError):
        await services.reports.report(agent, TODAY)
    with pytest.raises(NotAllowedError):
        await services.reports.heat(agent, TODAY)
    with pytest.raises(NotAllowedError):
        await services.reports.contacts(agent, TODAY, Choice(figure=Figure.ARRIVED))


def test_periods_move_with_the_day() -> None:
    today = day_of(clock.now())
    days = {one: ReportQuery(period=one).days for one in ReportPeriod}

    assert days[ReportPeriod.TODAY] == (today, today)
    assert days[ReportPeriod.THIS_WEEK][0].weekday() == 0
    assert days[ReportPeriod.LAST_WEEK][1].weekday() == 6
    assert days[ReportPeriod.LAST_MONTH][1] + timedelta(days=1) == days[ReportPeriod.THIS_MONTH][0]
    assert (days[ReportPeriod.YEAR][1] - days[ReportPeriod.YEAR][0]).days in (364, 365)


def test_address_carries_the_query_and_what_it_gets_wrong_is_named() -> None:
    query = ReportQuery(
        since=date(2026, 3, 1), until=date(2026, 3, 2), group=Grouping.HOUR, department='결제'
    )
    given = {'from': '2026-03-01', 'to': '2026-03-02', 'group': 'hour', 'department': '결제'}

    assert query.address == 'from=2026-03-01&to=2026-03-02&group=hour&department=%EA%B2%B0%EC%A0%9C'
    assert read_query(given) == (query, ())
    wrong, names = read_query({'from': '2026-03-09', 'to': '2026-03-02', 'group': 'moon'})
    assert (wrong.period, names) == (ReportPeriod.TODAY, ('group', 'from', 'to'))


async def test_erased_number_leaves_no_digest_behind(
    services: Services, make: Make, db: Database, boss: Agent
) -> None:
    await make.queue(mode=QueueMode.PULL)
    agent = await make.agent()
    chat = await make.chat(visitor_phone='01011112222')
    await services.chats.take(agent, chat.id)
    await services.reports.report(boss, TODAY)
    before = await people(db)

    await make.changed(chat, visitor_phone='')
    await services.reports.report(boss, TODAY)

    assert len(before) == 1
    assert await people(db) == set()


async def people(db: Database) -> set[UUID]:
    """Return the customers and digests in the rollups."""
    async with db.reading() as session:
        return {one for one in (await session.exec(select(ReportLine.person))).all() if one}
