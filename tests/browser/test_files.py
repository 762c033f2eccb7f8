"""Files in and out: the history as a download, customers out of a sheet, by keyboard."""

import asyncio
import csv
import io
from pathlib import Path
from uuid import uuid4

from playwright.async_api import Locator, Route, expect

from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser import one_loop
from tests.support.browser.people import Centre, DeskScreen
from tests.support.make import Make


@one_loop.fixture()
async def chief(centre: Centre, person: Contexts, make: Make) -> DeskScreen:
    """A supervisor's tab, signed in."""
    name = f'supervisor-{uuid4().hex[:8]}'
    await make.supervisor(username=name)
    context = await person()
    await centre.sign_in(context, name)
    return await centre.desk(context)


async def test_history_is_taken_out_as_the_filters_show_it(
    desk: DeskScreen, centre: Centre, agent: Agent, make: Make, tmp_path: Path
) -> None:
    customer = await make.customer(name='독고 하늘')
    await make.chat(agent=agent, customer_id=customer.id)
    page = desk.page
    await page.goto(f'{centre.address}/desk/history?status=active')
    await page.get_by_role('button', name='내보내기').click()
    dialog = page.get_by_role('dialog', name='이력 내보내기')
    await dialog.get_by_text('CSV').click()
    await dialog.get_by_label('사유', exact=True).click()
    await page.get_by_role('option', name='업무 보고').click()

    async with page.expect_download() as downloading:
        await dialog.get_by_role('button', name='내보내기').click()

    file = await downloading.value
    await file.save_as(tmp_path / file.suggested_filename)
    await expect(dialog).to_contain_text('1건을 모두 내보냈습니다')
    text = (tmp_path / file.suggested_filename).read_text(encoding='utf-8-sig')
    assert file.suggested_filename.startswith('상담 이력-')
    assert [row['고객'] for row in csv.DictReader(io.StringIO(text))] == ['독고 하늘']


async def test_customers_are_brought_in_by_keyboard(
    chief: DeskScreen, centre: Centre, tmp_path: Path
) -> None:
    name, sheet = f'황보{uuid4().hex[:6]}', tmp_path / '고객 명단.csv'
    sheet.write_text(
        f'이름,휴대폰\n{name},010-{uuid4().int % 9000 + 1000}-7777\n', encoding='cp949'
    )
    page = chief.page
    page.on('filechooser', lambda _: None)  # heard from here on: a press may outrun who begins late
    await page.goto(f'{centre.address}/desk/customers/import')
    await chief.settles()
    await page.locator('.desk-import-file').wait_for(state='attached')

    async with page.expect_file_chooser() as choosing:
        await _press(page.get_by_role('button', name='파일 고르기'))
    await (await choosing.value).set_files(sheet)
    await _press(page.get_by_role('button', name='미리 확인'))
    await _press(page.get_by_role('button', name='1명 가져오기'))

    await expect(page.get_by_text('가져왔습니다')).to_be_visible()
    await page.goto(f'{centre.address}/desk/customers?query={name}')
    await expect(page.get_by_role('link', name=name)).to_be_visible()


async def test_rows_with_faults_are_had_as_a_file_to_mend(
    chief: DeskScreen, centre: Centre, tmp_path: Path
) -> None:
    sheet = tmp_path / '고객 명단.csv'
    sheet.write_text('이름,휴대폰\n김하나,12\n')
    page = chief.page
    await page.goto(f'{centre.address}/desk/customers/import')
    await chief.settles()
    await page.locator('input[type=file]').set_input_files(sheet)
    await page.get_by_role('button', name='미리 확인').click()

    async with page.expect_download() as downloading:
        await page.get_by_role('button', name='오류가 있는 행 받기').click()
    file = await downloading.value
    await file.save_as(tmp_path / file.suggested_filename)

    assert file.suggested_filename == '오류.csv'
    lines = (tmp_path / '오류.csv').read_text(encoding='utf-8-sig').splitlines()
    assert lines[1].startswith('김하나,12,2 · 휴대폰: ')


async def test_newest_of_two_files_is_read_though_the_first_is_still_on_its_way(
    chief: DeskScreen, centre: Centre, tmp_path: Path
) -> None:
    first, second = tmp_path / '먼저.csv', tmp_path / '나중.csv'
    first.write_text('이름,휴대폰\n먼저온,010-1111-0001\n')
    second.write_text('이름,휴대폰\n나중온,010-1111-0002\n')
    page = chief.page
    is_held = asyncio.Event()
    held: list[Route] = []

    async def hold_first(route: Route) -> None:
        if held:
            await route.continue_()
        else:
            held.append(route)
            is_held.set()

    await page.route('**/upload/**', hold_first)
    await page.goto(f'{centre.address}/desk/customers/import')
    await chief.settles()
    await page.locator('.desk-import-file').wait_for(state='attached')
    for sheet in (first, second):
        async with page.expect_file_chooser() as choosing:
            await page.get_by_role('button', name='파일 고르기').click()
        await (await choosing.value).set_files(sheet)
        await asyncio.wait_for(is_held.wait(), 30)

    await expect(page.get_by_text('나중.csv · UTF-8')).to_be_visible()
    await expect(page.get_by_text('나중온')).to_be_visible()
    await expect(page.get_by_text('먼저온')).to_have_count(0)


async def test_upload_that_fails_is_said_in_its_place(
    chief: DeskScreen, centre: Centre, tmp_path: Path
) -> None:
    sheet = tmp_path / '고객 명단.csv'
    sheet.write_text('이름,휴대폰\n김하나,010-1111-0001\n')
    page = chief.page
    await page.route('**/upload/**', lambda route: route.abort())
    await page.goto(f'{centre.address}/desk/customers/import')
    await chief.settles()

    await page.locator('input[type=file]').set_input_files(sheet)

    await expect(page.get_by_role('alert')).to_contain_text('파일을 올리지 못했습니다')


async def _press(button: Locator) -> None:
    """Press a button with the Enter key, as soon as it can be pressed."""
    await expect(button).to_be_enabled()
    await button.focus()
    await expect(button).to_be_focused()
    await button.press('Enter')
