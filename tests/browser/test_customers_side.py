"""A message left at night, from the customer's form to the agent's conversation."""

from datetime import timedelta
from uuid import uuid4

from playwright.async_api import expect

from desk import clock
from models import Agent, SettingKind
from services.registry import Services
from services.settings.hours_text import NEW_HOURS, WEEKDAYS
from tests.browser.conftest import Contexts
from tests.browser.test_talk import PHONE, faultless
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.make import Make

NEVER = {'is_limited': 'yes', **dict.fromkeys(WEEKDAYS, '')}


async def _asks(talk: CustomerScreen, department: str) -> None:
    await talk.page.goto(f'{talk.address}/talk')
    await talk.page.get_by_label('동의해요').check()
    await talk.page.get_by_label('이름').fill('최유진')
    await talk.page.get_by_label('전화번호').fill('010-9876-5432')
    await talk.page.get_by_label('문의 유형').select_option(department)
    await talk.button('상담 시작').click()


async def test_message_left_at_night_waits_from_the_opening_on(
    desk: DeskScreen, centre: Centre, person: Contexts, agent: Agent, make: Make, services: Services
) -> None:
    queue = await make.queue(name=agent.department, department=agent.department)
    admin = await make.admin(username=f'admin-{uuid4().hex[:8]}', department=agent.department)
    tomorrow = (clock.now() + timedelta(days=1)).astimezone(clock.SEOUL)
    hours = NEVER | {'dates': f'{tomorrow:%Y-%m-%d} 09:00-18:00'}
    settings = services.desk_settings
    await settings.edit(admin, SettingKind.HOURS, queue.id, hours, version=0)
    talk = CustomerScreen(await (await person(viewport=PHONE)).new_page(), centre.address)

    await _asks(talk, agent.department)
    await talk.page.get_by_label('남기실 말씀').fill('내일 교환하고 싶어요')
    await faultless(talk.page)
    await talk.tabs_to(talk.button('메시지 남기기'))
    await talk.page.keyboard.press('Enter')
    await talk.sees('메시지를 남겼어요')
    await faultless(talk.page)
    await expect(talk.page.get_by_text('내일 교환하고 싶어요')).to_have_count(
        0
    )  # others use it, too

    await desk.opens()
    await desk.page.get_by_text('남긴 메시지 1').click()
    await desk.sees('내일 교환하고 싶어요')
    await faultless(desk.page)
    await settings.edit(admin, SettingKind.HOURS, queue.id, NEW_HOURS, version=1)

    row = desk.rows.filter(has_text='최유진')
    await expect(row).to_contain_text('남긴 메시지')
    await expect(desk.page.get_by_text('남긴 메시지 1')).to_have_count(0)
    await desk.takes('최유진')
    await desk.reads('내일 교환하고 싶어요')
    await talk.resumes()
    await talk.reads('내일 교환하고 싶어요')


async def test_customer_of_a_crowded_queue_waits_or_leaves_a_message(
    desk: DeskScreen, centre: Centre, person: Contexts, agent: Agent, make: Make
) -> None:
    queue = await make.queue(name=agent.department, department=agent.department, most_waiting=1)
    ahead = await make.chat(queue_id=queue.id, department=agent.department, visitor_name='김먼저')
    talk = CustomerScreen(await (await person(viewport=PHONE)).new_page(), centre.address)

    await _asks(talk, agent.department)
    await talk.sees('지금은 기다리는 분이 많아요')
    await faultless(talk.page)
    await expect(talk.button('계속 기다리기')).to_be_visible()
    await talk.page.get_by_label('남기실 말씀').fill('교환하고 싶어요')
    await talk.tabs_to(talk.button('메시지 남기기'))
    await talk.page.keyboard.press('Enter')
    await talk.sees('자리가 나는 대로')

    other = CustomerScreen(await (await person(viewport=PHONE)).new_page(), centre.address)
    await _asks(other, agent.department)
    await other.button('계속 기다리기').click()
    await other.sees('앞에 1명이 기다리고 있어요')

    await desk.opens()
    await expect(desk.page.get_by_text('남긴 메시지 1')).to_be_visible()
    await desk.takes(ahead.visitor_name)
    await expect(desk.page.get_by_text('남긴 메시지 1')).to_be_visible()  # still crowded
