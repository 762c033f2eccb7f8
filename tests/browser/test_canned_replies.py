"""자주 쓰는 답변 from its screen into a chat: added by hand and by file, found by initials, filled, sent, counted."""

from playwright.async_api import FilePayload, Page, expect

from models import Agent, SettingKind
from services.registry import Services
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import DeskScreen
from tests.support.make import Make
from tests.support.until import until

SHEET = '공유,폴더,제목,단축어,답변\n,배송,배송 지연,지연,{고객명}님 주문 {{주문번호}}이 늦어요\n,,환불,,\n'


async def test_replies_are_kept_on_their_screen_and_inserted_by_keys_alone(
    desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    page = desk.page
    await page.goto(f'{desk.address}/desk/replies')
    await desk.settles()
    await expect(desk.button('답변 추가')).to_be_visible()
    await page.keyboard.press('n')
    await page.get_by_role('textbox', name='제목', exact=True).fill('첫인사')
    await page.get_by_role('textbox', name='답변', exact=True).fill('{상담원명}입니다.')
    await desk.button('저장').click()
    await expect(page.get_by_role('button', name='첫인사')).to_be_visible()
    await nothing_found(page, 'replies')
    await imports(desk)
    await page.get_by_role('textbox', name='제목, 단축어, 내용 찾기').fill('ㅊㅇㅅ')
    await expect(page.get_by_role('button', name='배송 지연')).to_have_count(0)

    chat = await make.chat(agent=agent, lines=1, visitor_name='윤서아')
    await desk.opens(chat.id)
    await desk.box.focus()
    await inserts(desk.page)
    await page.keyboard.press('Enter')
    await expect(desk.bubbles.last).to_have_text('네. 윤서아님 주문 A-12이 늦어요')

    async def is_counted() -> bool:
        return (await services.canned_replies.usable(agent))[0].own_uses == 1

    await until(is_counted)
    late = (await services.canned_replies.usable(agent))[0].row
    await services.desk_settings.edit(
        agent, SettingKind.CANNED_REPLY, late.id, {'title': '늦은 배송'}, version=1
    )
    await page.keyboard.type('/')
    await expect(page.get_by_role('option', name='늦은 배송')).to_be_visible()  # no reload


async def imports(desk: DeskScreen) -> None:
    """Import a sheet: a fault stops all of it, then it is imported whole."""
    await desk.button('파일로 가져오기').click()
    await chooses(desk, SHEET)
    result = desk.page.get_by_text('추가 1개 · 변경 0개 · 그대로 0개 · 오류 1줄')
    await expect(result).to_be_visible(timeout=60_000)  # a process of its own reads it
    await expect(desk.button('이대로 가져오기')).to_have_count(0)
    await chooses(desk, SHEET.rsplit('\n', 2)[0])
    await desk.button('이대로 가져오기').click(timeout=60_000)
    await expect(desk.page.get_by_role('button', name='배송 지연')).to_be_visible(timeout=60_000)


async def chooses(desk: DeskScreen, sheet: str) -> None:
    async with desk.page.expect_file_chooser() as chooser:
        await desk.button('파일 고르기').click()
    file: FilePayload = {'name': '답변.csv', 'mimeType': 'text/csv', 'buffer': sheet.encode()}
    await (await chooser.value).set_files(file)


async def inserts(page: Page) -> None:
    """Find a reply by initials in the middle of a line, and answer for its blank."""
    await page.keyboard.type('네. /ㅈㅇ')
    await expect(page.get_by_role('option').first).to_contain_text('배송 지연')
    await nothing_found(page, 'list of replies')
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('textbox', name='주문번호')).to_be_focused()
    await nothing_found(page, 'blanks')
    await page.keyboard.type('A-12')
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('textbox', name='메시지', exact=True)).to_have_value(
        '네. 윤서아님 주문 A-12이 늦어요'
    )
