"""Errors in the browser reach the server: where and what kind, never what people wrote."""

from playwright.async_api import Browser

from tests.browser.parts.conftest import Part, settled

SECRET = '010-1234-5678'


async def test_error_is_told_once_without_its_words(browser: Browser, part: Part) -> None:
    page = await browser.new_page()  # not the fixture's: that one forbids errors
    await page.goto(part.url('/errors'))
    await settled(page)

    for _ in range(3):
        await page.evaluate('text => setTimeout(() => { throw new TypeError(text) })', SECRET)
    await page.evaluate('text => { Promise.reject(new RangeError(text)) }', SECRET)

    failures = await part.hears('failed', 2)
    assert [failure['kind'] for failure in failures if isinstance(failure, dict)] == [
        'TypeError',
        'RangeError',
    ]
    assert SECRET not in str(failures)
