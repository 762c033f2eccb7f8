"""A silent customer, as the agent sees it: the clock below the header, and the key that stops it and lets it run again."""

from playwright.async_api import expect

from models import Agent
from services.registry import Services
from tests.support.browser.people import CustomerScreen, DeskScreen
from tests.support.browser.talking import begin
from tests.support.make import Make


async def test_one_key_waits_for_a_silent_customer_and_one_goes_on(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent, make: Make, services: Services
) -> None:
    await make.queue(name=agent.department, department=agent.department, silence_ask_seconds=600)
    await begin(desk, talk, agent)
    keys = desk.page.keyboard
    line = desk.page.locator('.desk-silence-line')
    await expect(line).to_be_hidden()

    await desk.sends('어떤 상품인가요?')
    await expect(line).to_contain_text('고객이 답하지 않고 있습니다')
    await keys.press('Escape')
    await keys.press('v')
    await expect(line).to_contain_text('이 상담에서는 고객의 답을 기다립니다')
    await expect(line.locator('[data-countdown]')).to_have_count(0)
    assert (await services.chats.chat(agent, desk.chat_id)).silence_due_at is None
    await keys.press('v')
    await expect(line.locator('[data-countdown]')).to_be_visible()

    await talk.sends('파란 모자예요')
    await expect(line).to_be_hidden()
    await keys.press('v')  # nothing runs, and nothing begins
    await expect(line).to_be_hidden()
    await keys.press('?')
    await expect(desk.page.get_by_role('dialog', name='단축키')).to_contain_text(
        '답 없는 고객 기다리기'
    )
