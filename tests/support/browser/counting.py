"""A keyboard that counts: how many presses a task takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.async_api import Locator, Page, expect

from tests.support.browser.people import MOST_TABS


class CountingKeys:
    """A tab's keyboard. Each press counts, a chord such as Ctrl+Enter once; typed text counts nothing."""

    def __init__(self, page: Page) -> None:
        self._page, self._count = page, 0
        self.taken: dict[str, int] = {}
        """How many presses each task took."""

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self._count += 1
            await self._page.keyboard.press(key)

    async def types(self, text: str) -> None:
        """Type text where the caret is."""
        await self._page.keyboard.type(text)

    async def tabs_to(self, goal: Locator, *, key: str = 'Tab') -> None:
        """Press Tab (or ``Shift+Tab``) until ``goal`` has the focus."""
        for _ in range(MOST_TABS):
            if await goal.evaluate('it => it === document.activeElement'):
                return
            await self.press(key)
        await expect(goal).to_be_focused()

    @contextmanager
    def task(self, name: str) -> Iterator[None]:
        """Count what is pressed inside for a task."""
        before = self._count
        yield
        self.taken[name] = self._count - before
