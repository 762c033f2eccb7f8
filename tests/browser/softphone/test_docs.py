"""The example of the documentation does what it says."""

from playwright.async_api import Page, expect

from tests.support.sandbox.box import Box
from tests.support.softphone.phone import until


async def test_example_takes_the_call(page: Page, box: Box, desk_url: str) -> None:
    await page.goto(f'{desk_url}/example')
    frame = page.frame_locator('iframe')
    await frame.get_by_role('button', name='김서연 (agent1)').click()
    await expect(frame.get_by_role('status')).to_have_text('오프라인')
    await frame.get_by_label('상담 상태').select_option('상담 가능')
    await expect(frame.get_by_role('status')).to_have_text('상담 가능')

    contact_id = box.ring()

    await until(lambda: box.stage_with() == {contact_id: 'CONNECTED'})
