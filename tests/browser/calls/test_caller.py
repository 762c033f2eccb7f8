"""발신 고객: who is calling stands beside the ring, found by number; several who share it, and nobody, are said too.

A supervisor restricts a caller from there.
"""

import re
from datetime import timedelta
from random import randint

from playwright.async_api import Locator, expect

from desk import clock
from desk.db import Database
from models import Customer, CustomerStatus
from tests.browser.calls.conftest import Phones
from tests.support.browser.calling import CallScreen
from tests.support.make import Make
from tests.support.sandbox.box import ORDERS, Box


def another_number() -> str:
    """A number that no other test has looked for: what was found is remembered."""
    return f'010{randint(10_000_000, 99_999_999)}'


def card(phone: CallScreen) -> Locator:
    return phone.desk.get_by_role('region', name='발신 고객')


def ring(box: Box, number: str, **more: object) -> None:
    box.hand('POST', 'calls', number=f'+82{number[1:]}', queue_id=ORDERS, **more)


async def test_caller_is_shown_and_opened_by_one_key(
    phone: CallScreen, box: Box, make: Make
) -> None:
    number = another_number()
    customer = await make.customer(name='한결같은', phone=number)
    await phone.desk.get_by_role('heading', level=1).click()

    ring(box, number, attributes={'본인확인': '완료'})
    await expect(card(phone)).to_contain_text('한결같은')
    await expect(card(phone)).to_contain_text('본인확인')
    await expect(phone.desk.get_by_role('button', name='이용 제한')).to_have_count(0)  # an agent
    await phone.page.keyboard.press('Shift+L')

    await expect(phone.page).to_have_url(re.compile(f'/desk/customers/{customer.id}$'))
    await phone.is_in('ringing')


async def test_several_who_share_a_number_are_all_named(
    phone: CallScreen, box: Box, make: Make
) -> None:
    number = another_number()
    for name in ('김하나', '김두리'):
        await make.customer(name=name, phone=number)

    ring(box, number)

    await expect(card(phone)).to_contain_text('고객이 2명입니다')
    await expect(card(phone)).to_contain_text('김하나')
    await expect(card(phone)).to_contain_text('김두리')


async def test_unknown_caller_is_said_and_the_card_goes_with_the_call(
    phone: CallScreen, box: Box
) -> None:
    number = another_number()
    ring(box, number)
    await expect(card(phone)).to_contain_text('이 번호의 고객이 없습니다')
    await phone.presses('수락')
    await phone.is_in('talking')
    await expect(card(phone)).to_be_visible()

    await phone.presses('통화 종료')
    await phone.is_in('wrap_up')
    await phone.presses('통화 정리')

    await expect(card(phone)).to_have_count(0)


async def test_supervisor_restricts_the_caller_while_it_rings_and_lifts_it_in_the_call(
    phone_of: Phones, box: Box, make: Make, db: Database
) -> None:
    number = another_number()
    customer = await make.customer(name='한결같은', phone=number)
    phone = await phone_of('supervisor1')
    ring(box, number)
    await card(phone).get_by_role('button', name='한결같은 이용 제한', exact=True).click()
    dialog = phone.desk.get_by_role('dialog', name='이용 제한')
    await dialog.get_by_role('button', name='제한하기').click()
    await expect(dialog).to_contain_text('사유를 입력하세요')
    await dialog.get_by_label('며칠').fill('3')
    await dialog.get_by_label('사유').fill('거듭된 폭언')
    await dialog.get_by_label('사유').press('Enter')

    await expect(card(phone)).to_contain_text('차단된 고객입니다')
    async with db.reading() as session:
        restricted = await session.get_one(Customer, customer.id)
    assert restricted.status is CustomerStatus.BLOCKED
    assert restricted.blocked_until is not None
    assert abs(restricted.blocked_until - clock.now() - timedelta(days=3)) < timedelta(minutes=5)
    await phone.is_in('ringing')  # a call goes on: who talks decides when it ends
    await phone.presses('수락')
    await phone.is_in('talking')
    await card(phone).get_by_role('button', name='한결같은 이용 제한 풀기').click()
    await expect(card(phone)).not_to_contain_text('차단된 고객입니다')
    await phone.presses('통화 종료')
    await phone.is_in('wrap_up')
    await phone.presses('통화 정리')
    await phone.is_in('none')
