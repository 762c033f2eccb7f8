"""The reports' pictures, for ``shots``: the table with the contacts of a number, the heat map, agents' days."""

from playwright.async_api import Page

from tests.support.browser.studio import Studio


async def reports(studio: Studio) -> None:
    """A month by queue, what a number is made of, weekdays by hour, a day of the agents."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await _opened(studio, page, 'period=year&group=queue')
        await page.locator('.report-table .board-number').nth(1).click()
        await page.locator('.board-list tbody tr, .reports .desk-empty').first.wait_for(
            timeout=5000
        )
        await studio.take(page, 'reports')
        await _opened(studio, page, 'period=year&group=category')
        await studio.take(page, 'reports-categories')
        await page.keyboard.press('h')
        await page.locator('.report-heat-chart canvas').first.wait_for()
        await studio.take(page, 'reports-heat')
        await page.keyboard.press('g')
        await page.locator('.report-heat .report-table').wait_for()
        await studio.take(page, 'reports-heat-table')
        await page.keyboard.press('a')
        await page.locator('.report-days, .board-agents .desk-empty').first.wait_for()
        await studio.take(page, 'reports-days')


async def _opened(studio: Studio, page: Page, query: str) -> None:
    await page.goto(f'{studio.centre.address}/desk/reports?{query}')
    await page.locator('.report-table').first.wait_for()
