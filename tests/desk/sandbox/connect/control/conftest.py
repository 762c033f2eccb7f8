"""Browsers beside the sandbox."""

from pathlib import Path

import pytest

from tests.browser.conftest import browser, chromium, context, page, person
from tests.support.browser import one_loop

__all__ = ['browser', 'chromium', 'context', 'page', 'person']


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    one_loop.in_one_loop(items, Path(__file__).parent)
