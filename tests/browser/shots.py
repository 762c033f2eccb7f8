"""``make shots``: draw every screen into ``.shots/``, so that people can look at what tests cannot judge.

A desk of its own with fresh demo data, in ``.cache/shots``. Files are named
``<screen>-<size>-<theme>-<language>.png``: 1440 by 900, and 390 by 844 where a phone is where it is used.
"""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, not as a module

from playwright.async_api import Browser, BrowserContext, Page, async_playwright  # noqa: E402

from desk.settings import Settings  # noqa: E402
from tests.browser import chromium  # noqa: E402
from tests.browser.live import LiveDesk  # noqa: E402
from tests.browser.people import Centre, CustomerScreen, DeskScreen  # noqa: E402

HOME = ROOT / '.cache' / 'shots'
SHOTS = ROOT / '.shots'
SIZES = {'wide': (1440, 900), 'small': (1000, 720), 'phone': (390, 844)}
DEPARTMENT = '주문·배송'


@dataclass(frozen=True)
class Studio:
    """One size, theme and language, and where pictures of it go."""

    browser: Browser
    centre: Centre
    size: str
    theme: str
    language: str

    @asynccontextmanager
    async def person(self, username: str = '') -> AsyncIterator[BrowserContext]:
        """Give somebody's browser, signed in when named."""
        width, height = SIZES[self.size]
        context = await self.browser.new_context(
            viewport={'width': width, 'height': height},
            locale='ko-KR',
            timezone_id='Asia/Seoul',
            reduced_motion='reduce',
        )
        await context.add_cookies(
            [
                {'name': name, 'value': value, 'url': self.centre.address}
                for name, value in {'desk_theme': self.theme, 'desk_lang': self.language}.items()
            ]
        )
        if username:
            await self.centre.sign_in(context, username)
        yield context
        await context.close()

    async def take(self, page: Page, screen: str) -> None:
        """Take a picture once what is drawn is drawn."""
        await page.evaluate('document.fonts.ready.then(() => null)')
        await page.wait_for_timeout(400)
        await page.screenshot(path=SHOTS / f'{screen}-{self.size}-{self.theme}-{self.language}.png')


async def sign_in(studio: Studio) -> None:
    """The login page, empty and refused."""
    async with studio.person() as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/login')
        await studio.take(page, 'login')
        await page.locator('#username').fill(f'{studio.size}-{studio.theme}-{studio.language}')
        await page.locator('#password').fill('wrong-password')
        await page.keyboard.press('Enter')
        await page.get_by_role('alert').wait_for()
        await studio.take(page, 'login-refused')


async def talk(studio: Studio) -> None:
    """A customer's chat from the form to its end, and the agent's side of it."""
    async with studio.person() as visitor, studio.person('agent1') as staff:
        page = await visitor.new_page()
        await page.goto(f'{studio.centre.address}/talk')
        await studio.take(page, 'talk-form')
        await _fill_in(page)
        customer = CustomerScreen(page, studio.centre.address)
        box = page.locator('textarea')
        await box.fill('주문한 상품이 아직 도착하지 않았어요.')
        await box.press('Enter')
        await customer.page.locator('.desk-bubble').first.wait_for()
        await studio.take(page, 'talk-waiting')
        await _answer(studio, staff, page)
        await studio.take(page, 'talk')
        await page.locator('.talk-head .talk-button').click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'talk-end')
        await page.locator('.talk-card .talk-danger').click()
        await page.locator('.talk-ended').wait_for()
        await studio.take(page, 'talk-ended')


async def workspace(studio: Studio) -> None:
    """The desk: lists, a conversation, its dialogs."""
    async with studio.person('agent1') as context:
        desk = DeskScreen(await context.new_page(), studio.centre.address)
        page = desk.page
        await page.goto(f'{studio.centre.address}/desk')
        await desk.settles()
        await page.locator('.desk-row').first.wait_for()
        await studio.take(page, 'desk-open')
        await page.keyboard.press('1')
        await page.locator('.desk-take').first.wait_for()
        await studio.take(page, 'desk-waiting')
        await page.keyboard.press('j')
        await page.locator('.desk-bubble').first.wait_for()
        await studio.take(page, 'desk-waiting-chat')
        await page.keyboard.press('2')
        await page.locator('.desk-take').first.wait_for(state='detached')
        await page.keyboard.press('j')
        await page.locator('.desk-own .desk-bubble').first.wait_for()
        await studio.take(page, 'desk-chat')
        await _dialogs(studio, page)
        if studio.size == 'small':
            await page.keyboard.press('c')
            await studio.take(page, 'desk-drawer')
        if studio.size == 'phone':
            await page.locator('.desk-back').click()
        await page.keyboard.press('3')
        await page.locator('.desk-row').nth(3).wait_for()
        await page.locator('.desk-row-open').nth(1).click()
        await page.locator('.desk-reply-reason').wait_for()
        await studio.take(page, 'desk-closed')


async def everybody(studio: Studio) -> None:
    """What a supervisor sees."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk')
        await page.locator('.desk-row').first.wait_for()
        await page.locator('.desk-scope-choice').nth(1).click()
        await page.keyboard.press('2')
        await page.locator('.desk-take').first.wait_for(state='detached')
        await studio.take(page, 'desk-supervisor')


async def nothing(studio: Studio) -> None:
    """A chat that is not there."""
    async with studio.person('agent7') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/chats/00000000-0000-0000-0000-000000000000')
        await page.get_by_role('alert').first.wait_for()
        await studio.take(page, 'desk-not-found')


async def audit(studio: Studio) -> None:
    """Numbers behind their veil, what lifts it, and what the audit log says of it."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk')
        await page.locator('.desk-row').first.wait_for()
        await page.locator('.desk-scope-choice').nth(1).click()
        await page.keyboard.press('3')
        await page.locator('.desk-take').first.wait_for(state='detached')
        await page.locator('.desk-row-open').nth(1).click()
        await page.locator('.desk-eye').first.click()
        await page.locator('.desk-reasons button').first.wait_for()
        await studio.take(page, 'veil-why')
        await page.locator('.desk-reasons button').nth(1).click()
        await page.get_by_role('dialog').wait_for(state='detached')
        await studio.take(page, 'veil-lifted')
    async with studio.person('admin1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/audit')
        await page.locator('[data-state=whole]').wait_for()
        await studio.take(page, 'audit')


async def customers(studio: Studio) -> None:
    """Finding customers, their table, and one of them whole."""
    async with studio.person('supervisor1') as context:
        desk = DeskScreen(await context.new_page(), studio.centre.address)
        page = desk.page
        await page.goto(f'{studio.centre.address}/desk/customers')
        await desk.settles()
        await page.locator('.desk-table tbody tr').first.wait_for()
        await studio.take(page, 'customers')
        box = page.locator('.desk-top .desk-search-text')
        await box.fill('ㄱ')
        await page.locator('.desk-table mark').first.wait_for()
        await studio.take(page, 'customers-found')
        await box.fill('뷁뷁')
        await page.locator('.desk-list-foot .desk-empty').wait_for()
        await studio.take(page, 'customers-none')


async def customer(studio: Studio) -> None:
    """One customer whole: card, timeline, form."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/customers')
        await page.locator('.desk-table tbody a').first.click()
        await page.locator('.desk-entry').first.wait_for()
        await studio.take(page, 'customer')
        if await (read := page.locator('[data-act=open]')).count():
            await read.first.click()
            await page.locator('.desk-earlier-transcript .desk-bubble').first.wait_for()
            await studio.take(page, 'customer-transcript')
        await page.locator('.desk-person-head button').first.click()
        await page.locator('.desk-form').wait_for()
        await studio.take(page, 'customer-form')
        await page.locator('.desk-top .desk-search-text').fill('01')
        await page.locator('.desk-search-option, .desk-search-note').first.wait_for()
        await studio.take(page, 'search')
        await page.goto(f'{studio.centre.address}/desk/customers/new')
        await page.locator('.desk-form [type=submit]').click()
        await page.locator('.desk-field-error').first.wait_for()
        await studio.take(page, 'customer-new-refused')


SCREENS: dict[Callable[[Studio], Awaitable[None]], tuple[str, ...]] = {
    sign_in: ('wide', 'phone'),
    workspace: ('wide', 'small', 'phone'),
    everybody: ('wide',),
    nothing: ('wide',),
    customers: ('wide', 'phone'),
    customer: ('wide', 'phone'),
    audit: ('wide',),
    talk: ('phone', 'wide'),
}


async def _dialogs(studio: Studio, page: Page) -> None:
    for place, name in enumerate(('sound', 'keys', 'profile')):
        await page.locator('button.desk-rail-item').nth(place).click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, f'dialog-{name}')
        await page.keyboard.press('Escape')
        await page.get_by_role('dialog').wait_for(state='detached')
    await page.keyboard.press('e')
    await page.get_by_role('dialog').wait_for()
    await studio.take(page, 'dialog-end')
    await page.keyboard.press('Escape')
    await page.get_by_role('dialog').wait_for(state='detached')


async def _fill_in(page: Page) -> None:
    await page.locator('#name').fill('최유진')
    await page.locator('#phone').fill('010-9876-5432')
    await page.locator('#department').select_option(DEPARTMENT)
    await page.locator('.talk-form button').click()
    await page.locator('textarea').wait_for()


async def _answer(studio: Studio, staff: BrowserContext, page: Page) -> None:
    """Take the customer's chat and answer, as the newest row of the list."""
    desk = await staff.new_page()
    await desk.goto(f'{studio.centre.address}/desk')
    await desk.keyboard.press('1')
    await desk.locator('.desk-row', has_text='최유진').last.locator('.desk-take').click()
    box = desk.locator('textarea')
    await box.wait_for()
    await box.fill('안녕하세요, 주문·배송 상담원 김서연입니다. 바로 확인해 드릴게요.')
    await box.press('Enter')
    await page.locator('.desk-theirs .desk-bubble').wait_for()
    await desk.close()


async def main() -> None:
    """Draw them all."""
    for folder in (HOME, SHOTS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    desk = LiveDesk(Settings(_env_file=None, desk_home=HOME / 'desk'), log=HOME / 'errors.log')
    desk.start()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.executable(), args=list(chromium.LAUNCH_ARGS)
            )
            for draw, sizes in SCREENS.items():
                for size, theme, language in product(sizes, ('light', 'dark'), ('ko', 'en')):
                    await draw(Studio(browser, Centre(desk.address), size, theme, language))
            await browser.close()
    finally:
        desk.stop()
    print(f'{len(list(SHOTS.glob("*.png")))} pictures are in {SHOTS.relative_to(ROOT)}/')


if __name__ == '__main__':
    asyncio.run(main())
