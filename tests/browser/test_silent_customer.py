"""A silent customer, seen from both sides: the agent's clock, the key that stops it, the question, and the polite end."""

from uuid import UUID

from playwright.async_api import expect
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.settings import Settings
from models import Agent, ChatSession
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


async def test_silent_customer_is_asked_and_says_that_they_are_there(
    desk: DeskScreen,
    talk: CustomerScreen,
    agent: Agent,
    make: Make,
    services: Services,
    settings: Settings,
) -> None:
    await make.queue(name=agent.department, department=agent.department, silence_ask_seconds=600)
    await begin(desk, talk, agent)
    line = desk.page.locator('.desk-silence-line')

    await desk.sends('어떤 상품인가요?')
    await talk.reads('안녕하세요', '어떤 상품인가요?')
    await _is_due(settings, desk.chat_id)
    await services.silence.sweep()

    await expect(line).to_contain_text('고객에게 물었습니다')
    await talk.button('계속 상담할게요').click()
    await talk.sees('네, 계속 도와드릴게요.')
    await expect(talk.button('계속 상담할게요')).to_be_hidden()
    await expect(line).to_contain_text('고객이 답하지 않고 있습니다')


async def _is_due(settings: Settings, chat_id: UUID) -> None:
    """Let the time at which the customer is asked have come."""
    db = Database(settings.database_url, pool_size=1)
    async with db.transaction() as session:
        chat = (await session.exec(select(ChatSession).where(col(ChatSession.id) == chat_id))).one()
        chat.silence_due_at = clock.now()
        session.add(chat)
    await db.close()
