"""후처리 whose agent works here no more: above every colleague's inbox, until one of them writes it."""

import pytest
from nicegui.testing import User

from models import Agent
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
    press(user, chat.visitor_name)
    await user.should_see(f'{chat.visitor_name} 후처리', retries=SOON)
    await user.should_see('후처리 완료', retries=SOON)
    press(user, '후처리 완료')

    async def is_done() -> bool:
        row = await services.wrap_ups.of_contact(chat.id)
        return row is not None and row.done_at is not None and row.agent_id == agent.id

    await until(is_done)
    await user.should_not_see('담당자 없는 후처리 1', retries=SOON)
    assert (await services.calls.call(boss, call.id)).end_time is None
