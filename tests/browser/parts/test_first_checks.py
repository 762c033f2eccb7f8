"""The first sign-in: sound, notification and microphone are each tried, and marked when they work."""

from playwright.async_api import Page, expect

from tests.browser.parts.conftest import Part, settled

DEVICES = """
    window.notices = [];
    window.Notification = class {
        static permission = 'default';
        static async requestPermission() { return (this.permission = 'granted'); }
        constructor(title) { window.notices.push(title); }
        close() {}
    };
    window.isSpeaking = false;
    navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext();
        const voice = context.createOscillator();
        const place = context.createMediaStreamDestination();
        if (window.isSpeaking) voice.connect(place);
        voice.start();
        return place.stream;
    };
"""


async def test_each_step_is_tried_and_marked(page: Page, part: Part) -> None:
    await page.add_init_script(DEVICES)
    await page.goto(part.url('/checks'))
    await settled(page)
    steps = page.get_by_role('list', name='소리와 알림 확인').get_by_role('listitem')
    sound, notices, microphone = (steps.nth(place) for place in range(3))

    await sound.get_by_role('button', name='새 상담 소리 듣기').click()
    await expect(page.get_by_test_id('sound')).to_have_attribute('data-played', '1')
    await sound.get_by_role('button', name='들립니다').click()
    await expect(sound).to_contain_text('끝남')
    await notices.get_by_role('button', name='알림 허용').click()
    await notices.get_by_role('button', name='알림 시험').click()
    await page.wait_for_function("() => window.notices.includes('알림 시험')")
    await notices.get_by_role('button', name='보입니다').click()
    await expect(notices).to_contain_text('끝남')
    await microphone.get_by_role('button', name='마이크 시험').click()
    await expect(microphone).to_contain_text('소리가 들리지 않습니다')
    await page.evaluate('() => { window.isSpeaking = true; }')
    await microphone.get_by_role('button', name='마이크 시험').click()
    await expect(microphone).to_contain_text('끝남')
    await expect(steps.locator('xpath=self::*[@data-done="yes"]')).to_have_count(3)
