"""The one search box: found from everywhere, with keys alone, while Hangul is being composed."""

from playwright.async_api import Locator, expect

from models import Agent
from tests.support.browser.hangul import compose, press_enter
from tests.support.browser.people import DeskScreen
from tests.support.make import Make


def search_box(desk: DeskScreen) -> Locator:
    return desk.page.get_by_role('combobox', name='이름, 전화번호, 이메일 검색')


def found(desk: DeskScreen) -> Locator:
    return desk.page.get_by_role('listbox', name='찾은 고객').get_by_role('option')


async def test_syllable_that_is_being_composed_is_searched(desk: DeskScreen, make: Make) -> None:
    await make.customer(name='곽철수')
    await desk.opens()
    await search_box(desk).focus()
    cdp = await desk.page.context.new_cdp_session(desk.page)

    await compose(cdp, '곽철', leave_open=True)

    await expect(found(desk)).to_have_count(1)
    await expect(found(desk).locator('mark')).to_have_text('곽철')


async def test_initials_find_and_mark_the_name(desk: DeskScreen, make: Make) -> None:
    await make.customer(name='곽틀후')
    await desk.opens()

    await search_box(desk).fill('ㄱㅌㅎ')

    await expect(found(desk).locator('mark')).to_have_text('곽틀후')


async def test_keys_alone_open_a_customer_from_anywhere(desk: DeskScreen, make: Make) -> None:
    older, newer = [
        await make.customer(name=f'뷁주{one}', phone=f'0101111000{one}') for one in '12'
    ]
    await desk.opens()
    keyboard = desk.page.keyboard

    await keyboard.press('/')
    await expect(search_box(desk)).to_be_focused()
    await keyboard.press('Escape')
    await expect(search_box(desk)).not_to_be_focused()
    await keyboard.press('Control+k')
    await keyboard.type('뷁주')
    await expect(found(desk)).to_have_count(2)
    names = await found(desk).locator('.desk-found-name').all_inner_texts()
    await keyboard.press('ArrowDown')
    await expect(found(desk).nth(1)).to_have_attribute('aria-selected', 'true')
    await keyboard.press('Enter')

    chosen = {customer.name: customer for customer in (older, newer)}[names[1]]
    await desk.page.wait_for_url(f'**/desk/customers/{chosen.id}')


async def test_enter_that_outruns_the_answer_opens_the_first_found(
    desk: DeskScreen, make: Make
) -> None:
    customer = await make.customer(name='뷁성질')
    await desk.opens()
    await search_box(desk).focus()
    cdp = await desk.page.context.new_cdp_session(desk.page)

    await compose(cdp, '뷁성질', leave_open=True)
    await press_enter(cdp, code=229)
    await cdp.send('Input.insertText', {'text': '질'})

    await desk.page.wait_for_url(f'**/desk/customers/{customer.id}')


async def test_numbers_and_addresses_are_found_whole_and_shown_masked(
    desk: DeskScreen, make: Make
) -> None:
    await make.customer(name='현빈', phone='01087653131', email='hyunbin@example.com')
    await desk.opens()

    await search_box(desk).fill('010-8765-3131')

    await expect(found(desk)).to_contain_text(['010-****-3131'])
    await expect(found(desk)).to_contain_text(['hy***@example.com'])
    await expect(found(desk)).not_to_contain_text(['8765'])


async def test_answer_that_was_outrun_changes_nothing(desk: DeskScreen, make: Make) -> None:
    for name in ('뷁가람', '뷁나래'):
        await make.customer(name=name)
    await desk.opens()
    box = search_box(desk)

    await box.fill('뷁')
    await desk.page.wait_for_timeout(121)  # the pause is over: the first search is on its way
    await box.fill('뷁나')

    await expect(found(desk)).to_have_count(1)
    await expect(found(desk)).to_contain_text(['뷁나래'])
    await box.fill('')
    await expect(found(desk)).to_have_count(0)


async def test_nobody_found_says_what_else_can_be_tried(desk: DeskScreen) -> None:
    await desk.opens()

    await search_box(desk).fill('뷁뷁뷁없는이름')

    await desk.sees('찾는 고객이 없습니다')
    await search_box(desk).fill('01')
    await desk.sees('조금 더 입력하면 찾습니다')
    await expect(found(desk)).to_have_count(0)


async def test_box_fills_the_table_and_the_address_keeps_it(desk: DeskScreen, make: Make) -> None:
    for number in range(3):
        await make.customer(name=f'뷁표{number}', phone=f'0102222000{number}')
    await make.customer(name='뷁하나')
    page = desk.page
    rows = page.get_by_role('grid', name='고객').locator('tbody tr')
    await page.goto(f'{desk.address}/desk/customers')
    await desk.settles()

    await search_box(desk).fill('뷁표')
    await expect(rows).to_have_count(3)
    await page.wait_for_url('**/desk/customers?query=*')
    await page.reload()
    await desk.settles()
    await expect(search_box(desk)).to_have_value('뷁표')
    await expect(rows).to_have_count(3)
    await search_box(desk).focus()
    await page.keyboard.press('ArrowDown')
    await expect(rows.nth(0)).to_have_attribute('aria-selected', 'true')
    second = await rows.nth(1).get_by_role('link').inner_text()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')

    await expect(page.get_by_role('heading', name=second)).to_be_visible()
    await page.go_back()
    await expect(rows).to_have_count(3)


async def test_screens_change_without_a_reload_and_the_workspace_stays(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1, visitor_name='뷁손님')
    await desk.opens(chat.id)
    await desk.page.evaluate('() => { window.isStill = true }')

    await desk.page.get_by_role('link', name='고객', exact=True).click()
    await expect(desk.page.get_by_role('grid', name='고객')).to_be_visible()
    await expect(desk.rows).to_have_count(0)  # hidden, and not in the way of screen readers
    await desk.page.get_by_role('link', name='상담', exact=True).click()

    await desk.reads('1번째 줄')
    await expect(desk.rows).to_contain_text(['뷁손님'])
    await desk.page.go_back()
    await expect(desk.page.get_by_role('grid', name='고객')).to_be_visible()
    assert await desk.page.evaluate('() => window.isStill')
