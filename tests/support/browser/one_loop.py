"""One browser serves all tests of a worker: to launch one costs more than most tests in it.

What Playwright makes belongs to the loop it was made in, so these tests, and every fixture of theirs that waits for
something, run in the loop of the session. All other tests have a loop of their own, which ends what they leave going.
"""

from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

fixture = partial(pytest_asyncio.fixture, loop_scope='session')
"""A fixture for tests in the loop of the session."""


def in_one_loop(items: list[pytest.Item], folder: Path) -> None:
    """Let all tests below a folder run in the loop of the session."""
    for item in items:
        if folder in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope='session'), append=False)
