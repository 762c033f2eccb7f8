"""보호 in a call, by keyboard alone: the panel below the call bar, two warnings, and the end offered.

This desk has a softphone without Connect's API, which ends a call: the end is tested with the services.
"""

from playwright.async_api import expect

from desk.db import Database
from services.people import agent_queries
from tests.browser.calls.test_calls import talking
from tests.support.browser.calling import CallScreen
from tests.support.make import Make
from tests.support.sandbox.box import Box


async def test_abusive_caller_is_warned_twice_by_keyboard_and_may_be_hung_up_on(
    phone: CallScreen, box: Box, make: Make, db: Database
) -> None:
    contact_id = await talking(phone, box)
    # What Connect's events tell: this desk hears of calls by its softphone alone.
    async with db.reading() as session:
        agent = await agent_queries.by_username(session, 'agent1')
    await make.call(agent=agent, contact_id=contact_id)
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
