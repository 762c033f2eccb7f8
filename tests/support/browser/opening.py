"""A desk of one's own from nothing: the steps from its printed link to a queue with hours, on the screens alone."""

import re

from playwright.async_api import Locator, Page, expect

from desk.db import Database
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import DeskScreen

BOSS = 'the-first-of-all'
"""The first administrator's password."""
QUEUE, DEPARTMENT = '환불 문의', '결제'
"""The first queue, and whose it is."""
WEEK = ('월요일', '화요일', '수요일', '목요일', '금요일', '토요일', '일요일')


async def nobody(db: Database) -> None:
    """Leave the tables as they are migrated."""


def printed_link(desk: LiveDesk) -> str:
    """Return the link to the first administrator's form, as the operator reads it."""
    [link] = re.findall(rf'{re.escape(desk.address)}/setup/\S+', desk.said())
    return link


async def fills_setup(boss: DeskScreen, link: str) -> None:
    """Open the printed link and fill in who the first administrator is."""
    await boss.page.goto(link)
    names = {'성': '정', '이름': '하늘', '이메일': 'boss@example.com', '아이디': 'boss'}
    passwords = {'비밀번호 (12자 이상)': BOSS, '비밀번호 다시 입력': BOSS}
    for label, text in (names | passwords).items():
        await boss.page.get_by_label(label, exact=True).fill(text)


async def signs_in(page: Page, username: str, password: str) -> None:
    """Fill in the sign-in form and send it."""
    await page.get_by_label('아이디').fill(username)
    await page.get_by_label('비밀번호').fill(password)
    await page.keyboard.press('Enter')


async def fills(page: Page, **fields: str) -> None:
    """Fill in fields of the form that is open, by their labels."""
    for label, text in fields.items():
        await page.get_by_role('form').get_by_label(label, exact=True).fill(text)


def done(boss: DeskScreen) -> Locator:
    """The steps that are ticked."""
    return boss.page.locator('.desk-steps [data-done="yes"]')


async def goes(boss: DeskScreen, step: str) -> None:
    """Follow the link of a step."""
    row = boss.page.get_by_role('listitem').filter(has_text=step)
    await row.get_by_role('link', name='하러 가기').click()


async def turns_to(boss: DeskScreen, section: str) -> None:
    """Follow the link to another section of the settings, until it is there."""
    await boss.page.get_by_role('link', name=section, exact=True).click()
    await expect(boss.page.get_by_role('heading', name=section, exact=True)).to_be_visible()


async def fills_queue(boss: DeskScreen) -> None:
    """Fill in the form of the first queue, whose contacts find their agents by themselves."""
    await boss.sees('아직 대기열이 없습니다')
    await boss.button('대기열 추가').click()
    await fills(boss.page, **{'이름 (고객이 고르는 문의 유형)': QUEUE, '담당 부서': DEPARTMENT})
    await boss.page.get_by_label('배정 방식').select_option('자동 배정')


async def saves_queue(boss: DeskScreen) -> None:
    """Save it; nobody works for it yet."""
    await boss.button('저장').click()
    await boss.sees('상담원 없음')


async def sets_hours(boss: DeskScreen) -> None:
    """Let the queue be open on every day at all hours, whatever the clock says now."""
    await boss.page.get_by_role('button', name=QUEUE).click()
    await boss.page.get_by_label('받는 시간').select_option('정한 시간에만 받음')
    await boss.page.get_by_label('한국 공휴일').select_option('평소처럼 받음')
    await fills(boss.page, **dict.fromkeys(WEEK, '0-24'))
    await boss.button('저장').click()
    await boss.sees('변경 기록')
    await boss.sees('00:00-24:00')
