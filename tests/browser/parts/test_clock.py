"""Ticking clocks in a real browser, also where its own time is wrong.

The browser's time stands still and is moved by the test; its timers run.
"""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, Page, expect

from tests.browser.parts.conftest import Part, settled
from tests.support.browser import one_loop

WRONG_TIME = datetime(2031, 5, 6, tzinfo=UTC)  # years from any server's


@one_loop.fixture()
async def clocks(page: Page, part: Part) -> Page:
    """An open page with three clocks, in a browser whose time is wrong."""
    await page.clock.set_fixed_time(WRONG_TIME)
    await page.goto(part.url('/clock'))
    await settled(page)
    return page


async def pass_time(page: Page, seconds: int) -> None:
    await page.clock.set_fixed_time(WRONG_TIME + timedelta(seconds=seconds))


def wait_clock(page: Page) -> Locator:
    return page.get_by_test_id('wait')


async def test_clocks_show_the_servers_time(clocks: Page) -> None:
    await expect(wait_clock(clocks)).to_have_text('0:42')
    await expect(clocks.get_by_test_id('long')).to_have_text('1시간 3분')
    await expect(clocks.get_by_test_id('left')).to_have_text('2:05')


async def test_clocks_tick_and_turn_late(clocks: Page) -> None:
    await expect(wait_clock(clocks)).to_have_text('0:42')
    await expect(wait_clock(clocks)).not_to_have_attribute('data-late', '1')

    await pass_time(clocks, 30)
    await expect(wait_clock(clocks)).to_have_text('1:12')
    await expect(wait_clock(clocks)).to_have_attribute('data-late', '1')
    await expect(clocks.get_by_test_id('left')).to_have_text('1:35')
    await pass_time(clocks, 126)

    await expect(clocks.get_by_test_id('left')).to_have_text('0:00')
    await expect(clocks.get_by_test_id('left')).to_have_attribute('data-late', '1')


async def test_clocks_survive_a_redraw(clocks: Page, part: Part) -> None:
    await expect(wait_clock(clocks)).to_have_text('0:42')

    await part.call('redraw')
    await expect(wait_clock(clocks)).to_contain_class('redrawn')
    await expect(wait_clock(clocks)).to_have_text('0:42')
    await pass_time(clocks, 5)
    await expect(wait_clock(clocks)).to_have_text('0:47')
    await part.call('restart', 0)

    await expect(wait_clock(clocks)).to_have_text('0:05')


async def test_a_new_clock_shows_its_time_before_the_next_tick(clocks: Page, part: Part) -> None:
    await expect(wait_clock(clocks)).to_have_text('0:42')
    await clocks.evaluate('() => { for (let id = 0; id < 10_000; id++) clearInterval(id); }')

    await part.call('add_clock')

    await expect(clocks.get_by_test_id('new')).to_have_text('10:00')
