"""A new administrator makes a centre of a desk without demo data, on the screens alone.

The story of "people who run the desk", whole: from the link that the desk prints to a queue with hours and a skill; two
people come in by single sign-on at a real provider process, which decides what they are, and the administrator what they
can; a customer comes from ``/talk``, is offered to the more skilled of the two, and both talk with the customer; and last
month's 접속기록 is signed with the head of the audit log's chain. No shell, no row, no address beyond those that people
are given: the printed link, ``/login`` and ``/talk``.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from desk import clock
from desk.sandbox import BackingUrls
from services.audit.access_reviews import SETTLED
from tests.browser.conftest import Contexts
from tests.support.browser import live
from tests.support.browser.governing import signs_in_at_the_provider, signs_the_review
from tests.support.browser.live import LiveDesk
from tests.support.browser.opening import (
    DEPARTMENT,
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
    turns_to,
)
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.provider import ProviderProcess, serving

SKILL = '환불 심사'
GROUPS = {
    'refund-agents': {'role': 'agent', 'department': DEPARTMENT},
    'refund-leads': {'role': 'supervisor', 'department': DEPARTMENT},
}


@pytest.fixture
def provider() -> Iterator[ProviderProcess]:
    with serving() as provider:
        provider.knows('mina', groups=['refund-agents'], email='mina@example.com', given_name='미나', family_name='김')  # fmt: skip
        provider.knows('doyun', groups=['refund-leads'], email='doyun@example.com', given_name='도윤', family_name='이')  # fmt: skip
        yield provider


@pytest.fixture
def desk(
    backing: BackingUrls, template: str, tmp_path: Path, provider: ProviderProcess
) -> Iterator[LiveDesk]:
    """A desk that nobody has ever signed in to, whose people are the provider's."""
    with live.database(backing, template, tmp_path, arrive=nobody) as settings:
        there = provider.settings(
            settings, oidc_groups=json.dumps(GROUPS), oidc_local_admins=True, demo_people=False
        )
        with live.served(there, tmp_path / 'errors.log') as desk:
            yield desk
            assert not (said := desk.complaints()), said


async def opens_the_centre(boss: DeskScreen, link: str) -> None:
    """Become the administrator, and add the queue with its hours and the skill that it asks for."""
    await fills_setup(boss, link)
    await boss.page.keyboard.press('Enter')
    await expect(done(boss)).to_have_count(1)
    await goes(boss, '첫 대기열')
    await fills_queue(boss)
    await saves_queue(boss)
    await turns_to(boss, '역량')
    await boss.button('역량 추가').click()
    await fills(boss.page, 이름=SKILL)
    await boss.button('저장').click()
    await expect(boss.page.get_by_role('table')).to_contain_text(SKILL)
    await turns_to(boss, '대기열')
    await boss.page.get_by_role('button', name=QUEUE).click()
    await boss.page.get_by_label('필요한 역량').select_option(SKILL)
    await boss.button('저장').click()
    await expect(boss.page.get_by_role('table')).to_contain_text(f'{SKILL} 1+')
    await turns_to(boss, '운영 시간')
    await sets_hours(boss)


async def makes_able(boss: DeskScreen, name: str, *, level: int, chats: int) -> None:
    """Give somebody who has just come the skill and their places for chats; whoever comes is listed at once."""
    await boss.page.get_by_role('button', name=name).click()
    await boss.page.get_by_label(f'역량: {SKILL}').select_option(f'{level}단계')
    await boss.page.get_by_label('동시 채팅').select_option(str(chats))
    await boss.button('저장').click()
    row = boss.page.get_by_role('row').filter(has_text=name)
    await expect(row).to_contain_text(f'{SKILL} {level}')
    await expect(row.get_by_role('cell', name=str(chats), exact=True)).to_be_visible()


async def chooses_available(agent: DeskScreen) -> None:
    await agent.page.get_by_label('상담 상태').click()
    await agent.page.get_by_role('option', name='상담 가능').click()
    await expect(agent.page.locator('.desk-status-now')).to_contain_text('상담 가능')


async def both_talk_with(customer: CustomerScreen, agent: DeskScreen, lead: DeskScreen) -> None:
    """The more skilled is offered the customer and takes the chat; the other finds it and joins."""
    await expect(agent.page.get_by_role('alertdialog', name='새 상담')).to_contain_text('정하윤')
    await expect(lead.page.get_by_role('alertdialog', name='새 상담')).to_have_count(0)
    await agent.page.keyboard.press('a')
    await agent.sends('안녕하세요, 환불 담당 김미나입니다')
    await customer.reads('안녕하세요, 환불 담당 김미나입니다')
    await customer.sends('어제 산 것을 환불하고 싶어요')

    await lead.tab('진행').click()
    await lead.page.get_by_role('button', name='전체', exact=True).click()
    await lead.rows.filter(has_text='정하윤').locator('.desk-row-open').click()
    await lead.button('함께 상담').click()
    await agent.sees('담당 김미나 · 함께 이도윤')
    await lead.sends('심사는 제가 바로 끝내 드릴게요')
    said = ['안녕하세요, 환불 담당 김미나입니다', '어제 산 것을 환불하고 싶어요', '심사는 제가 바로 끝내 드릴게요']  # fmt: skip
    for screen in (customer, agent, lead):
        await screen.reads(*said)


async def signs_last_month(boss: DeskScreen) -> None:
    """Find the review of last month from the audit log, sign it, and see the signature in the log."""
    now = (clock.now() - SETTLED).astimezone(clock.SEOUL).date()  # a month is over minutes after it
    last = now.replace(day=1) - timedelta(days=1)
    await boss.page.get_by_role('link', name='감사', exact=True).click()
    await boss.page.get_by_role('link', name='접속기록 점검').click()
    month = await boss.page.get_by_label('점검할 달').element_handle()
    # Chosen though the screen shows it by itself: in the first minutes of a month last month is not over.
    await month.fill(f'{last:%Y-%m}')
    await month.wait_for_element_state('hidden')  # the screen is drawn for what was chosen
    await signs_the_review(boss.page, '데스크를 연 달이라 접속이 없음을 확인')
    head = boss.page.locator('.desk-review-signed code')
    await expect(head).to_have_text(re.compile(r'^[1-9][0-9]*:[0-9a-f]{64}$'))
    await boss.page.get_by_role('link', name='감사 기록').click()
    await expect(boss.page.get_by_role('table')).to_contain_text('접속기록 점검 서명')
    await boss.sees('위변조 없음')


async def test_new_administrator_opens_a_centre_where_two_talk_with_a_customer(
    desk: LiveDesk, person: Contexts
) -> None:
    centre = Centre(desk.address)
    boss, agent, lead = [await centre.desk(await person()) for _one in range(3)]
    customer = await centre.talk(await person())

    await opens_the_centre(boss, printed_link(desk))
    await turns_to(boss, '사람')
    for screen, sub in ((agent, 'mina'), (lead, 'doyun')):
        await signs_in_at_the_provider(screen.page, desk.address, sub)
        await expect(screen.tab('대기')).to_be_visible()
        await screen.settles()
    await makes_able(boss, '김미나', level=3, chats=4)
    await makes_able(boss, '이도윤', level=2, chats=2)
    await expect(agent.page.get_by_role('link', name='대시보드')).to_have_count(0)
    await expect(lead.page.get_by_role('link', name='대시보드')).to_be_visible()

    await chooses_available(agent)
    await chooses_available(lead)
    await customer.begins(QUEUE, name='정하윤')
    await both_talk_with(customer, agent, lead)

    await boss.page.get_by_role('link', name='상담', exact=True).click()
    await expect(boss.page.get_by_text('데스크를 여는 순서')).to_be_hidden()  # all is done
    await signs_last_month(boss)
