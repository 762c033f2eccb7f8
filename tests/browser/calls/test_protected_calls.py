"""보호 in a call, by keyboard alone: the panel below the call bar, two warnings, the end, the rest and the way back."""

from playwright.async_api import expect

from tests.browser.calls.test_calls import stands, talking
from tests.support.browser.calling import CallScreen
from tests.support.sandbox.box import Box


async def test_abusive_caller_is_warned_twice_and_hung_up_by_keyboard(
    phone: CallScreen, box: Box
) -> None:
    contact_id = await talking(phone, box)
    desk, press = phone.desk, phone.page.keyboard.press
    panel = desk.get_by_role('region', name='보호', exact=True)
    await desk.get_by_role('heading', level=1).click()  # out of every field
    await expect(panel).to_be_hidden()

    for warning in ('읽었음: 경고 1/2', '읽었음: 경고 2/2'):
        await press('Shift+Q')
        step = panel.get_by_role('button', name=warning, exact=True)
        await expect(step).to_be_focused()
        await expect(panel).to_contain_text('이 글을 소리 내어 읽으세요')
        await press('Enter')
        await expect(step).to_have_count(0)
    await press('Shift+Q')
    await expect(panel.get_by_role('button', name='통화 종료 (보호)')).to_be_focused()
    await press('Enter')

    await expect(panel).to_contain_text('관리자에게 알렸고 대화를 기록으로 남겼습니다')
    await stands(box, contact_id, 'ENDED')
    await expect(panel.get_by_role('button', name='보호 휴식 시작')).to_be_focused()
    await press('Shift+Q')
    back = panel.get_by_role('button', name='휴식 마치고 상담 가능')
    await expect(back).to_be_focused()
    await press('Enter')
    await expect(panel).to_be_hidden()
