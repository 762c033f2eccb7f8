"""A desk of one's own, from nothing: the link that it prints, and then no shell until the first chat."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from desk.db import Database
from desk.sandbox import BackingUrls
from tests.browser.conftest import Contexts
from tests.browser.test_accessibility import nothing_found
from tests.support.browser import live
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, DeskScreen

BOSS, HAYUN = 'the-first-of-all', 'only-hayun-knows-it'


async def nobody(db: Database) -> None:
    """Leave the tables as they are migrated."""


@pytest.fixture
def new_desk(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[LiveDesk]:
    """A desk that nobody has ever signed in to."""
    with live.database(backing, template, tmp_path, arrive=nobody) as settings:
        empty = settings.model_copy(update={'demo_people': False})
        with live.served(empty, tmp_path / 'errors.log') as desk:
            yield desk


def printed_link(desk: LiveDesk) -> str:
    """Return the link to the first administrator's form, as the operator reads it."""
    [link] = re.findall(rf'{re.escape(desk.address)}/setup/\S+', desk.said())
    return link


async def becomes_administrator(boss: DeskScreen, link: str) -> None:
    await boss.page.goto(link)
    names = {'성': '정', '이름': '하늘', '이메일': 'boss@example.com', '아이디': 'boss'}
    passwords = {'비밀번호 (12자 이상)': BOSS, '비밀번호 다시 입력': BOSS}
    for label, text in (names | passwords).items():
        await boss.page.get_by_label(label, exact=True).fill(text)
    await nothing_found(boss.page, 'set-up')
    await boss.page.keyboard.press('Enter')


async def signs_in(page: Page, username: str, password: str) -> None:
    await page.get_by_label('아이디').fill(username)
    await page.get_by_label('비밀번호').fill(password)
    await page.keyboard.press('Enter')


async def fills(page: Page, **fields: str) -> None:
    for label, text in fields.items():
        await page.get_by_role('form').get_by_label(label, exact=True).fill(text)


async def adds_a_queue(boss: DeskScreen) -> None:
    await boss.sees('아직 대기열이 없습니다')
    await boss.button('대기열 추가').click()
    await fills(boss.page, **{'이름 (고객이 고르는 문의 유형)': '환불 문의', '담당 부서': '결제'})
    await boss.page.get_by_label('배정 방식').select_option('자동 배정')
    await nothing_found(boss.page, 'queue')
    await boss.button('저장').click()
    await boss.sees('상담원 없음')


def done(boss: DeskScreen) -> Locator:
    """The steps that are ticked."""
    return boss.page.locator('.desk-steps [data-done="yes"]')


async def goes(boss: DeskScreen, step: str) -> None:
    """Follow the link of a step."""
    row = boss.page.get_by_role('listitem').filter(has_text=step)
    await nothing_found(boss.page, 'steps')
    await row.get_by_role('link', name='하러 가기').click()


async def sets_hours(boss: DeskScreen) -> None:
    """Let the queue be open on every day, and nothing else."""
    await boss.page.get_by_role('button', name='환불 문의').click()
    await boss.page.get_by_label('받는 시간').select_option('정한 시간에만 받음')
    await boss.page.get_by_label('한국 공휴일').select_option('평소처럼 받음')
    week = ('월요일', '화요일', '수요일', '목요일', '금요일', '토요일', '일요일')
    await fills(boss.page, **dict.fromkeys(week, '0-24'))
    await boss.button('저장').click()
    await boss.sees('변경 기록')
    await boss.sees('00:00-24:00')
    await nothing_found(boss.page, 'hours')


async def invites(boss: DeskScreen) -> str:
    """Invite 이하윤; returns the link."""
    await boss.page.get_by_role('link', name='사람').click()
    await boss.sees('아직 상담을 받을 사람이 없습니다')
    await boss.button('초대하기').click()
    await fills(boss.page, 성='이', 이름='하윤', 이메일='hayun@example.com', 아이디='hayun')
    await boss.button('초대 링크 만들기').click()
    return await boss.page.get_by_label('초대 링크').input_value()


async def joins(agent: DeskScreen, link: str) -> None:
    await agent.page.goto(link)
    await agent.page.get_by_label('비밀번호 (12자 이상)').fill(HAYUN)
    await agent.page.get_by_label('비밀번호 다시 입력').fill(HAYUN)
    await nothing_found(agent.page, 'invitation')
    await agent.page.keyboard.press('Enter')
    await agent.page.get_by_role('link', name='로그인').click()
    await signs_in(agent.page, 'hayun', HAYUN)
    await expect(agent.tab('대기')).to_be_visible()
    await agent.settles()


async def sets_up(boss: DeskScreen, link: str) -> None:
    """Follow the steps of a new desk up to its hours."""
    await becomes_administrator(boss, link)  # from here on no address is typed
    await expect(done(boss)).to_have_text([re.compile('첫 시스템 관리자')])
    await goes(boss, '첫 대기열')
    await adds_a_queue(boss)
    await boss.page.get_by_role('link', name='상담', exact=True).click()
    await expect(done(boss)).to_have_count(2)
    await goes(boss, '운영 시간')
    await sets_hours(boss)


async def test_centre_is_built_from_nothing_to_the_first_chat(
    new_desk: LiveDesk, person: Contexts
) -> None:
    centre = Centre(new_desk.address)
    boss, agent = await centre.desk(await person()), await centre.desk(await person())
    customer = await centre.talk(await person())
    await customer.page.goto(f'{centre.address}/talk')
    await customer.sees('지금은 상담을 받을 수 있는 상담원이 없어요')

    setup = printed_link(new_desk)
    await sets_up(boss, setup)
    link = await invites(boss)
    await joins(agent, link)
    await agent.sees('처음 오셨군요')
    await nothing_found(agent.page, 'first keys')
    await agent.page.keyboard.press('g')
    await expect(agent.page.get_by_text('처음 오셨군요')).to_be_hidden()
    await customer.begins('환불 문의', name='정하윤')
    await agent.page.get_by_role('alertdialog', name='새 상담').wait_for()
    await agent.page.keyboard.press('a')
    await agent.sends('안녕하세요')
    await customer.reads('안녕하세요')

    await expect(boss.page.get_by_role('table')).to_contain_text('이하윤')
    await expect(boss.page.get_by_text('초대한 사람')).to_have_count(0)
    await boss.page.get_by_role('link', name='상담', exact=True).click()
    await expect(boss.page.get_by_text('데스크를 여는 순서')).to_be_hidden()  # all is done
    stranger = await centre.desk(await person())
    await stranger.page.goto(link)
    await stranger.sees('사용할 수 없는 초대 링크입니다')
    await stranger.page.goto(setup)
    await stranger.sees('사용할 수 없는 시작 링크입니다')
