"""Files in and out: the history as a download, customers out of a sheet, by keyboard."""

import csv
import io
from pathlib import Path
from uuid import uuid4

from playwright.async_api import Locator, expect

from models import Agent
from tests.browser import one_loop
from tests.browser.conftest import Contexts
from tests.browser.people import Centre, DeskScreen
from tests.make import Make


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
    await _press(page.get_by_role('button', name='시험해 보기'))
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
    await page.get_by_role('button', name='시험해 보기').click()

    async with page.expect_download() as downloading:
        await page.get_by_role('button', name='오류가 있는 줄 받기').click()
    file = await downloading.value
    await file.save_as(tmp_path / file.suggested_filename)

    assert file.suggested_filename == '오류.csv'
    lines = (tmp_path / '오류.csv').read_text(encoding='utf-8-sig').splitlines()
    assert lines[1].startswith('김하나,12,2 · 휴대폰: ')


async def _press(button: Locator) -> None:
    """Press a button with the Enter key, as soon as it can be pressed."""
    await expect(button).to_be_enabled()
    await button.focus()
    await expect(button).to_be_focused()
    await button.press('Enter')
