"""The reports in a real browser: by keyboard, from a number to its contact, readable by all, and on paper."""

from playwright.async_api import Page, expect

from models import QueueMode
from services.registry import Services
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import DeskScreen
from tests.support.make import Make


async def opens(floor: DeskScreen, query: str) -> Page:
    page = floor.page
    await page.goto(f'{floor.address}/desk/reports?{query}')
    await expect(page.get_by_role('table', name='보고서')).to_be_visible()
    return page


async def test_number_leads_to_its_contact_and_each_view_is_readable_by_all(
    floor: DeskScreen, make: Make, services: Services, department: str
) -> None:
    await make.queue(name=department, department=department, mode=QueueMode.PULL)
    agent = await make.agent(username=f'{department}-1', department=department, chat_capacity=5)
    chat = await make.chat(department=department, visitor_name='보고서 고객', lines=1)
    await services.chats.take(agent, chat.id)
    await services.chats.end(agent, chat.id)
    page = await opens(floor, f'period=today&department={department}')

    await page.get_by_role('button', name='응대 1, 전체').focus()
    await page.keyboard.press('Enter')
    row = page.get_by_role('table', name='숫자에 해당하는 상담').get_by_role('row')
    await expect(row).to_have_count(2)
    assert 'show=answered:all' in page.url
    await nothing_found(page, 'the table')

    await page.keyboard.press('h')
    await expect(page.get_by_role('img', name='요일과 시간대별 그래프')).to_be_visible()
    await page.keyboard.press('g')
    await expect(page.get_by_role('table', name='요일과 시간대별 인입')).to_be_visible()
    await nothing_found(page, 'the heat map')
    await page.keyboard.press('a')
    await expect(page.get_by_role('table', name='상담원 하루')).to_be_visible()
    await nothing_found(page, "the agents' day")

    await page.goto(f'{floor.address}/desk/reports?period=today&department={department}&show=answered:all')  # fmt: skip
    await page.get_by_role('link', name='보고서 고객').click()
    await expect(page).to_have_url(f'{floor.address}/desk/history/{chat.id}')


async def test_paper_has_the_table_and_no_frame(floor: DeskScreen, department: str) -> None:
    page = await opens(floor, f'period=today&department={department}')

    await page.emulate_media(media='print')

    await expect(page.locator('.report-table')).to_be_visible()
    for hidden in ('.desk-rail', '.desk-top', '.report-head'):
        await expect(page.locator(hidden)).to_be_hidden()
