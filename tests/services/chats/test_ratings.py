"""Ratings: who may give one and when, that it is one row whose figures agree everywhere, and that it holds no secrets."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, TooManyError
from models import Agent, AgentStatus, ChatRating, ChatSession, ContactStep, QueueMode, StepKind
from services.chats.events import Rating
from services.customers.erasure import ErasureReason
from services.floor.today import Measure
from services.history.filter import HistoryFilter
from services.registry import Services
from services.reports.figures import Figure
from services.reports.report_query import Grouping, ReportQuery
from services.reports.reports import Choice
from tests.support.make import Make


async def ended(services: Services, make: Make, agent: Agent) -> ChatSession:
    """Return a chat that an agent had and that its customer ended."""
    chat = await make.chat()
    await services.chats.take(agent, chat.id)
    await services.visits.leave(chat.id)
    return chat


@pytest.fixture
async def agent(make: Make) -> Agent:
    """An agent who takes chats from a list."""
    await make.queue(mode=QueueMode.PULL)
    return await make.agent(chat_capacity=5)


async def test_rating_is_one_row_that_can_be_changed(
    services: Services, make: Make, agent: Agent, db: Database
) -> None:
    chat = await ended(services, make, agent)

    await services.ratings.rate(chat.id, 2, '  느렸어요 ')
    await services.ratings.rate(chat.id, 2, '느렸어요')
    changed = await services.ratings.rate(chat.id, 5, '주민번호 900101-1234567 확인해 주셨어요')

    assert changed.score == 5
    assert '1234567' not in changed.comment
    assert await services.ratings.of_chat(chat.id) == changed
    async with db.reading() as session:
        [row] = (await session.exec(select(ChatRating))).all()
        of_rating = select(ContactStep).where(col(ContactStep.kind) == StepKind.RATED)
        steps = (await session.exec(of_rating.order_by(col(ContactStep.id)))).all()
    assert (row.score, row.comment) == (5, changed.comment)
    assert [(one.score, one.agent_id) for one in steps] == [(2, agent.id), (5, agent.id)]


@pytest.mark.parametrize(
    ('state', 'key'),
    [('open', 'rating.too_early'), ('gone', 'rating.nobody'), ('old', 'rating.too_late')],
)
async def test_only_an_ended_chat_with_an_agent_is_rated_within_a_day(
    services: Services, make: Make, agent: Agent, state: str, key: str
) -> None:
    if state == 'old':
        chat = await ended(services, make, agent)
    else:
        chat = await make.chat()
    if state == 'open':
        await services.chats.take(agent, chat.id)
    elif state == 'gone':
        await services.visits.leave(chat.id)

    with (
        clock.moved(timedelta(days=1, seconds=1) if state == 'old' else timedelta()),
        pytest.raises(ConflictError) as refused,
    ):
        await services.ratings.rate(chat.id, 5)

    assert refused.value.key == key
    assert await services.ratings.of_chat(chat.id) is None


@pytest.mark.parametrize(('score', 'comment'), [(0, ''), (6, ''), (3, '가' * 501), (3, 'a\x00')])
async def test_nonsense_is_refused(
    services: Services, make: Make, agent: Agent, score: int, comment: str
) -> None:
    chat = await ended(services, make, agent)

    with pytest.raises(InvalidInputError):
        await services.ratings.rate(chat.id, score, comment)


async def test_board_day_report_and_history_show_the_same_rating(
    services: Services, make: Make, agent: Agent
) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    board_before = await services.board.now(boss)
    rated, other = [await ended(services, make, agent) for _ in range(2)]
    await services.ratings.rate(rated.id, 1)
    await services.ratings.rate(rated.id, 4, '좋아요')

    await services.board.refresh()
    board, snapshot = await services.board.now(boss)
    report = await services.reports.report(boss, ReportQuery(group=Grouping.AGENT))
    curves = await services.today.curves(boss)
    found = await services.history.page(boss, HistoryFilter(rating=4))
    choice = Choice(figure=Figure.RATING, key=agent.id)
    behind = await services.reports.contacts(boss, report.query, choice)

    assert all(one.rating is None for one in board_before[1].agents)
    [line] = [one for one in snapshot.agents if one.agent.id == agent.id]
    assert (line.rated, line.rating) == (1, 4.0)
    assert [*board.ledger.rated(agent.id)] == [rated.id]
    [row] = [one for one in report.rows if one.key == agent.id]
    assert (row.numbers.count(Figure.RATING), row.numbers.value(Figure.RATING)) == (1, 4.0)
    assert [(one.id, one.points) for one in behind.contacts] == [(rated.id, 4)]
    assert [one for one in curves.today[Measure.RATING] if one] == [4.0]
    assert [(one.id, one.rating) for one in found.contacts] == [
        (rated.id, Rating(score=4, comment='좋아요'))
    ]
    unrated = await services.history.contact(boss, other.id)
    assert unrated.rating is None


async def test_rating_changed_after_midnight_counts_where_it_was_first_given(
    services: Services, make: Make, agent: Agent
) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    chat = await ended(services, make, agent)
    await services.ratings.rate(chat.id, 2)
    today = clock.now()

    with clock.moved(timedelta(hours=23, minutes=59)):
        await services.ratings.rate(chat.id, 5)
        day = today.astimezone(clock.SEOUL).date()
        of_day = ReportQuery(since=day, until=day)
        report = await services.reports.report(boss, of_day)
        _board, then = await services.board.at(boss, today)

    assert report.total.value(Figure.RATING) == 5.0
    [line] = [one for one in then.agents if one.agent.id == agent.id]
    assert line.rating == 2.0  # as the board showed it then


async def test_customer_who_is_in_a_hurry_is_slowed_down(
    services: Services, make: Make, agent: Agent
) -> None:
    chat = await ended(services, make, agent)
    for number in range(10):
        await services.ratings.rate(chat.id, number % 5 + 1)

    with pytest.raises(TooManyError):
        await services.ratings.rate(chat.id, 1)


async def test_comment_goes_with_its_customer_and_the_score_stays(
    services: Services, make: Make, agent: Agent
) -> None:
    boss, customer = await make.supervisor(), await make.customer()
    chat = await make.chat(customer_id=customer.id)
    await services.chats.take(agent, chat.id)
    await services.visits.leave(chat.id)
    await services.ratings.rate(chat.id, 4, '이민준인데요, 고마워요')

    await services.customer_erasure.erase(boss, customer.id, ErasureReason.REQUEST)

    assert await services.ratings.of_chat(chat.id) == Rating(score=4, comment='')
