"""Privacy by hand: a customer's file is downloaded with a reason, and last month's access review is signed."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from playwright.async_api import Page, expect

from desk import clock
from models import AccessMonth
from tests.browser.conftest import Contexts
from tests.support.browser import one_loop
from tests.support.browser.governing import signs_the_review
from tests.support.browser.people import Centre
from tests.support.make import Make


@one_loop.fixture()
async def admin(centre: Centre, person: Contexts, make: Make) -> Page:
    """An administrator's tab, signed in."""
    name = f'admin-{uuid4().hex[:8]}'
    await make.admin(username=name)
    context = await person()
    await centre.sign_in(context, name)
    return await context.new_page()


async def test_file_about_a_customer_is_downloaded_with_a_reason(
    centre: Centre, admin: Page, make: Make, tmp_path: Path
) -> None:
    customer = await make.customer(name='독고 열람')
    await make.chat(customer_id=customer.id, lines=2)
    page = admin
    await page.goto(f'{centre.address}/desk/customers/{customer.id}')
    await page.get_by_role('button', name='열람 자료').click()
    dialog = page.get_by_role('dialog', name='열람 자료 만들기')
    await dialog.get_by_text('JSON').click()
    await dialog.get_by_role('button', name='자료 받기').click()
    await expect(dialog).to_contain_text('사유를 고르세요.')
    await dialog.get_by_label('사유', exact=True).click()
    await page.get_by_role('option', name='본인 요청').click()
    async with page.expect_download() as downloading:
        await dialog.get_by_role('button', name='자료 받기').click()
    file = await downloading.value
    await file.save_as(tmp_path / 'file.json')
    told = json.loads((tmp_path / 'file.json').read_text())
    assert [one['name'] for one in told['records']] == ['독고 열람']


async def test_access_review_of_last_month_is_signed(
    centre: Centre, admin: Page, make: Make
) -> None:
    customer, page = await make.customer(name='독고 열람'), admin
    month = (clock.now().astimezone(clock.SEOUL).date().replace(day=1) - timedelta(days=1)).replace(day=1)  # fmt: skip
    most = [['customer', str(customer.id), 70]]
    for entries, networks in ((80, ['198.51.100.7']), (12, []), (9, ['203.0.113.0/24'])):
        colleague = await make.agent(username=f'c-{uuid4().hex[:8]}', first_name='하늘', last_name='정')  # fmt: skip
        await make.kept(
            AccessMonth(
                month=month, agent_id=colleague.id, entries=entries, shown=entries // 2, subjects=3, days=9,
                off_hours=entries // 10, networks=networks, most=most,
            )
        )  # fmt: skip

    await page.goto(f'{centre.address}/desk/audit/review?month={month:%Y-%m}')
    row = page.get_by_role('row').filter(has_text='198.51.100.7')
    await expect(row).to_contain_text(customer.code)
    await expect(row).to_contain_text('조회와 처리 80')
    await page.get_by_role('button', name='점검하고 서명하기').click()
    asked = page.get_by_role('dialog')
    await asked.get_by_role('button', name='서명').click()
    await expect(asked).to_contain_text('의견을 적으세요')
    await asked.get_by_role('button', name='취소').click()
    await signs_the_review(page, '민원 처리로 조회가 늘었음을 확인')
