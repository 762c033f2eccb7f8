"""배정·이동 without a browser: who may pick, what the form does, and what it says when nothing can be done."""

import pytest
from nicegui.testing import User

from models import Agent, AgentStatus, Priority
from pages.parts.kit.markup import Piece
from services.chats.events import ChatCard
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.make import Make
from tests.support.until import until

pytestmark = pytest.mark.slow


@pytest.fixture
async def boss(make: Make) -> Agent:
    """A supervisor who takes no contacts."""
    return await make.supervisor(status=AgentStatus.OFFLINE)


async def picking(user: User, name: str) -> None:
    """Pick a waiting contact and ask what to do with it."""
    await user.open('/desk')
    await user.should_see(name, retries=100)
    user.find(name).trigger('click', 'pick')
    await user.should_see('1건 고름', retries=100)
    user.find('배정·이동').click()
    await user.should_see('상담 1건 배정·이동', retries=100)


async def test_priority_is_changed_by_the_form(
    sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    chat = await make.chat(visitor_name='정하윤')
    user = await sign_in(boss)
    await picking(user, '정하윤')

    form = {'deed': 'priority', 'priority': 'urgent', 'reason': '세 번째 문의'}
    user.find(kind=Piece, content='사유').trigger('submit', form)

    await user.should_see('상담 1건을 처리했습니다', retries=100)
    await user.should_see('긴급', retries=100)
    assert (await services.chats.chat(boss, chat.id)).priority is Priority.URGENT


async def test_move_and_priority_are_taken_back_by_one_press(
    sign_in: SignIn, make: Make, services: Services, boss: Agent
) -> None:
    other = await make.queue(name='환불', department='결제')
    chat = await make.chat(visitor_name='정하윤')
    was = await services.chats.chat(boss, chat.id)
    user = await sign_in(boss)

    for form in (
        {'deed': 'priority', 'priority': 'urgent', 'reason': '급함'},
        {'deed': 'moved', 'queue': str(other.id), 'reason': '환불 문의'},
    ):
        await picking(user, '정하윤')
        user.find(kind=Piece, content='사유').trigger('submit', form)
        await user.should_see('되돌리기', retries=100)
        user.find('되돌리기').click()
        await until(lambda: _is_as_before(services, boss, was))


async def _is_as_before(services: Services, boss: Agent, was: ChatCard) -> bool:
    now = await services.chats.chat(boss, was.id)
    has_changed = now.version > was.version
    return has_changed and (now.queue_id, now.priority) == (was.queue_id, was.priority)


async def test_what_cannot_be_done_is_said_in_the_form_and_nothing_is_lost(
    sign_in: SignIn, make: Make, boss: Agent
) -> None:
    away = await make.agent(status=AgentStatus.AWAY)
    await make.chat(visitor_name='정하윤')
    user = await sign_in(boss)
    await picking(user, '정하윤')

    form = {'deed': 'assigned', 'agent': str(away.id), 'reason': '단골'}
    user.find(kind=Piece, content='사유').trigger('submit', form)

    await user.should_see('이 상담원은 지금 상담을 받을 수 없습니다.', retries=100)
    await user.should_see('상담 1건 배정·이동')


async def test_agents_pick_nothing_and_have_no_keys_for_it(user: User, make: Make) -> None:
    await make.chat(visitor_name='정하윤')
    await user.open('/desk')
    await user.should_see('정하윤', retries=100)

    user.find('정하윤').trigger('click', 'pick')
    user.find('단축키').click()

    await user.should_see('왜 나에게? · 배정 이력', retries=100)
    await user.should_not_see('고른 상담 배정·이동')
    await user.should_not_see('1건 고름')


async def test_keys_of_supervisors_stand_in_the_map(sign_in: SignIn, boss: Agent) -> None:
    user = await sign_in(boss)
    await user.open('/desk')

    user.find('단축키').click()

    await user.should_see('대기 상담 고르기', retries=100)
    await user.should_see('고른 상담 배정·이동')
