"""The browser that tests share may hang: then it is replaced, in place of holding up all that follow."""

import signal
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from tests.support.browser.standing import standing


@pytest.fixture
def frozen() -> Iterator[list[psutil.Process]]:
    """Name processes that do not answer any more; they are ended with the test."""
    processes: list[psutil.Process] = []
    yield processes
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


async def test_chromium_that_hangs_is_replaced(frozen: list[psutil.Process]) -> None:
    before = set(psutil.Process().children(recursive=True))
    async with standing(closing_seconds=1) as chromium:
        first = await chromium.running()
        context = await first.new_context()
        await context.new_page()
        frozen += set(psutil.Process().children(recursive=True)) - before
        frozen[:] = [one for one in frozen if 'node' not in one.name()]  # Playwright itself goes on
        for process in frozen:
            process.send_signal(signal.SIGSTOP)

        await chromium.close(context)

        second = await chromium.running()
        assert second is not first
        page = await second.new_page()
        assert await page.evaluate('1 + 1') == 2
