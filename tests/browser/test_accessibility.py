"""axe-core finds nothing on any screen, light and dark."""

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from models import Agent, AgentRole, CustomerStatus, RiskLevel
from tests.browser.conftest import Contexts
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.make import Make


async def test_sign_in_is_accessible(centre: Centre, page: Page) -> None:
    await page.goto(f'{centre.address}/login')

    await nothing_found(page, '로그인')


async def test_customers_side_is_accessible(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await talk.page.goto(f'{talk.address}/talk')
    await nothing_found(talk.page, 'form')

    await talk.begins(agent.department)
    await talk.sends('안녕하세요')
    await talk.reads('안녕하세요')
    await nothing_found(talk.page, 'waiting')

    await desk.opens()
    await desk.takes('최유진')
    await desk.sends('무엇을 도와 드릴까요? https://example.com')
    await talk.reads('안녕하세요', '무엇을 도와 드릴까요? https://example.com')
    await nothing_found(talk.page, 'talking')
    await nothing_found(desk.page, 'conversation')

    await talk.button('상담 종료').click()
    await nothing_found(talk.page, 'end')
    await talk.button('종료하기').click()
    await talk.sees('상담이 종료되었어요')
    await nothing_found(talk.page, 'ended')
    await desk.sees('종료된 상담입니다')
    await nothing_found(desk.page, 'closed chat')


async def test_desk_is_accessible(desk: DeskScreen, make: Make, agent: Agent) -> None:
    await desk.opens()
    await desk.sees('기다리는 고객이 없습니다')
    await nothing_found(desk.page, 'empty')

    customer = await make.customer(name='이민준', email='lee@example.com')
    await make.chat(agent=agent, lines=3, customer_id=customer.id, unread_count=3)
    waiting = await make.chat(department=agent.department, lines=2, visitor_name='정하윤')
    await desk.opens(waiting.id)
    await desk.sees('2번째 줄')
    await nothing_found(desk.page, 'waiting chat')

    await desk.opens()
    await desk.rows.first.get_by_role('button').first.click()
    await desk.sees('3번째 줄')
    await expect(desk.page.get_by_role('heading', name='이전 상담')).to_be_visible()
    await nothing_found(desk.page, 'known customer')


@pytest.mark.parametrize('name', ['소리', '단축키', 'profile', '상담 종료'])
async def test_dialogs_are_accessible(
    desk: DeskScreen, make: Make, agent: Agent, name: str
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)

    await desk.button(agent.name if name == 'profile' else name).click()

    await expect(desk.page.get_by_role('dialog')).to_be_visible()
    await nothing_found(desk.page, name)
    await desk.page.keyboard.press('Escape')
    await expect(desk.page.get_by_role('dialog')).to_be_hidden()


async def test_narrow_desk_is_accessible(
    centre: Centre, person: Contexts, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=2)
    context = await person(viewport={'width': 1000, 'height': 720})
    await centre.sign_in(context, agent.username)
    desk = await centre.desk(context)
    await desk.opens(chat.id)

    await desk.button('고객 정보').click()

    await desk.sees('아직 확인되지 않은 고객입니다')
    await nothing_found(desk.page, 'drawer')


async def test_customers_screens_are_accessible(desk: DeskScreen, make: Make, agent: Agent) -> None:
    customer = await make.customer(
        name='옹기훈',
        phone='01070707070',
        status=CustomerStatus.BLOCKED,
        risk_level=RiskLevel.HIGH,
        memo='오후에 통화',
    )
    await make.customer(name='옹기헌', phone=customer.phone)
    await make.chat(agent=agent, lines=2, customer_id=customer.id)
    page = desk.page
    await desk.opens()
    await page.keyboard.press('/')
    await page.keyboard.type('옹기')
    await expect(page.get_by_role('option')).to_have_count(2)
    await nothing_found(page, 'search')

    await page.goto(f'{desk.address}/desk/customers')
    await expect(page.get_by_role('link', name='옹기훈')).to_be_visible()
    await nothing_found(page, 'table')

    await page.get_by_role('link', name='옹기훈').click()
    await desk.button('대화 보기').click()
    await desk.sees('2번째 줄')
    await expect(desk.button('비교')).to_be_visible()
    await nothing_found(page, 'customer')

    await desk.button('비교').click()
    await expect(page.get_by_role('dialog')).to_be_visible()
    await nothing_found(page, 'merge')
    await page.keyboard.press('Escape')
    await desk.button('고치기').first.click()
    await page.get_by_label('이메일', exact=True).fill('옹')
    await desk.button('저장').click()
    await expect(page.get_by_role('alert')).to_have_count(1)
    await nothing_found(page, 'form')


async def test_import_is_accessible(
    centre: Centre, person: Contexts, make: Make, tmp_path: Path
) -> None:
    boss = await make.supervisor(username=f'supervisor-{uuid4().hex[:8]}')
    context = await person()
    await centre.sign_in(context, boss.username)
    desk = await centre.desk(context)
    page, sheet = desk.page, tmp_path / 'list.csv'
    sheet.write_text('이름,휴대폰\n남궁민수,010-4321-8765\n,전화 없음\n', encoding='utf-8')
    await page.goto(f'{centre.address}/desk/customers/import')
    await desk.settles()
    await nothing_found(page, 'import')
    await page.locator('.desk-import-file input[type=file]').set_input_files(sheet)
    await expect(desk.button('미리 확인')).to_be_visible(
        timeout=60_000
    )  # a process of its own reads it
    await desk.tabs_to(desk.button('파일 고르기'))
    for field in ('항목 이름이 있는 행', '이름 항목을 가져올 곳', '휴대폰 항목을 가져올 곳'):
        await page.keyboard.press('Tab')
        await expect(page.get_by_role('combobox', name=field)).to_be_focused()
    await page.keyboard.press('Tab')
    await expect(desk.button('미리 확인')).to_be_focused()
    await page.keyboard.press('Enter')
    await desk.sees('예상 결과')
    await nothing_found(page, 'trial')


async def test_export_is_accessible(desk: DeskScreen, make: Make, agent: Agent) -> None:
    chat = await make.chat(agent=agent, lines=2)
    page = desk.page
    await page.goto(f'{desk.address}/desk/history/{chat.id}')
    await desk.sees('2번째 줄')
    await nothing_found(page, 'contact')

    await desk.tabs_to(desk.button('내보내기'))
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('dialog')).to_be_visible()
    await nothing_found(page, 'export')
    await page.keyboard.press('Escape')
    await expect(page.get_by_role('dialog')).to_be_hidden()
    await expect(desk.button('내보내기')).to_be_focused()


async def test_audit_log_is_accessible(centre: Centre, person: Contexts, make: Make) -> None:
    admin = await make.agent(username=f'admin-{uuid4().hex[:8]}', role=AgentRole.ADMIN)
    context = await person()
    await centre.sign_in(context, admin.username)
    desk = await centre.desk(context)
    page = desk.page
    await page.goto(f'{centre.address}/desk/audit')
    await desk.sees('위변조 없음')
    await nothing_found(page, 'audit')

    await desk.tabs_to(page.get_by_label('작업'))
    await page.keyboard.press('Tab')
    await expect(page.get_by_label('대상 번호')).to_be_focused()
    await page.keyboard.press('Tab')
    await expect(page.get_by_role('link', name='조건 지우기')).to_be_focused()
    await page.keyboard.press('Tab')
    await expect(desk.button('다시 확인')).to_be_focused()
