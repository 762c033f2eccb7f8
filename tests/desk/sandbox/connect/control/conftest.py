"""Browsers beside the sandbox."""

from pathlib import Path

import pytest

from tests.browser.softphone.one_browser import browser, context, in_one_loop, page, person

__all__ = ['browser', 'context', 'page', 'person']


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    in_one_loop(items, Path(__file__).parent)
