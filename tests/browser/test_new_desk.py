"""A desk of one's own, from nothing: the link that it prints, and then no shell until the first chat."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from desk.sandbox import BackingUrls
from tests.browser.conftest import Contexts
from tests.support.browser import live
from tests.support.browser.axe import nothing_found
from tests.support.browser.live import LiveDesk
from tests.support.browser.opening import (
    QUEUE,
    done,
    fills,
    fills_queue,
    fills_setup,
    goes,
    nobody,
    printed_link,
    saves_queue,
    sets_hours,
    signs_in,
)
from tests.support.browser.people import Centre, DeskScreen

HAYUN = 'only-hayun-knows-it'


@pytest.fixture
def new_desk(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[LiveDesk]:
    """A desk that nobody has ever signed in to."""
    with live.database(backing, template, tmp_path, arrive=nobody) as settings:
        empty = settings.model_copy(update={'demo_people': False})
        with live.served(empty, tmp_path / 'errors.log') as desk:
            yield desk


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
    await fills_setup(boss, link)
    await nothing_found(boss.page, 'set-up')
    await boss.page.keyboard.press('Enter')  # from here on no address is typed
    await expect(done(boss)).to_have_text([re.compile('첫 시스템 관리자')])
    await nothing_found(boss.page, 'steps')
    await goes(boss, '첫 대기열')
    await fills_queue(boss)
    await nothing_found(boss.page, 'queue')
    await saves_queue(boss)
    await boss.page.get_by_role('link', name='상담', exact=True).click()
    await expect(done(boss)).to_have_count(2)
    await goes(boss, '운영 시간')
    await sets_hours(boss)
    await nothing_found(boss.page, 'hours')


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
    await customer.begins(QUEUE, name='정하윤')
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
