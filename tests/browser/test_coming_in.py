"""How people come in: by single sign-on at a real provider, and with a second factor; in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import expect

from desk.db import Database
from desk.sandbox import BackingUrls
from services.people.admin import NewAdmin, make_first_admin
from tests.browser.conftest import Contexts
from tests.support.browser import live
from tests.support.browser.axe import nothing_found
from tests.support.browser.governing import signs_in_at_the_provider
from tests.support.browser.live import LiveDesk
from tests.support.browser.opening import BOSS, signs_in
from tests.support.provider import ProviderProcess, serving

LOGOUT = '/auth/sso/logout'


async def admin_alone(db: Database) -> None:
    """Leave what ``make admin`` leaves: one administrator, and nothing else."""
    names = {'first_name': '하늘', 'last_name': '정', 'email': 'boss@example.com'}
    await make_first_admin(db, NewAdmin(username='boss', password=BOSS, **names))


@pytest.fixture
def provider() -> Iterator[ProviderProcess]:
    with serving() as provider:
        provider.knows('mina', groups=['desk-agents'], email='mina@example.com', given_name='미나')
        provider.knows('cook', groups=['cooks'], email='cook@example.com')
        yield provider


@pytest.fixture
def desk(
    backing: BackingUrls, template: str, tmp_path: Path, provider: ProviderProcess
) -> Iterator[LiveDesk]:
    """A desk with one administrator, whose people sign in at the provider."""
    with live.database(backing, template, tmp_path, arrive=admin_alone) as settings:
        there = provider.settings(settings, oidc_local_admins=True)
        with live.served(there, tmp_path / 'errors.log') as desk:
            provider.tells(f'{desk.address}{LOGOUT}')
            yield desk


async def test_people_come_in_by_the_provider_and_leave_by_it(
    desk: LiveDesk, provider: ProviderProcess, person: Contexts
) -> None:
    page = await (await person()).new_page()
    await signs_in_at_the_provider(page, desk.address, 'cook')
    await expect(page.get_by_role('alert')).to_contain_text('그룹에 속해 있지 않습니다')
    await nothing_found(page, 'login')

    await signs_in_at_the_provider(page, desk.address, 'mina', goal='/desk/history')
    await expect(page).to_have_url(f'{desk.address}/desk/history')
    await expect(page.get_by_role('heading', name='이력').first).to_be_visible()

    there = await page.context.new_page()  # of the provider, where another tab's session ends
    await there.goto(f'{provider.issuer}/oauth2/end_session')
    await there.get_by_role('button', name='End session').click()
    await expect(page).to_have_url(re.compile(f'^{re.escape(desk.address)}/login'), timeout=5_000)

    await signs_in_at_the_provider(page, desk.address, 'mina', goal='/desk/history')
    await page.get_by_role('button', name='미나').click()
    await page.get_by_role('button', name='로그아웃', exact=True).click()
    await expect(page).to_have_url(re.compile(f'^{re.escape(provider.issuer)}/oauth2/end_session'))
    await page.get_by_role('button', name='End session').click()
    await expect(page).to_have_url(f'{desk.address}/login')
    await page.goto(f'{desk.address}/desk')
    await expect(page).to_have_url(f'{desk.address}/login')


async def test_a_second_factor_is_set_up_and_asked_for(desk: LiveDesk, person: Contexts) -> None:
    page = await (await person()).new_page()
    await page.goto(f'{desk.address}/login')
    await signs_in(page, 'boss', BOSS)
    await expect(page).to_have_url(f'{desk.address}/desk')
    await page.goto(f'{desk.address}/account')
    await nothing_found(page, 'account')

    await page.get_by_role('link', name='2단계 인증 설정하기').click()
    await nothing_found(page, 'second-factor')
    key = await page.locator('.key').inner_text()
    await page.get_by_label('인증 코드').fill(pyotp.TOTP(key.replace(' ', '')).now())
    await page.get_by_role('button', name='2단계 인증 켜기').click()
    codes = (
        await page.get_by_role('list', name='복구 코드').get_by_role('listitem').all_inner_texts()
    )
    assert len(codes) == 10

    other = await (await person()).new_page()
    await other.goto(f'{desk.address}/login')
    await signs_in(other, 'boss', BOSS)
    await expect(other.get_by_label('인증 코드')).to_be_focused()
    await other.keyboard.type(codes[0])
    await other.keyboard.press('Enter')
    await expect(other).to_have_url(f'{desk.address}/desk')

    await page.goto(f'{desk.address}/account')
    await expect(page.get_by_text('남은 복구 코드: 9개')).to_be_visible()
    await page.get_by_role('button', name='로그아웃시키기: Chrome · Linux').click()
    await expect(page.get_by_role('status')).to_contain_text('로그아웃시켰습니다')
    await expect(other).to_have_url(re.compile('/login'), timeout=2_000)
