"""An ended chat goes on within a day when its customer writes in the same tab: the same agent goes on."""

from playwright.async_api import expect

from models import Agent
from tests.support.browser.people import CustomerScreen, DeskScreen
from tests.support.browser.talking import begin

MORE = '하루 안에는 아래에 이어서 써 주세요'


async def test_customer_writes_again_and_the_same_agent_goes_on(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await begin(desk, talk, agent)
    await desk.button('상담 종료').click()
    await desk.button('종료하기').click()
    await talk.sees(MORE)

    await talk.page.reload()
    await talk.settles()
    await talk.sees(MORE)
    await talk.sends('하나만 더요')

    await talk.reads('안녕하세요', '하나만 더요')
    await expect(talk.page.get_by_text(MORE)).to_have_count(0)
    await expect(talk.button('상담 종료')).to_be_visible()
    await desk.reads('안녕하세요', '하나만 더요')
    await expect(desk.button('상담 종료')).to_be_visible()
    await desk.sends('말씀하세요')
    await talk.reads('안녕하세요', '하나만 더요', '말씀하세요')
