"""보호 in a call by one key: warned, warned, hung up on without anybody's leave, and a rest; by an agent at a real softphone.

The desk of this test is connected to the contact centre, as in production: it hears of calls by Connect's events.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.async_api import expect

from desk.db import Database
from desk.sandbox import BackingUrls
from models import Call
from models import ProtectionStepKind as Kind
from services.people import agent_queries
from services.registry import Services
from tests.browser.calls.conftest import staff, with_connect
from tests.browser.calls.test_calls import stands, talking
from tests.browser.conftest import Contexts
from tests.support.browser import live
from tests.support.browser.calling import CallScreen, at_the_phone, until
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre
from tests.support.centre import connect_settings, skip_earlier_agent_events
from tests.support.make import Make
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import contact_queue

__all__ = ['contact_queue']


@pytest.fixture
def standing_desk(
    backing: BackingUrls, template: str, box: Box, contact_queue: str, tmp_path: Path
) -> Iterator[LiveDesk]:
    """A desk of its own, so that no call of this test is left where others are made."""
    del contact_queue  # without what other tests' centres told
    with live.database(backing, template, tmp_path, arrive=staff) as settings:
        with ThreadPoolExecutor(1) as apart:  # from the loop that the test is about to run in
            apart.submit(asyncio.run, skip_earlier_agent_events(box, settings)).result()
        connected = with_connect(settings, box).model_copy(update=connect_settings(box))
        with live.served(connected, tmp_path / 'errors.log') as desk:
            yield desk


async def test_abusive_caller_is_warned_twice_and_hung_up_on_by_one_key(
    centre: Centre, person: Contexts, box: Box, make: Make, services: Services, db: Database
) -> None:
    boss = await make.supervisor()
    context = await person(permissions=['microphone'])
    phone = await at_the_phone(centre, context, 'agent1')
    await phone.chooses('상담 가능')
    contact_id = await talking(phone, box)
    await phone.desk.get_by_role('heading', level=1).click()  # out of every field
    async with db.reading() as session:
        agent = await agent_queries.by_username(session, 'agent1')
    assert agent is not None

    async def call() -> Call | None:
        return await services.calls.of_contact(agent, contact_id)

    async def is_answered() -> bool:
        return (known := await call()) is not None and known.is_answered

    await until(is_answered)

    await _is_warned_and_ended(phone)
    await stands(box, contact_id, 'ENDED')
    await context.add_cookies([{'name': 'desk_lang', 'value': 'en', 'url': centre.address}])
    await phone.page.reload()
    await _rests_and_comes_back_in_english(phone)

    over = await call()
    assert over is not None
    assert over.end_time is not None
    [row] = await services.protection_records.page(boss)
    record = await services.protection_records.record(boss, row.case.id)
    assert [(one.kind, bool(one.words)) for one in record.steps if one.by_id == agent.id] == [
        (Kind.OPENED, False), (Kind.WARNED, True), (Kind.WARNED, True), (Kind.ENDED, True),
        (Kind.RESTED, False), (Kind.RETURNED, False),
    ]  # fmt: skip
    assert record.evidence is not None
    assert record.pair is not None  # they meet no more
    await stands(box, contact_id, 'gone')


async def _is_warned_and_ended(phone: CallScreen) -> None:
    """Each time one key leads to the next step, and Enter takes it; the words to be read aloud stand above."""
    desk, press = phone.desk, phone.page.keyboard.press
    panel = desk.get_by_role('region', name='보호', exact=True)
    await expect(panel).to_be_hidden()
    for warning in ('읽었음: 경고 1/2', '읽었음: 경고 2/2'):
        await press('Shift+Q')
        step = panel.get_by_role('button', name=warning, exact=True)
        await expect(step).to_be_focused()
        await expect(panel).to_contain_text('이 글을 소리 내어 읽으세요')
        await press('Enter')
        await expect(step).to_have_count(0)
    await press('Shift+Q')
    await expect(panel.get_by_role('button', name='통화 종료 (보호)', exact=True)).to_be_focused()
    await press('Enter')
    await phone.is_in('wrap_up')
    await expect(panel).to_contain_text('관리자에게 알렸고 대화를 기록으로 남겼습니다')
    await expect(panel.get_by_role('button', name='보호 휴식 시작', exact=True)).to_be_focused()


async def _rests_and_comes_back_in_english(phone: CallScreen) -> None:
    """A page that was opened anew offers the rest all the same, in its reader's language."""
    panel = phone.desk.get_by_role('region', name='Protection', exact=True)
    await expect(panel.get_by_role('button', name='Begin protected rest')).to_be_visible()
    await phone.desk.get_by_role('heading', level=1).click()
    await phone.page.keyboard.press('Shift+Q')
    back = panel.get_by_role('button', name='End rest, become available', exact=True)
    await expect(back).to_be_focused()
    await expect(phone.desk.locator('.desk-status-now')).to_contain_text('Away')
    await phone.page.keyboard.press('Enter')
    await expect(phone.desk.locator('.desk-status-now')).to_contain_text('Available')
    await phone.page.keyboard.press('Shift+E')
    await expect(phone.desk.locator('.desk-call')).to_have_attribute('data-call', 'none')
