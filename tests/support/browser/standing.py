"""One Chromium that stands for all tests of a worker, and is replaced when it hangs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright

from tests.support.browser.chromium import LAUNCH_ARGS, executable

CLOSING_SECONDS = 15.0
"""Chromium closes a person's browser in a fraction of a second. One that hangs would hold up every test that follows."""

log = structlog.get_logger()


class StandingChromium:
    """Chromium, launched when it is first needed and again when it was given up."""

    def __init__(self, playwright: Playwright, *, closing_seconds: float) -> None:
        self._playwright = playwright
        self._closing_seconds = closing_seconds
        self._browser: Browser | None = None

    async def running(self) -> Browser:
        """Return the browser to open pages in."""
        if self._browser is None or not self._browser.is_connected():
            self._browser = await self._playwright.chromium.launch(
                executable_path=executable(), args=list(LAUNCH_ARGS)
            )
        return self._browser

    async def close(self, context: BrowserContext) -> None:
        """Close one person's browser; when Chromium does not do that in time, the next test gets a new Chromium."""
        try:
            async with asyncio.timeout(self._closing_seconds):
                await context.close()
        except TimeoutError:
            log.warning('chromium_hangs')
            await self.end()

    async def end(self) -> None:
        """Close the browser, or leave it to the end of Playwright when it does not answer."""
        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._closing_seconds):
                    await browser.close()


@asynccontextmanager
async def standing(*, closing_seconds: float = CLOSING_SECONDS) -> AsyncIterator[StandingChromium]:
    """Keep a Chromium for the block."""
    async with async_playwright() as playwright:
        chromium = StandingChromium(playwright, closing_seconds=closing_seconds)
        try:
            yield chromium
        finally:
            await chromium.end()
