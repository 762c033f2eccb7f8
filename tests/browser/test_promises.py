"""약속 by keyboard alone: a line promises something, one key makes it a promise, its time is told, it is kept."""

from datetime import timedelta

from playwright.async_api import Locator, expect

from desk import clock
from models import Agent, PromiseStatus
from services.registry import Services
from tests.support.browser.people import DeskScreen
from tests.support.make import Make


def offer(desk: DeskScreen) -> Locator:
    return desk.page.get_by_role('region', name='약속 제안', exact=True)


def promises(desk: DeskScreen) -> Locator:
    return desk.page.get_by_role('navigation', name='약속', exact=True)


async def test_promise_is_made_told_and_kept_by_keyboard_alone(
    desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1, visitor_name='윤서아')
    await desk.opens(chat.id)
    await desk.sends('확인했습니다. 30분 뒤에 다시 전화드리겠습니다')
    await expect(offer(desk)).to_contain_text('30분 뒤에 다시 전화드리겠습니다')
    assert (await services.promises.mine(agent)).own == []

    await desk.page.keyboard.press('Escape')
    await desk.page.keyboard.press('p')
    await expect(promises(desk)).to_contain_text('윤서아')
    await expect(offer(desk)).to_have_count(0)
    [made] = (await services.promises.mine(agent)).own
    await expect(desk.page.locator('.desk-promised')).to_contain_text('다시 전화드리겠습니다')

    with clock.moved(timedelta(minutes=31)):
        await services.promises.remind()
        await desk.sees('약속 시간입니다')
        await desk.page.keyboard.press('l')
        await expect(desk.page.get_by_role('dialog', name='약속')).to_be_visible()
        await expect(desk.button('지킴')).to_be_focused()
        await desk.page.keyboard.press('Enter')
        await expect(promises(desk)).to_have_count(0)

    assert (await services.promises.promise(agent, made.id)).status is PromiseStatus.KEPT


async def test_line_that_is_no_promise_is_dismissed_and_stays_so_after_a_reload(
    desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1, visitor_name='윤서아')
    await desk.opens(chat.id)
    await desk.sends('내일 오전 10시까지 답변드리겠습니다')
    await expect(offer(desk)).to_be_visible()
    await desk.page.reload()
    await expect(offer(desk)).to_be_visible()

    await offer(desk).get_by_role('button', name='아니요').click()
    await expect(offer(desk)).to_have_count(0)

    await desk.page.reload()
    await expect(desk.box).to_be_visible()
    await expect(desk.bubbles).to_have_count(2)
    await expect(offer(desk)).to_have_count(0)
    assert (await services.promises.mine(agent)).own == []
