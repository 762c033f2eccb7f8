"""The three panes in a real browser: by mouse, by keyboard, remembered, and on small screens."""

from playwright.async_api import Locator, Page, expect

from tests.browser.parts.conftest import Part, settled, until


def separator(page: Page, name: str) -> Locator:
    return page.get_by_role('separator', name=name)


async def open_panes(page: Page, part: Part) -> None:
    await page.goto(part.url('/panes'))
    await settled(page)


async def has_width(page: Page, name: str, width: int) -> None:
    """Wait until the pane ``name`` is ``width`` pixels wide."""
    pane = page.get_by_role('region', name=name, exact=True)

    async def as_wide() -> bool:
        bounds = await pane.bounding_box()
        return bounds is not None and round(bounds['width']) == width

    await until(as_wide)


async def drag(page: Page, handle: Locator, by: int) -> None:
    bounds = await handle.bounding_box()
    assert bounds is not None
    x, y = bounds['x'] + bounds['width'] / 2, bounds['y'] + 200
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + by / 2, y)
    await page.mouse.move(x + by, y)
    await page.mouse.up()


async def test_panes_are_dragged_and_remembered(page: Page, part: Part) -> None:
    await open_panes(page, part)
    await has_width(page, '상담 목록', 320)
    await has_width(page, '고객', 360)

    await drag(page, separator(page, '상담 목록 너비'), 60)
    await drag(page, separator(page, '고객 너비'), -40)

    await has_width(page, '상담 목록', 380)
    await has_width(page, '고객', 400)
    await page.reload()
    await settled(page)
    await has_width(page, '상담 목록', 380)
    await has_width(page, '고객', 400)
    await expect(separator(page, '상담 목록 너비')).to_have_attribute('aria-valuenow', '380')


async def test_dragging_stops_at_the_bounds_and_double_click_resets(page: Page, part: Part) -> None:
    await open_panes(page, part)

    await drag(page, separator(page, '상담 목록 너비'), 700)
    await has_width(page, '상담 목록', 480)
    await drag(page, separator(page, '상담 목록 너비'), -400)
    await has_width(page, '상담 목록', 240)
    await separator(page, '상담 목록 너비').dblclick()

    await has_width(page, '상담 목록', 320)


async def test_separators_work_by_keyboard(page: Page, part: Part) -> None:
    await open_panes(page, part)
    left, right = separator(page, '상담 목록 너비'), separator(page, '고객 너비')

    await left.press('ArrowRight')
    await has_width(page, '상담 목록', 336)
    await right.press('ArrowLeft')
    await has_width(page, '고객', 376)
    await left.press('Home')
    await has_width(page, '상담 목록', 240)
    await left.press('End')
    await has_width(page, '상담 목록', 480)
    await left.press('Enter')
    await expect(page.get_by_text('left pane')).to_be_hidden()
    await expect(left).to_have_attribute('aria-valuenow', '0')
    await page.reload()
    await settled(page)
    await expect(page.get_by_text('left pane')).to_be_hidden()
    await left.press('Enter')

    await has_width(page, '상담 목록', 480)


async def test_tab_follows_the_eye(page: Page, part: Part) -> None:
    await open_panes(page, part)

    await separator(page, '상담 목록 너비').focus()
    await page.keyboard.press('Tab')
    await expect(page.get_by_role('textbox', name='note')).to_be_focused()
    await page.keyboard.press('Tab')

    await expect(separator(page, '고객 너비')).to_be_focused()


async def test_nothing_moves_after_the_first_paint(page: Page, part: Part) -> None:
    await open_panes(page, part)
    await separator(page, '상담 목록 너비').press('End')
    await page.add_init_script("""
        window.shifts = [];
        new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((e) => e.value)))
            .observe({ type: 'layout-shift', buffered: true });
    """)

    await page.reload()
    await settled(page)
    await has_width(page, '상담 목록', 480)

    assert sum(await page.evaluate('() => window.shifts')) < 0.01


async def test_right_pane_is_a_drawer_on_a_small_screen(page: Page, part: Part) -> None:
    await page.set_viewport_size({'width': 1000, 'height': 700})
    await open_panes(page, part)
    await expect(page.get_by_text('right pane')).to_be_hidden()
    button = page.get_by_role('button', name='고객 정보')

    await button.click()
    await expect(page.get_by_text('right pane')).to_be_visible()
    await expect(button).to_have_attribute('aria-expanded', 'true')
    await page.keyboard.press('Escape')
    await expect(page.get_by_text('right pane')).to_be_hidden()
    await expect(button).to_be_focused()
    await part.call('toggle_right')

    await expect(page.get_by_text('right pane')).to_be_visible()


async def test_a_phone_shows_one_pane_and_keeps_what_is_typed(page: Page, part: Part) -> None:
    await open_panes(page, part)
    note = page.get_by_role('textbox', name='note')
    await note.fill('쓰던 말')

    await page.set_viewport_size({'width': 390, 'height': 800})
    await expect(page.get_by_text('left pane')).to_be_visible()
    await expect(note).to_be_hidden()
    await part.call('show', 'center')

    await expect(note).to_have_value('쓰던 말')
    await expect(note).to_be_visible()
    await expect(page.get_by_text('left pane')).to_be_hidden()
    await expect(page.get_by_role('separator')).to_have_count(0)
    await page.set_viewport_size({'width': 1440, 'height': 900})
    await has_width(page, '상담 목록', 320)
    await expect(note).to_have_value('쓰던 말')
