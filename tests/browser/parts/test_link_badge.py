"""The sync badge in a real browser: right also when the server is away."""

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.parts.conftest import Part, settled


async def test_badge_says_number_and_delay(page: Page, part: Part) -> None:
    await page.goto(part.url('/badge'))
    await settled(page)
    badge = page.get_by_role('status')
    await expect(badge).to_contain_text('동기화됨 · 1,284')

    await part.call('show', number=1285, behind=False)
    await expect(badge).to_contain_text('동기화됨 · 1,285')
    await part.call('show', number=1285, behind=True)

    await expect(badge).to_contain_text('동기화 지연')
    await expect(badge).to_have_attribute('data-state', 'behind')


async def test_badge_tells_a_lost_connection_and_its_return(
    page: Page, context: BrowserContext, part: Part
) -> None:
    await page.goto(part.url('/badge'))
    await settled(page)
    badge = page.get_by_role('status')

    await context.set_offline(True)
    await page.evaluate('() => window.socket.io.engine.close()')
    await expect(badge).to_contain_text('연결 끊김')
    await expect(page.locator('#popup')).to_have_attribute('aria-hidden', 'false')
    await expect(page.locator('#popup')).to_be_hidden()
    await context.set_offline(False)

    await expect(badge).to_contain_text('동기화됨 · 1,284')


async def test_badge_does_not_claim_a_connection_that_never_was(page: Page, part: Part) -> None:
    await page.route('**/socket.io/**', lambda route: route.abort())
    await page.route_web_socket('**/socket.io/**', lambda socket: socket.close())

    await page.goto(part.url('/badge'))

    await expect(page.get_by_role('status')).to_contain_text('연결 끊김')
