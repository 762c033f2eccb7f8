"""A real browser for each test.

Every fixture has pytest-asyncio's default scope, the function: Playwright objects belong to the loop they were
made in, and a wider scope would oblige every fixture of every browser test to name the same loop. A launch
costs half a second, less than an hour of looking for a loop.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser import chromium


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium, closed with everything opened in it."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(chromium.LAUNCH_ARGS)
        )
        try:
            yield opened
        finally:
            await opened.close()


@pytest.fixture
async def context(browser: Browser) -> BrowserContext:
    """One Korean person's browser; their tabs share storage and cookies."""
    return await browser.new_context(
        viewport={'width': 1440, 'height': 900}, locale='ko-KR', timezone_id='Asia/Seoul'
    )


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """One tab."""
    return await context.new_page()
