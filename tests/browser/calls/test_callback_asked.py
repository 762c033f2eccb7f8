"""콜백 that a customer asks for on their phone, by keyboard: agents find it with its chat, and it goes when it is cancelled."""

import re

from playwright.async_api import expect

from tests.browser.calls.conftest import Phones
from tests.browser.conftest import Contexts
from tests.support.browser.people import Centre

PHONE = {'width': 390, 'height': 844}
TALLEST = 44


async def test_customer_who_waits_books_a_call_and_takes_it_back(
    centre: Centre, person: Contexts, phone_of: Phones
) -> None:
    agent = await phone_of(status='')
    talk = await centre.talk(await person(viewport=PHONE, is_mobile=True, has_touch=True))
    await talk.begins('주문·배송')
    ask = talk.button('기다리지 않고 전화로 받기')
    await expect(ask).to_be_visible()

    await ask.focus()
    await talk.page.keyboard.press('Enter')
    dialog = talk.page.get_by_role('dialog', name='콜백 신청')
    number = dialog.get_by_label('전화번호')
    await expect(dialog.get_by_label('전화받을 시간')).to_be_focused()
    await expect(number).to_have_value('010-9876-5432')
    await number.fill('12')
    await number.press('Enter')
    await expect(dialog.get_by_role('alert')).to_contain_text('전화번호')
    for control in await dialog.locator('button, input, select').all():
        box = await control.bounding_box()
        assert box
        assert box['height'] >= TALLEST
    await number.fill('010 5555 7777')
    await number.press('Enter')

    await talk.sees('010-****-7777 번호로 전화드릴게요')
    await expect(dialog).to_have_count(0)
    row = agent.desk.get_by_role('navigation', name='콜백').get_by_role(
        'button', name=re.compile('최유진')
    )
    await row.click()
    await agent.desk.get_by_role('link', name='신청한 채팅 보기').click()
    await expect(agent.page).to_have_url(re.compile('/desk/chats/'))

    await talk.button('콜백 취소').click()
    await expect(ask).to_be_visible()
    await expect(row).to_have_count(0)

    await talk.ends()  # or it rings in the tests that share this desk
