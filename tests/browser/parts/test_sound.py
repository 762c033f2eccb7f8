"""The sounds in a real browser: silent before a gesture, then as asked, and remembered."""

from playwright.async_api import Locator, Page, expect

from tests.browser.parts.conftest import Part, settled


def element(page: Page) -> Locator:
    return page.get_by_test_id('sound')


async def open_sound(page: Page, part: Part) -> None:
    await page.goto(part.url('/sound'))
    await settled(page)


async def unlock(page: Page, part: Part) -> None:
    states = len(await part.told('state'))
    await page.get_by_text('somewhere to click').click()
    await part.hears('state', states + 1)


async def test_a_ring_waits_for_the_first_gesture(page: Page, part: Part) -> None:
    await open_sound(page, part)
    assert await part.hears('state', 1) == [[False, False, 0.6]]
    await part.call('tick')
    await part.call('ring')
    await expect(element(page)).to_have_attribute('data-ringing', 'waiting')
    await expect(element(page)).not_to_have_attribute('data-played', '1')

    await unlock(page, part)

    await expect(element(page)).to_have_attribute('data-ringing', '1')
    await expect(element(page)).to_have_attribute('data-played', '1')
    assert (await part.told('state'))[-1] == [True, False, 0.6]


async def test_a_ring_goes_on_until_it_is_stopped(page: Page, part: Part) -> None:
    await open_sound(page, part)
    await unlock(page, part)

    await part.call('ring')
    await part.call('ring')
    await expect(element(page)).to_have_attribute('data-ringing', '1')
    await part.call('stop_ring')
    await expect(element(page)).not_to_have_attribute('data-ringing', '1')
    await part.call('tick')
    await part.call('test', 'ring')

    await expect(element(page)).to_have_attribute('data-played', '3')


async def test_of_two_tabs_one_rings_and_the_other_goes_on_when_it_is_closed(
    page: Page, part: Part
) -> None:
    other = await page.context.new_page()
    await open_sound(page, part)
    await unlock(page, part)
    await open_sound(other, part)
    await unlock(other, part)

    await part.call('ring')
    await part.call('mark_title', 1)

    await expect(element(page)).to_have_attribute('data-ringing', '1')
    await expect(element(other)).to_have_attribute('data-ringing', 'waiting')
    for tab in (page, other):
        await expect(tab).to_have_title('🔔 (1) desk')
    await page.close()
    await expect(element(other)).to_have_attribute('data-ringing', '1')


async def test_a_tab_that_nobody_has_touched_leaves_the_ring_to_one_that_can(
    page: Page, part: Part
) -> None:
    other = await page.context.new_page()
    await open_sound(page, part)
    await open_sound(other, part)
    await unlock(other, part)

    await part.call('ring')

    await expect(element(other)).to_have_attribute('data-ringing', '1')
    await expect(element(page)).to_have_attribute('data-ringing', 'waiting')


async def test_mute_in_one_tab_is_mute_in_all(page: Page, part: Part) -> None:
    await open_sound(page, part)
    other = await page.context.new_page()
    await open_sound(other, part)
    await part.hears('state', 2)

    await other.evaluate(
        'key => localStorage.setItem(key, JSON.stringify({ muted: true, volume: 0.25 }))',
        f'desk.sound.{part.key}',
    )

    assert (await part.hears('state', 3))[-1] == [False, True, 0.25]


async def test_mute_and_volume_are_remembered(page: Page, part: Part) -> None:
    await open_sound(page, part)
    await part.call('set_muted', muted=True)
    await part.call('set_volume', 0.25)
    assert (await part.hears('state', 3))[-1] == [False, True, 0.25]

    await page.reload()
    await settled(page)

    assert (await part.hears('state', 4))[-1] == [False, True, 0.25]


async def test_the_title_is_marked_and_restored(page: Page, part: Part) -> None:
    await open_sound(page, part)

    await part.call('mark_title', 2)
    await expect(page).to_have_title('(2) desk')
    await page.evaluate("() => { document.title = 'another page'; }")
    await expect(page).to_have_title('(2) another page')
    await part.call('mark_title', 3)
    await expect(page).to_have_title('(3) another page')
    await part.call('mark_title', 0)

    await expect(page).to_have_title('another page')


async def test_a_ring_comes_out_of_a_second_device_too(page: Page, part: Part) -> None:
    await page.add_init_script(
        """
        window.sinks = [];
        AudioContext.prototype.setSinkId = async (id) => {
            if (id === 'unplugged') throw new DOMException('gone', 'NotFoundError');
            window.sinks.push(id);
        };
        navigator.mediaDevices.enumerateDevices = async () => [
            { kind: 'audiooutput', deviceId: 'default', label: 'usual' },
            { kind: 'audiooutput', deviceId: 'speaker', label: '스피커' },
            { kind: 'audioinput', deviceId: 'mic', label: 'mic' },
        ];
        """
    )
    await open_sound(page, part)
    await unlock(page, part)

    await part.call('list_devices')
    assert await part.hears('devices', 1) == [[['speaker', '스피커']]]
    await part.call('set_second', 'speaker')
    await page.wait_for_function("() => window.sinks.includes('speaker')")
    await part.call('ring')
    await expect(element(page)).to_have_attribute('data-second', '1')
    await expect(page).to_have_title('🔔 desk')
    await part.call('stop_ring')
    await expect(element(page)).not_to_have_attribute('data-second', '1')
    await expect(page).to_have_title('desk')
    await part.call('set_second', 'unplugged')
    await part.call('ring')
    await expect(element(page)).to_have_attribute('data-ringing', '1')
    await expect(element(page)).not_to_have_attribute('data-second', '1')
