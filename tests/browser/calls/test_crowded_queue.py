"""A crowded queue, as its customers meet it on a phone and on another site: they wait on, leave a message, or are called."""

from playwright.async_api import BrowserContext, FrameLocator, Page, expect

from models import Agent
from tests.browser.calls.test_caller import another_number
from tests.browser.conftest import Contexts
from tests.browser.test_widget import OpenShop, frame, shop, shop_address
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import Centre, CustomerScreen
from tests.support.make import Make

__all__ = ['shop', 'shop_address']

PHONE = {'width': 390, 'height': 844}
OFFER = '지금은 기다리는 분이 많아요'
CALL, WAIT, LEAVE = '기다리지 않고 전화로 받기', '계속 기다리기', '메시지 남기기'


async def fills_in(form: Page | FrameLocator, department: str) -> str:
    """Fill in the form of ``/talk``, or of the frame on another site; the number, which no other test has asked to call."""
    phone = another_number()
    await form.get_by_label('동의해요').check()
    await form.get_by_label('이름').fill('최유진')
    await form.get_by_label('전화번호').fill(phone)
    await form.get_by_label('문의 유형').select_option(department)
    return phone


async def books(chat: Page | FrameLocator, phone: str) -> None:
    """Book the first hour that is offered."""
    dialog = chat.get_by_role('dialog', name='콜백 신청')
    await expect(dialog.get_by_label('전화받을 시간')).to_be_focused()
    await dialog.get_by_role('button', name='콜백 신청').click()
    await expect(chat.get_by_text(f'010-****-{phone[-4:]} 번호로 전화드릴게요')).to_be_visible()


async def test_customers_of_a_crowded_queue_choose_to_be_called(
    centre: Centre, person: Contexts, agent: Agent, make: Make, shop: OpenShop
) -> None:
    """What is wrong in the form is said first; the choice comes when nothing is."""
    queue = await make.queue(name=agent.department, department=agent.department, most_waiting=1)
    await make.chat(queue_id=queue.id, department=agent.department)
    talk = await centre.talk(await person(viewport=PHONE, is_mobile=True, has_touch=True))
    await talk.page.goto(f'{centre.address}/talk')
    number = await fills_in(talk.page, agent.department)
    await talk.page.get_by_label('전화번호').fill('12')
    await talk.button('상담 시작').click()
    await talk.sees('전화번호를 확인해 주세요')
    await expect(talk.page.get_by_text(OFFER)).to_have_count(0)

    await talk.page.get_by_label('전화번호').fill(number)
    await talk.button('상담 시작').click()
    await talk.sees(f'{OFFER}. 계속 기다리시거나, 메시지를 남기시거나, 전화로 받으실 수 있어요')
    await expect(talk.button(LEAVE)).to_be_in_viewport(ratio=1)  # all ways, not only the first
    await nothing_found(talk.page, 'choice of a crowded queue')
    await talk.tabs_to(talk.button(CALL))
    await talk.page.keyboard.press('Enter')
    await books(talk.page, number)
    await expect(talk.button(WAIT)).to_have_count(0)  # they have chosen

    await talk.ends()
    await _chooses_on_another_site(await (await person()).new_page(), shop, agent.department)


async def _chooses_on_another_site(page: Page, shop: OpenShop, department: str) -> None:
    """The choice is in sight there too, below a form that is higher than the frame."""
    await page.goto(f'{shop.address}/cart')
    await page.get_by_role('button', name='상담하기', exact=True).click()
    inside = frame(page)
    number = await fills_in(inside, department)
    await inside.get_by_role('button', name='상담 시작', exact=True).click()
    await expect(inside.get_by_role('button', name=CALL)).to_be_in_viewport(ratio=1)
    await expect(inside.get_by_text(OFFER)).to_be_visible()
    await inside.get_by_role('button', name=CALL).click()
    await books(inside, number)
    await inside.get_by_role('button', name='상담 종료').click()
    await inside.get_by_role('button', name='종료하기').click()


async def test_who_waits_already_is_offered_the_same_when_the_queue_becomes_crowded(
    centre: Centre, person: Contexts, agent: Agent, make: Make, shop: OpenShop
) -> None:
    await make.queue(name=agent.department, department=agent.department, most_waiting=2)
    talk = await centre.talk(await person(viewport=PHONE, is_mobile=True, has_touch=True))
    await talk.begins(agent.department)
    await talk.sees('다음 차례예요')
    await expect(talk.page.get_by_text(OFFER)).to_have_count(0)
    page = await (await person()).new_page()
    await page.goto(f'{shop.address}/cart')
    await page.get_by_role('button', name='상담하기', exact=True).click()
    inside = frame(page)
    number = await fills_in(inside, agent.department)
    await inside.get_by_role('button', name='상담 시작', exact=True).click()

    # Neither of them does anything: the desk has seen that two wait.
    await expect(talk.page.get_by_text(OFFER)).to_be_visible()
    await expect(inside.get_by_text(OFFER)).to_be_visible()
    await nothing_found(talk.page, 'offer while waiting')
    await _leaves_a_message(talk)
    await inside.get_by_role('button', name=CALL).click()
    await books(inside, number)
    await inside.get_by_role('button', name=WAIT).click()
    await expect(inside.get_by_text(OFFER)).to_have_count(0)

    await _is_taken(centre, await person(), agent)
    await talk.sees('상담원')
    await inside.get_by_role('button', name='상담 종료').click()
    await inside.get_by_role('button', name='종료하기').click()
    await talk.ends()


async def _leaves_a_message(talk: CustomerScreen) -> None:
    """By keyboard: an empty message is refused beside the field; then the place is kept without a screen."""
    keys = talk.page.keyboard
    await talk.tabs_to(talk.button(LEAVE))
    await keys.press('Enter')
    dialog = talk.page.get_by_role('dialog', name=LEAVE)
    body = dialog.get_by_label('남기실 말씀')
    await expect(body).to_be_focused()
    await dialog.get_by_role('button', name=LEAVE).click()
    await expect(dialog.get_by_role('alert')).not_to_be_empty()
    await body.fill('교환하고 싶어요')
    await nothing_found(talk.page, 'message instead of waiting')
    await dialog.get_by_role('button', name=LEAVE).click()
    await expect(dialog).to_have_count(0)
    await talk.sees('남기신 메시지를 상담원이 곧 확인해요')
    await talk.reads('교환하고 싶어요')
    await expect(talk.page.get_by_text(OFFER)).to_have_count(0)


async def _is_taken(centre: Centre, context: BrowserContext, agent: Agent) -> None:
    """The agent finds it marked, with what was said."""
    await centre.sign_in(context, agent.username)
    staff = await context.new_page()
    await staff.goto(f'{centre.address}/desk')
    desk = staff.frame_locator('#desk')
    await desk.get_by_role('tab', name='대기').click()
    row = desk.get_by_role('list', name='상담 목록').get_by_role('listitem').filter(has_text='남긴 메시지')  # fmt: skip
    await expect(row).to_contain_text('교환하고 싶어요')
    await row.get_by_role('button', name='수락').click()
    await expect(desk.locator('.desk-bubble')).to_have_text('교환하고 싶어요')
