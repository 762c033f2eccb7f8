"""The dashboard's pictures, for ``shots``: the floor, what a number is made of, the past, the day, dialogs, the wall."""

from playwright.async_api import BrowserContext, Page

from tests.support.browser.people import DeskScreen
from tests.support.browser.studio import Studio


async def dashboard(studio: Studio) -> None:
    """The board from all sides, while two customers wait and an agent talks."""
    async with (
        studio.person() as visitor,
        studio.person('agent3') as staff,
        studio.person('supervisor1') as context,
    ):
        await _floor(studio, visitor, staff)
        page = await context.new_page()
        await _board(studio, page)
        await _past(studio, page)
        await _what_if(studio, page)
        await _dialogs(studio, page)


async def _floor(studio: Studio, visitor: BrowserContext, staff: BrowserContext) -> None:
    talk = await visitor.new_page()
    await talk.goto(f'{studio.centre.address}/talk')
    await talk.locator('#consent').check()
    await talk.locator('#name').fill('최유진')
    await talk.locator('#phone').fill('010-9876-5432')
    await talk.locator('#department').select_option('주문·배송')  # nothing is chosen at first
    await talk.locator('.talk-form > button').click()
    await talk.locator('.desk-reply-text:visible').wait_for()
    agent = DeskScreen(await staff.new_page(), studio.centre.address)
    await agent.page.goto(f'{studio.centre.address}/desk')
    await agent.settles()
    await agent.page.keyboard.press('g')


async def _board(studio: Studio, page: Page) -> None:
    await page.goto(f'{studio.centre.address}/desk/dashboard')
    await page.locator('.board-people tbody tr').first.wait_for()
    await studio.take(page, 'dashboard')
    await page.keyboard.press('w')
    await page.locator('.board-contacts .board-rows > *').first.wait_for()
    await studio.take(page, 'dashboard-waiting')
    await page.keyboard.press('d')
    await page.locator('.board-chart').first.wait_for()
    await studio.take(page, 'dashboard-today')
    await page.keyboard.press('a')
    await page.locator('.board-people tbody button[data-act]').first.click()
    await page.get_by_role('dialog').wait_for()
    await studio.take(page, 'dashboard-agent')
    await page.keyboard.press('Escape')
    await page.get_by_role('dialog').wait_for(state='detached')


async def _past(studio: Studio, page: Page) -> None:
    await page.keyboard.press('t')
    await page.locator('.board-slider').wait_for()
    await studio.take(page, 'dashboard-past')
    await page.locator('.board-time .desk-button').last.click()
    await page.locator('.board-slider').wait_for(state='hidden')


async def _what_if(studio: Studio, page: Page) -> None:
    await page.keyboard.press('i')
    await page.locator('.board-what-if select[name=department]').select_option(index=1)
    await page.locator('.board-what-if [name^=agent-]').first.check()
    await page.locator('.board-what-if button[type=submit]').click()
    await page.locator('.board-answer table').wait_for()
    await studio.take(page, 'dashboard-what-if')
    await page.keyboard.press('Escape')
    await page.get_by_role('dialog').wait_for(state='detached')


async def _dialogs(studio: Studio, page: Page) -> None:
    buttons = page.locator('.board-head > .desk-button')
    for place, name in ((-3, 'alerts'), (-2, 'notice'), (-1, 'wall-links')):
        await buttons.nth(await buttons.count() + place).click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, f'dashboard-{name}')
        if name == 'wall-links':
            await page.locator('.desk-card input[name=name]').fill('3층 벽')
            await page.keyboard.press('Enter')
            address = await page.locator('.board-wall-link').get_attribute('href')
            wall = await page.context.new_page()
            await wall.goto(f'{studio.centre.address}{address}')
            await wall.locator('dl').wait_for()
            await studio.take(wall, 'wall')
            await wall.close()
        await page.keyboard.press('Escape')
        await page.get_by_role('dialog').wait_for(state='detached')
