"""후처리 whose agent works here no more: above every colleague's inbox, until one of them writes it."""

import pytest
from nicegui.testing import User

from models import Agent
from pages.parts.kit import times
from services.registry import Services
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.until import until

pytestmark = pytest.mark.slow

SOON = 100


async def test_colleague_takes_and_finishes_it(
    user: User, agent: Agent, services: Services, make: Make
) -> None:
    boss, leaving = await make.admin(), await make.agent()
    call = await make.call(agent=leaving)
    chat = await make.chat(agent=leaving, lines=1)
    await services.chats.end(leaving, chat.id)
    await user.open('/desk')
    await user.should_not_see('담당자 없는 후처리 1')

    await services.departures.deactivate(boss, leaving.id)
    await user.should_see('담당자 없는 후처리 1', retries=SOON)
    [left] = await services.left_wrap_ups.all(agent)
    press(user, f'{chat.visitor_name}채팅 · {times.short(left.left_at)}')
    await user.should_see(f'{chat.visitor_name} 후처리', retries=SOON)
    await user.should_see('후처리 완료', retries=SOON)
    press(user, '나중에 쓰기')
    await user.open(f'/desk/chats/{chat.id}')  # where the agent's own list leads
    await user.should_see('후처리 완료', retries=SOON)
    press(user, '후처리 완료')

    async def is_done() -> bool:
        row = await services.wrap_ups.of_contact(chat.id)
        return row is not None and row.done_at is not None and row.agent_id == agent.id

    await until(is_done)
    await user.should_not_see('담당자 없는 후처리 1', retries=SOON)
    assert (await services.calls.call(boss, call.id)).end_time is None
