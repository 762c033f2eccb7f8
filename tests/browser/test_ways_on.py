"""Where something is not there, or is found where there is little room, the screen says so and leads on."""

import re

from playwright.async_api import expect

from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser.people import Centre, DeskScreen
from tests.support.make import Make


async def test_unknown_address_is_explained_in_the_desks_own_words(desk: DeskScreen) -> None:
    await desk.page.goto(f'{desk.address}/desk/nothing')

    await desk.sees('없는 주소입니다')
    await expect(
        desk.page.get_by_text(re.compile('404|not found|Oops', re.IGNORECASE))
    ).to_have_count(0)
    await desk.page.get_by_role('link', name='처음으로').click()
    await desk.page.wait_for_url('**/desk')


async def test_refusal_in_place_has_a_way_on(desk: DeskScreen) -> None:
    nobody = '00000000-0000-0000-0000-000000000000'
    for path, way in (
        (f'chats/{nobody}', '처음으로'),
        (f'customers/{nobody}', '목록으로'),
        (f'history/{nobody}', '목록으로'),
        ('audit', '처음으로'),
    ):
        await desk.page.goto(f'{desk.address}/desk/{path}')
        alert = desk.page.get_by_role('alert')
        await expect(alert.get_by_role('link')).to_have_text(way)


async def test_search_beside_a_chat_keeps_its_height_and_covers_nothing(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    for one in range(3):
        await make.customer(
            name=f'곽필두{one}', phone=f'0105252000{one}', email=f'{"long" * 9}@example.com'
        )
    chat = await make.chat(agent=agent, visitor_phone='01000001111')
    await desk.opens(chat.id)
    panel = desk.page.locator('.desk-customer')
    box = panel.get_by_role('combobox', name='연결할 고객 검색')

    await box.fill('곽필두')

    await expect(panel.get_by_role('option')).to_have_count(3)
    field, first = await box.bounding_box(), await panel.get_by_role('option').first.bounding_box()
    assert field
    assert first
    assert field['height'] == 32
    assert first['y'] >= field['y'] + field['height']
    assert await panel.evaluate('(one) => one.scrollWidth <= one.clientWidth')
    await expect(panel.get_by_role('button', name='새 고객으로 등록')).to_be_visible()


async def test_keys_act_at_once_when_a_dialog_closes(desk: DeskScreen) -> None:
    await desk.opens()
    page = desk.page
    await page.keyboard.press('?')
    await expect(page.get_by_role('dialog', name='단축키')).to_be_visible()

    await page.keyboard.press('Escape')
    await page.keyboard.press('3')
    await page.keyboard.press('/')

    closed = page.get_by_role('tab', name='종료')
    await expect(closed).to_have_attribute('aria-selected', 'true')
    await expect(page.get_by_role('combobox', name='이름, 전화번호, 이메일 검색')).to_be_focused()


async def test_what_only_the_server_can_do_is_dead_to_the_eye_while_it_is_away(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    await make.customer(name='곽먼길')
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)
    search = desk.page.get_by_role('combobox', name='이름, 전화번호, 이메일 검색')
    end = desk.button('상담 종료')

    await desk.page.context.set_offline(True)
    badges = desk.page.get_by_role('status').filter(has_text='연결 끊김')
    await expect(badges).to_have_count(1, timeout=40_000)
    await search.fill('곽먼길')

    await desk.sees('연결되면 찾습니다')
    await expect(end).to_have_css('opacity', '0.45')
    await desk.page.context.set_offline(False)
    await expect(desk.page.get_by_role('option')).to_have_count(1, timeout=40_000)
    await expect(end).to_have_css('opacity', '1')


async def test_chosen_filter_is_marked_and_can_be_taken_back_at_once(desk: DeskScreen) -> None:
    page = desk.page
    await page.goto(f'{desk.address}/desk/history')
    channel, clear = (
        page.get_by_label('채널', exact=True),
        page.get_by_role('link', name='조건 지우기'),
    )
    await expect(channel).to_be_visible()
    await expect(clear).to_be_hidden()
    plain = await channel.evaluate('(one) => getComputedStyle(one).fontWeight')

    await channel.select_option('채팅')

    await expect(clear).to_be_visible()
    await expect(channel).not_to_have_css('font-weight', plain)
    await clear.click()
    await expect(clear).to_be_hidden()
    await expect(channel).to_have_css('font-weight', plain)


async def test_conversation_keeps_its_width_and_the_customer_a_button(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1, visitor_phone='01077778888')
    page = desk.page
    await page.set_viewport_size({'width': 1024, 'height': 768})
    await desk.opens(chat.id)

    middle = await page.locator('.desk-conversation').bounding_box()
    assert middle
    assert middle['width'] >= 480
    await page.set_viewport_size({'width': 390, 'height': 844})
    way = page.get_by_role('button', name='고객 정보', exact=True)
    await way.click()
    await expect(desk.button('새 고객으로 등록')).to_be_visible()
    await way.click()
    await expect(desk.box).to_be_visible()


async def test_sound_that_will_not_be_heard_is_shown(desk: DeskScreen) -> None:
    await desk.opens()
    await desk.page.get_by_role('button', name='소리', exact=True).click()
    await desk.page.get_by_role('switch', name='소리 켜기').click()

    await expect(desk.page.locator('.desk-rail').get_by_text('무음')).to_be_visible()


async def test_other_reason_without_words_deletes_nothing_and_says_why(
    centre: Centre, person: Contexts, make: Make, agent: Agent
) -> None:
    customer = await make.customer(name='곽남음')
    boss = await make.supervisor(username=f'{agent.username}-e')
    context = await person()
    await centre.sign_in(context, boss.username)
    desk = await centre.desk(context)
    errors: list[str] = []
    desk.page.on('pageerror', lambda error: errors.append(str(error)))
    await desk.page.goto(f'{desk.address}/desk/customers/{customer.id}')
    await desk.button('고객 정보 삭제').click()
    await desk.page.get_by_role('combobox', name='사유').click()
    await desk.page.get_by_role('option', name='기타').click()

    await desk.button('삭제').click()

    await desk.sees('사유를 입력하세요')
    await desk.button('취소').click()
    await desk.button('고치기').click()
    await expect(desk.page.get_by_label('이름', exact=True)).to_be_focused()
    assert errors == []  # the form opens without a word in the console
