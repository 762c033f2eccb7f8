"""Where pictures of the desk are taken: one size, theme and language, and the people in front of their screens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page

from tests.support.browser.people import Centre

SHOTS = Path(__file__).parents[3] / '.shots'
SIZES = {
    'wide': (1440, 900),
    'small': (1000, 720),
    'phone': (390, 844),
    'laptop': (1280, 800),
    'wall': (1920, 1080),
}


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
            color_scheme='dark'
            if self.theme == 'dark'
            else 'light',  # other sites have no cookie of the desk's
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

    async def reaches_list(self, page: Page) -> None:
        """Wait for the list; on a phone leave the first keys, which stand before it until a state has been chosen."""
        await page.locator('.desk-row').first.wait_for(state='attached')
        back = page.locator('.desk-welcome-back')
        await page.wait_for_timeout(500)
        if await back.is_visible():
            await back.click()

    async def invites(self, page: Page, family: str, given: str, username: str) -> str:
        """Fill in the open form of an invitation, send it, and return its link."""
        for place, text in enumerate((family, given, f'{username}@example.com', username)):
            await page.locator('.desk-form input').nth(place).fill(text)
        await page.locator('.desk-form [type=submit]').click()
        return await page.locator('.desk-settings-link').input_value()

    async def take(self, page: Page, screen: str) -> None:
        """Take a picture once what is drawn is drawn."""
        await page.evaluate('document.fonts.ready.then(() => null)')
        await page.wait_for_timeout(400)
        await page.screenshot(path=SHOTS / f'{screen}-{self.size}-{self.theme}-{self.language}.png')
