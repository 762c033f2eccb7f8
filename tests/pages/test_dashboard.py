"""The dashboard without a browser: every number opens as many as it says, it moves by itself, and its address is a second."""

import asyncio
import re
from datetime import timedelta

import pytest
from nicegui.testing import User

from desk import clock
from models import Agent, AgentStatus, QueueMode
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece
from services.chats.visits import ChatStart
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

pytestmark = pytest.mark.slow
NUMBER = re.compile(r'data-open="([^"]+)" aria-label="([^"]+)"')


@pytest.fixture
async def boss(make: Make) -> Agent:
    """A supervisor who takes no contacts."""
    return await make.supervisor(status=AgentStatus.OFFLINE)


async def come(services: Services, name: str, *, department: str = DEPARTMENT) -> object:
    form = ChatStart(name=name, phone='010-9876-5432', department=department)
    return (await services.visits.start(form)).chat.id


async def busy_floor(services: Services, make: Make) -> Agent:
    """Three wait, one talks, one is on hold, one is in 후처리, one gave up."""
    await make.queue(mode=QueueMode.PULL)
    await make.queue(name='환불', department='결제')
    agent = await make.agent(status=AgentStatus.OFFLINE, chat_capacity=5)
    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)
    ids = [await come(services, f'고객 {one}') for one in range(7)]
    for chat_id in ids[:3]:
        await services.chats.take(agent, chat_id)  # type: ignore[arg-type]
    await services.chats.hold(agent, ids[1])  # type: ignore[arg-type]
    await services.chats.end(agent, ids[2])  # type: ignore[arg-type]
    await services.visits.leave(ids[3])  # type: ignore[arg-type]
    return agent


def numbers(user: User) -> dict[str, str]:
    """Return what every number opens, and its accessible name."""
    found: dict[str, str] = {}
    for piece in user.find(kind=Living).elements:
        found |= dict(NUMBER.findall(str(piece._inside)))
    return found


async def test_every_number_is_a_button_that_opens_as_many(
    sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    await busy_floor(services, make)
    user = await sign_in(boss)
    await user.open('/desk/dashboard')
    await user.should_see('최장 대기', retries=100)
    seen = numbers(user)
    assert len(seen) > 30

    for opens, name in seen.items():
        label, count = re.match(r'(\D+?) (\d+%?|\u2013)', name).groups()  # type: ignore[union-attr]
        assert label
        user.find(kind=Living, content='목표').trigger('click', opens)
        if count.isdecimal():
            await until_rows(user, int(count), opens)
        user.find(kind=Living, content='목표').trigger('click', opens)


async def until_rows(user: User, count: int, opens: str) -> None:
    """Wait until the list of a number has so many rows."""
    title = '상담원 현황' if opens.startswith('status') else '숫자에 해당하는 상담'
    for _ in range(100):
        if rows(user, title) == count:
            return
        await asyncio.sleep(0.02)
    assert rows(user, title) == count, opens


def rows(user: User, title: str) -> int:
    """Count the rows of a table that is seen."""
    tables = [str(one._inside) for one in user.find(kind=Living).elements]
    return sum(one.count('<tr data-key') for one in tables if f'aria-label="{title}"' in one)


async def test_board_moves_by_itself(
    sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    await make.queue(mode=QueueMode.PULL)
    user = await sign_in(boss)
    await user.open('/desk/dashboard')
    await user.should_see('최장 대기', retries=100)

    await come(services, '정하윤')

    for _ in range(100):
        if numbers(user)['waiting:all'] == '대기 1':
            break
        await asyncio.sleep(0.05)
    assert numbers(user)['waiting:all'] == '대기 1'


async def test_agents_are_told_that_it_is_not_theirs(user: User) -> None:
    await user.open('/desk/dashboard')

    await user.should_see('팀장', retries=100)
    await user.should_not_see('최장 대기')


async def test_address_names_a_second_of_the_past(
    sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    await busy_floor(services, make)
    with clock.moved(timedelta(minutes=10)):
        await come(services, '늦은 고객')
        now = clock.now() - timedelta(minutes=5)
        user = await sign_in(boss)
        await user.open(
            f'/desk/dashboard?at={now.astimezone(clock.SEOUL):%Y-%m-%dT%H:%M:%S}&show=waiting:all'
        )
        await user.should_see('대기 · 전체', retries=100)

        assert numbers(user)['waiting:all'] == '대기 3'
        await user.should_not_see('늦은 고객')
        user.find('지금으로').click()
        await user.should_see('늦은 고객', retries=100)


async def test_change_is_asked_about_done_and_taken_back(
    sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    await busy_floor(services, make)
    helper = await make.agent(department='결제', last_name='이', first_name='도움')
    user = await sign_in(boss)
    await user.open('/desk/dashboard')
    await user.should_see('최장 대기', retries=100)

    user.find('지금 옮기면?').click()
    await user.should_see('물어보기', retries=100)
    asked = {'minutes': '10', 'department': DEPARTMENT, f'agent-{helper.id}': 'on'}
    user.find(kind=Piece, content='물어보기').trigger('submit', asked)
    await user.should_see('남는 대기', retries=200)
    user.find('이대로 하기').click()
    await user.should_see('지금 되돌리기', retries=100)

    assert (await services.agents.agent(helper.id)).department == DEPARTMENT
    [done] = await services.what_if.recent(boss)
    user.find(kind=Living, content='지금 되돌리기').trigger('click', str(done.forecast.id))
    await until(lambda: _is_in(services, helper, '결제'))


async def test_nothing_to_ask_about_is_said_in_the_dialog(sign_in: SignIn, boss: Agent) -> None:
    user = await sign_in(boss)
    await user.open('/desk/dashboard')
    await user.should_see('정의 v', retries=100)
    user.find('지금 옮기면?').click()
    await user.should_see('물어보기', retries=100)

    user.find(kind=Piece, content='물어보기').trigger('submit', {'minutes': '30'})

    await user.should_see('옮길 상담원과 부서를 고르거나', retries=100)


async def _is_in(services: Services, agent: Agent, department: str) -> bool:
    return (await services.agents.agent(agent.id)).department == department
