"""Browsers beside the sandbox: the fixtures are those of ``tests/browser``."""

from tests.browser.conftest import browser, context, page, person

__all__ = ['browser', 'context', 'page', 'person']
