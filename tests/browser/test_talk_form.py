"""The open form of ``/talk`` offers what there is to ask about now, and keeps what was typed."""

from playwright.async_api import expect

from models import Agent
from services.registry import Services
from tests.support.browser.people import CustomerScreen
from tests.support.make import Make


async def test_open_form_learns_of_queues_and_keeps_what_was_typed(
    talk: CustomerScreen, make: Make, services: Services, agent: Agent
) -> None:
    admin = await make.admin(username=f'{agent.username}-admin')
    await talk.page.goto(f'{talk.address}/talk')
    await talk.page.get_by_label('이름').fill('최유진')
    choice = talk.page.get_by_label('문의 유형')
    await choice.select_option(agent.department)
    name = f'새 문의 {agent.username}'
    await expect(choice.get_by_role('option', name=name)).to_have_count(0)

    await services.queues.add(admin, {'name': name, 'department': agent.department})

    # It is told: by itself it would look a quarter of a minute later.
    await expect(choice.get_by_role('option', name=name)).to_have_count(1)
    await expect(choice).to_have_value(agent.department)
    await expect(talk.page.get_by_label('이름')).to_have_value('최유진')
