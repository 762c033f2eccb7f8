"""Pictures of what an agent does in a chat beside writing, of the customer's ways out of it, and of the settings behind both."""

from playwright.async_api import Page

from tests.support.browser.people import DeskScreen
from tests.support.browser.studio import Studio

LONG_NAME = '남궁민수 (주식회사 한결같은사람들 고객지원본부 제2팀)'
DIALOGS = {'b': 'labels', 'y': 'priority', 'z': 'snooze', 'h': 'hold', 't': 'transfer', 'd': 'away'}
"""What is asked in a dialog of its own, by key."""
SETTINGS = (
    'hours',
    'texts',
    'abuse-words',
    'categories',
    'labels',
    'thresholds',
    'widget',
    'sites',
)
"""Sections of the settings whose first row is opened; ``settings`` draws the others."""


async def conversation(studio: Studio) -> None:
    """One's own chat: its dialogs by key, a private note, a hold, the panel of 보호."""
    async with studio.person('agent1') as context:
        desk = DeskScreen(await context.new_page(), studio.centre.address)
        page = desk.page
        await page.goto(f'{studio.centre.address}/desk')
        await desk.settles()
        await studio.reaches_list(page)
        await page.keyboard.press('2')
        await page.locator('.desk-row-open').first.click()
        await page.locator('.desk-own-acts').first.wait_for()
        await page.locator('.desk-reply-text:visible').press('Escape')
        for key, name in DIALOGS.items():
            await page.keyboard.press(key)
            await page.get_by_role('dialog').wait_for()
            await studio.take(page, f'chat-{name}')
            await _escape(page)
        await _writes_a_note(studio, page)
        await page.keyboard.press('q')
        await page.locator('.desk-conversation .desk-protect [data-next]').wait_for()
        await studio.take(page, 'chat-protection')
        await page.locator('.desk-conversation .desk-protect .desk-quiet').first.click()


async def _writes_a_note(studio: Studio, page: Page) -> None:
    """A private note while it is written, and in the talk."""
    await page.keyboard.press('o')
    await page.locator('.desk-composer[data-mode=note]').wait_for()
    box = page.locator('.desk-reply-text:visible')
    await box.fill('어제도 같은 문의로 전화하셨어요. 환불은 승인 대기 중입니다.')
    await studio.take(page, 'chat-note-typed')
    notes = page.locator('.desk-transcript [role=note], .desk-scroller [role=note]')
    earlier = await notes.count()
    await box.press('Control+Enter')
    await notes.nth(earlier).wait_for()
    await studio.take(page, 'chat-note')
    await box.press('Escape')
    await page.keyboard.press('r')
    await box.press('Escape')


async def _escape(page: Page) -> None:
    """Leave the dialog; a list that is open in it goes first."""
    for _ in range(2):
        await page.keyboard.press('Escape')
        await page.wait_for_timeout(200)
    await page.get_by_role('dialog').wait_for(state='detached')


async def going_on(studio: Studio) -> None:
    """A customer with a long name waits, is taken, rates the talk, and writes again after its end."""
    async with studio.person() as visitor, studio.person('agent4') as staff:
        page = await visitor.new_page()
        await page.goto(f'{studio.centre.address}/talk')
        await page.locator('#consent').check()
        await page.locator('#name').fill(LONG_NAME)
        await page.locator('#phone').fill('010-9876-5432')
        await page.locator('#department').select_option('결제·환불')
        await page.locator('.talk-form > button').click()
        box = page.locator('textarea').first
        await box.fill('주문한 상품이 아직 도착하지 않았어요.')
        await box.press('Enter')
        await page.locator('.desk-bubble').first.wait_for()
        await studio.take(page, 'talk-expected-wait')
        desk = await _taken(studio, await staff.new_page())
        await studio.take(desk, 'chat-long-name')
        await desk.locator('.desk-reply-text:visible').press('Escape')
        await desk.keyboard.press('e')
        await desk.get_by_role('dialog').wait_for()
        await desk.keyboard.press('Enter')
        await page.locator('.talk-ended').wait_for()
        await page.get_by_role('radio').nth(3).check(force=True)
        await studio.take(page, 'talk-rating')
        await page.locator('textarea').last.fill('하나만 더 여쭤볼게요.')
        await page.locator('textarea').last.press('Enter')
        await page.locator('.talk-ended').wait_for(state='detached')
        await studio.take(page, 'talk-reopened')
        await studio.take(desk, 'chat-reopened')


async def _taken(studio: Studio, desk: Page) -> Page:
    await desk.goto(f'{studio.centre.address}/desk')
    await DeskScreen(desk, studio.centre.address).settles()
    await desk.keyboard.press('1')
    await desk.keyboard.press('g')
    await desk.locator('.desk-row', has_text='남궁민수').locator('.desk-take').click()
    await desk.locator('.desk-reply-text:visible').wait_for()
    await desk.locator('.desk-bubble').first.wait_for()
    return desk


async def more_settings(studio: Studio) -> None:
    """The settings of the conversation and of the customer's side, each with a form open, and the records of 보호."""
    async with studio.person('admin1') as context:
        page = await context.new_page()
        for name in SETTINGS:
            await page.goto(f'{studio.centre.address}/desk/settings/{name}')
            await page.locator('.desk-settings-list').wait_for()
            await _opens_the_first(page)
            await studio.take(page, f'settings-{name}')
        await page.goto(f'{studio.centre.address}/desk/protection')
        await page.locator('.desk-page').wait_for()
        await studio.take(page, 'protection-records')


async def _opens_the_first(page: Page) -> None:
    names = page.locator('.desk-settings-name')
    await page.wait_for_timeout(300)
    if await names.count():
        await names.first.click()
        await page.locator('.desk-settings-side .desk-page-title').wait_for()
