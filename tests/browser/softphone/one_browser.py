"""One browser a worker: to launch one costs more than most tests in it. Every person still has a context of their own.

What Playwright makes belongs to the loop it was made in, so whoever imports these fixtures lets all their tests run in
the loop of the session (``in_one_loop``).
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.conftest import Contexts, launched, people_in


def in_one_loop(items: list[pytest.Item], folder: Path) -> None:
    """Let all tests below a folder run in the loop of the session."""
    for item in items:
        if folder in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope='session'), append=False)


@pytest_asyncio.fixture(scope='session', loop_scope='session')
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope='session')
async def person(browser: Browser) -> AsyncIterator[Contexts]:
    """As everywhere; nobody's context outlives the test."""
    async with people_in(browser) as another:
        yield another
    for context in browser.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope='session')
async def context(person: Contexts) -> BrowserContext:
    return await person()


@pytest_asyncio.fixture(loop_scope='session')
async def page(context: BrowserContext) -> Page:
    return await context.new_page()
