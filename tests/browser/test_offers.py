"""새 상담: a customer's chat rings at the one agent who can take it, and is taken, refused or missed by keyboard alone."""

from playwright.async_api import Locator, expect

from models import Agent, AgentStatus, QueueMode
from services.registry import Services
from tests.support.browser.people import CustomerScreen, DeskScreen
from tests.support.make import Make
from tests.support.until import until


def offer(desk: DeskScreen) -> Locator:
    return desk.page.get_by_role('alertdialog', name='새 상담')


async def test_chat_from_talk_rings_and_is_taken_by_one_key(
    desk: DeskScreen, talk: CustomerScreen, make: Make, agent: Agent
) -> None:
    await make.queue(name=agent.department, department=agent.department, mode=QueueMode.PUSH)
    await desk.opens()

    await talk.begins(agent.department, name='정하윤')
    await expect(offer(desk)).to_contain_text('정하윤')
    await offer(desk).get_by_role('button', name='왜 나에게?').click()
    await desk.sees('지금 받을 수 있는 상담원이 한 명뿐이었습니다.')
    await desk.page.keyboard.press('a')

    await expect(offer(desk)).to_have_count(0)
    await expect(desk.box).to_be_focused()
    await desk.sends('안녕하세요')
    await talk.reads('안녕하세요')


async def test_refused_chat_rings_at_the_next_agent(
    desk: DeskScreen, talk: CustomerScreen, make: Make, services: Services, agent: Agent
) -> None:
    await make.queue(name=agent.department, department=agent.department, mode=QueueMode.PUSH)
    await desk.opens()
    await talk.begins(agent.department)
    await expect(offer(desk)).to_be_visible()
    colleague = await make.agent(username=f'{agent.username}-2', department=agent.department)

    await desk.page.keyboard.press('x')

    await expect(offer(desk)).to_have_count(0)
    await until(lambda: rings_at(services, colleague))


async def rings_at(services: Services, agent: Agent) -> bool:
    return len((await services.offers.ringing(agent)).offers) == 1


async def test_missed_offers_make_their_agent_away_and_one_key_brings_them_back(
    desk: DeskScreen, talk: CustomerScreen, make: Make, agent: Agent
) -> None:
    await make.queue(
        name=agent.department,
        department=agent.department,
        mode=QueueMode.PUSH,
        offer_seconds=1,
        misses_until_away=1,
    )
    await desk.opens()

    await talk.begins(agent.department)
    await desk.sees('이석 · 무응답')
    await expect(offer(desk)).to_have_count(0)
    await desk.page.keyboard.press('g')

    await expect(offer(desk)).to_be_visible()


async def test_away_waits_for_the_chat_in_hand_and_is_taken_back(
    desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    chat = await make.chat(department=agent.department, lines=1, visitor_name='윤서아')
    await desk.opens()
    await desk.takes('윤서아')
    await desk.sees('상담 중')

    await desk.page.get_by_label('상담 상태').click()
    await desk.page.get_by_role('option', name='이석 · 식사').click()
    await desk.sees('다음: 이석 · 식사')
    await desk.button('다음 상태 취소').click()
    await services.chats.end(agent, chat.id)
    await services.wrap_ups.finish(agent, chat.id)

    await until(lambda: is_available(services, agent))


async def is_available(services: Services, agent: Agent) -> bool:
    return (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE
