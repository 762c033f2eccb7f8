"""The transcript's scrolling in a real browser: at the end it stays there, elsewhere nothing moves."""

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.parts.conftest import Part, settled, until

PILL = re.compile('^(맨 아래로|최신 메시지)')
GAP = 'view => view.scrollHeight - view.clientHeight - view.scrollTop'


def view(page: Page) -> Locator:
    return page.get_by_role('log', name='대화 내용')


async def open_log(page: Page, part: Part, **query: object) -> None:
    await page.goto(part.url('/scroller', **query))
    await settled(page)
    await is_at_end(page)


async def is_at_end(page: Page) -> None:
    async def at_end() -> bool:
        return bool(await view(page).evaluate(f'view => ({GAP})(view) < 1'))

    await until(at_end)


async def top_of(page: Page, text: str) -> float:
    bounds = await page.get_by_text(text, exact=True).bounding_box()
    assert bounds is not None
    return bounds['y']


async def stays(page: Page, text: str, top: float) -> None:
    """Wait for what is next painted: asked in between, the browser tells where things are before the part mends it."""

    async def is_there() -> bool:
        return await top_of(page, text) == top

    await until(is_there)


async def scroll_to(page: Page, top: int) -> None:
    await view(page).evaluate('(view, top) => { view.scrollTop = top; }', top)
    await expect(page.get_by_role('button', name=PILL)).to_be_visible()


async def test_new_messages_keep_the_end_in_sight(page: Page, part: Part) -> None:
    await open_log(page, part)

    await part.call('add', 55)
    await expect(page.get_by_text('message 55')).to_be_in_viewport()
    await part.call('grow', 55, 300)
    await expect(page.get_by_text('message 55')).to_have_css('height', '300px')

    await is_at_end(page)
    await expect(page.get_by_role('button', name=PILL)).to_be_hidden()


async def test_a_smaller_window_keeps_the_end_in_sight(page: Page, part: Part) -> None:
    await open_log(page, part)

    await view(page).evaluate("view => { view.parentElement.style.height = '250px'; }")

    await is_at_end(page)
    await expect(page.get_by_text('message 50')).to_be_in_viewport()


async def test_new_messages_never_pull_a_reader_down(page: Page, part: Part) -> None:
    await open_log(page, part)
    await scroll_to(page, 800)
    before = await top_of(page, 'message 21')

    await part.call('add', 53)
    pill = page.get_by_role('button', name=PILL)
    await expect(pill).to_contain_text('3')
    await part.call('drop_oldest', 3)
    await expect(page.get_by_text('message 3', exact=True)).to_have_count(0)
    await part.call('grow', 10, 200)
    await expect(page.get_by_text('message 10')).to_have_css('height', '200px')

    await stays(page, 'message 21', before)
    await pill.click()
    await is_at_end(page)
    await expect(pill).to_be_hidden()


async def test_older_messages_come_in_front_without_a_jump(page: Page, part: Part) -> None:
    await open_log(page, part, first=51, last=100)
    assert await part.told('older') == []
    await scroll_to(page, 100)
    await part.hears('older', 1)
    before = await top_of(page, 'message 55')

    await part.call('prepend', 30)

    await expect(page.get_by_text('message 21', exact=True)).to_be_attached()
    await stays(page, 'message 55', before)
    await scroll_to(page, 0)
    await part.hears('older', 2)
    await part.call('prepend', 20)
    await expect(page.get_by_text('message 1', exact=True)).to_be_attached()
    await scroll_to(page, 0)
    await scroll_to(page, 10)
    assert len(await part.told('older')) == 2


async def test_a_short_log_asks_for_older_at_once(page: Page, part: Part) -> None:
    await page.goto(part.url('/scroller', first=98, last=100))

    await part.hears('older', 1)
    await part.call('prepend', 50)
    await expect(page.get_by_text('message 48', exact=True)).to_be_attached()

    await is_at_end(page)


async def test_seen_is_told_once_and_only_grows(page: Page, part: Part) -> None:
    await open_log(page, part)
    assert await part.hears('seen', 1) == [50]

    await scroll_to(page, 400)
    await part.call('add', 52)
    await expect(page.get_by_role('button', name='최신 메시지 2')).to_be_visible()
    assert await part.told('seen') == [50]
    await part.call('to_bottom')

    assert await part.hears('seen', 2) == [50, 52]


async def test_nothing_is_seen_without_a_reader(page: Page, part: Part) -> None:
    await page.add_init_script('window.away = true; document.hasFocus = () => !window.away;')
    await open_log(page, part)
    await part.call('add', 51)
    await expect(page.get_by_text('message 51')).to_be_in_viewport()
    assert await part.told('seen') == []

    await page.evaluate("() => { window.away = false; window.dispatchEvent(new Event('focus')); }")

    assert await part.hears('seen', 1) == [51]


async def test_pill_and_log_work_by_keyboard(page: Page, part: Part) -> None:
    await open_log(page, part)
    await view(page).focus()

    await page.keyboard.press('Home')
    await expect(page.get_by_text('message 1', exact=True)).to_be_in_viewport()
    await until(lambda: view(page).evaluate('view => view.scrollTop === 0'))
    pill = page.get_by_role('button', name=PILL)
    await expect(view(page)).to_have_attribute('aria-live', 'polite')
    await page.keyboard.press('Tab')
    await expect(pill).to_be_focused()
    await page.keyboard.press('Enter')

    await is_at_end(page)
    await expect(view(page)).to_be_focused()
