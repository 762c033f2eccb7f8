"""지금 옮기면?: asked of the floor as it is, done with one press, undone at its time, compared afterwards."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, AgentStatus, QueueMode
from services.chats.visits import ChatStart
from services.forecast.what_if import Wish
from services.registry import Services
from tests.support.make import Make

HALF_AN_HOUR = 30


async def come(services: Services, department: str, *, number: int) -> UUID:
    form = ChatStart(name='정하윤', phone=f'0105555{number:04}', department=department)
    return (await services.visits.start(form)).chat.id


@pytest.fixture
async def boss(make: Make) -> Agent:
    return await make.supervisor(status=AgentStatus.OFFLINE)


@pytest.fixture
async def payers(make: Make) -> list[Agent]:
    """결제 has four agents and nothing to do, 배송 one agent and twelve who wait."""
    await make.queue(name='결제', department='결제', mode=QueueMode.PULL)
    await make.queue(name='배송', department='배송', mode=QueueMode.PULL)
    await make.agent(department='배송', chat_capacity=1)
    return [await make.agent(department='결제', chat_capacity=1) for _ in range(4)]


async def test_two_who_are_lent_shorten_the_wait_and_come_back_at_their_time(
    services: Services, boss: Agent, payers: list[Agent]
) -> None:
    for number in range(12):
        await come(services, '배송', number=number)
    lent = tuple(one.id for one in payers[:2])
    wish = Wish(minutes=HALF_AN_HOUR, agent_ids=lent, department='배송')

    answer = await services.what_if.ask(boss, wish)
    _, snapshot = await services.board.now(boss)
    [ship] = [str(one.queue_id) for one in snapshot.queues if one.name == '배송']
    [as_it_is] = [one for one in answer.as_it_is if one.queue_id == ship]
    [changed] = [one for one in answer.changed if one.queue_id == ship]
    await services.what_if.do(boss, wish, answer)
    there = [(await services.agents.agent(one)).department for one in lent]
    again = await services.what_if.give_back_due()
    with clock.moved(timedelta(minutes=HALF_AN_HOUR)):
        given_back = await services.what_if.give_back_due()

    assert answer.runs >= 20
    assert changed.waiting.middle < as_it_is.waiting.middle
    assert there == ['배송', '배송']
    assert (again, given_back) == (0, 2)
    assert [(await services.agents.agent(one)).department for one in lent] == ['결제', '결제']


async def test_what_came_stands_beside_what_was_foretold(
    services: Services, make: Make, boss: Agent, payers: list[Agent]
) -> None:
    agent = await make.agent(department='배송')
    wish = Wish(minutes=10, agent_ids=(payers[0].id,), department='배송')
    await services.what_if.do(boss, wish, await services.what_if.ask(boss, wish))
    await services.chats.take(agent, await come(services, '배송', number=1))

    [before] = await services.what_if.recent(boss)
    with clock.moved(timedelta(minutes=10)):
        [after] = await services.what_if.recent(boss)

    assert (before.is_over, before.came) == (False, {})
    assert after.is_over
    [came] = after.came.values()
    assert came.level == 100
    assert came.wait == pytest.approx(0, abs=5)


async def test_agents_are_given_back_early_and_are_not_lent_twice(
    services: Services, boss: Agent, payers: list[Agent]
) -> None:
    wish = Wish(minutes=10, agent_ids=(payers[0].id,), department='배송')
    answer = await services.what_if.ask(boss, wish)
    done = await services.what_if.do(boss, wish, answer)

    with pytest.raises(ConflictError):
        await services.what_if.do(boss, wish, answer)
    await services.what_if.take_back(boss, done.id)

    assert (await services.agents.agent(payers[0].id)).department == '결제'


async def test_everybody_is_asked_for_no_breaks(
    services: Services, boss: Agent, payers: list[Agent]
) -> None:
    wish = Wish(minutes=20, holds_breaks=True)

    await services.what_if.do(boss, wish, await services.what_if.ask(boss, wish))

    [notice] = await services.queue_notices.unread(payers[0])
    assert '20분' in notice.body


@pytest.mark.parametrize(
    ('wish', 'error'),
    [
        (Wish(minutes=30), InvalidInputError),
        (Wish(minutes=31, holds_breaks=True), InvalidInputError),
        (Wish(minutes=30, department='배송'), InvalidInputError),
    ],
)
async def test_nothing_to_ask_about_is_said(
    services: Services, boss: Agent, wish: Wish, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await services.what_if.ask(boss, wish)


async def test_unknown_places_and_people_are_refused(
    services: Services, boss: Agent, payers: list[Agent]
) -> None:
    for agent_id, department in ((payers[0].id, '없는 곳'), (uuid4(), '배송')):
        with pytest.raises(NotFoundError):
            await services.what_if.ask(
                boss, Wish(minutes=30, agent_ids=(agent_id,), department=department)
            )
    with pytest.raises(NotAllowedError):
        await services.what_if.ask(payers[0], Wish(minutes=30, holds_breaks=True))


async def test_only_who_has_the_skill_is_of_use_where_routing_asks_for_it(
    services: Services, make: Make, boss: Agent
) -> None:
    admin = await make.admin(status=AgentStatus.OFFLINE)
    english = await services.skills.add(admin, '영어')
    await make.queue(
        name='해외', department='해외', mode=QueueMode.PUSH, skill_id=english.id, min_level=2,
        wider_level=2,
    )  # fmt: skip
    await make.queue(name='결제', department='결제', mode=QueueMode.PUSH)
    without, fluent = [await make.agent(department='결제', chat_capacity=3) for _ in range(2)]
    await services.skills.set_levels(admin, fluent.id, {english.id: 4})
    for number in range(3):
        await come(services, '해외', number=number)

    async def waiting_after(agent: Agent) -> float:
        wish = Wish(minutes=10, agent_ids=(agent.id,), department='해외')
        answer = await services.what_if.ask(boss, wish)
        _, snapshot = await services.board.now(boss)
        [abroad] = [str(one.queue_id) for one in snapshot.queues if one.name == '해외']
        return next(one for one in answer.changed if one.queue_id == abroad).waiting.middle

    assert await waiting_after(without) >= 3
    assert await waiting_after(fluent) < 3
