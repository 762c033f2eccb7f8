"""Browsers beside the sandbox."""

from pathlib import Path

import pytest

from tests.browser import one_loop
from tests.browser.conftest import browser, context, page, person

__all__ = ['browser', 'context', 'page', 'person']


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    one_loop.in_one_loop(items, Path(__file__).parent)
