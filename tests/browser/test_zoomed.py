"""At 200 % zoom axe-core finds nothing, light and dark, nothing is cut off at the side, and the work goes on.

Chromium's zoom halves the width and height that a page sees, and doubles the pixels of each.
"""

from uuid import uuid4

from playwright.async_api import Page, expect

from models import Agent, AgentRole, AgentStatus, ChatLabel, LabelColor
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.make import Make

ZOOMED = {'viewport': {'width': 720, 'height': 450}, 'device_scale_factor': 2}
"""1440 by 900 at 200 %."""
BEYOND = """() => {
    const rolls = (one) => one && (['auto', 'scroll'].includes(getComputedStyle(one).overflowX) || rolls(one.parentElement));
    return [...document.body.querySelectorAll('*')].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width && box.height && one.checkVisibility() && (box.right > innerWidth + 1 || box.right < 1) && !rolls(one.parentElement) && !one.closest(".q-loading-bar");
    }).map((one) => `${one.tagName} ${one.className}`);
}"""
"""What stands or reaches beyond the side of the page, where nothing rolls it into sight."""
PHONE = {'viewport': {'width': 390, 'height': 844}}
CUT = """() => [...document.querySelectorAll('.desk-rail-item span')]
    .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"""
"""The words of the rail that end in dots."""
BELOW = """(one) => one.getBoundingClientRect().top >= one.previousElementSibling.getBoundingClientRect().bottom"""
"""Whether something stands below what is written before it."""


async def is_whole(page: Page, what: str) -> None:
    """Nothing is cut off at the side, and axe finds nothing."""
    await nothing_found(page, what)
    assert await page.evaluate(BEYOND) == [], what


async def zoomed(centre: Centre, person: Contexts, username: str = '') -> DeskScreen:
    """Give somebody's desk at 200 %."""
    context = await person(**ZOOMED)
    if username:
        await centre.sign_in(context, username)
    return await centre.desk(context)


async def test_agent_works_in_a_chat(
    centre: Centre, person: Contexts, make: Make, agent: Agent, services: Services
) -> None:
    customer = await make.customer(name='이민준', email='lee@example.com')
    label = await make.kept(ChatLabel(name=f'환불 {uuid4().hex[:4]}', color=LabelColor.AMBER))
    chat = await make.chat(
        agent=agent, lines=6, customer_id=customer.id, label_ids=[label.id],
        visitor_name='남궁민수 주식회사 한결같은사람들 고객지원본부',
    )  # fmt: skip
    await services.chat_notes.add(agent, make.note(chat))
    desk = await zoomed(centre, person, agent.username)

    await desk.opens()
    await is_whole(desk.page, 'inbox')
    await desk.opens(chat.id)
    await desk.sees('6번째 줄')
    await is_whole(desk.page, 'chat')
    await desk.sends('바로 확인하겠습니다')
    await expect(desk.bubbles.last).to_have_text('바로 확인하겠습니다')
    await desk.page.keyboard.press('Escape')
    await desk.page.keyboard.press('o')
    await expect(desk.page.get_by_role('textbox', name='내부 메모', exact=True)).to_be_focused()
    await is_whole(desk.page, 'note')
    await desk.page.keyboard.press('Escape')
    await desk.page.keyboard.press('t')
    await expect(desk.page.get_by_role('dialog')).to_be_visible()
    await nothing_found(desk.page, 'transfer')


async def test_customer_writes(centre: Centre, person: Contexts, agent: Agent) -> None:
    page = (await zoomed(centre, person)).page
    talk = CustomerScreen(page, centre.address)
    await page.goto(f'{talk.address}/talk')
    await is_whole(page, 'form')
    await talk.begins(agent.department)
    await talk.sends('안녕하세요')
    await talk.reads('안녕하세요')
    await is_whole(page, 'talk')
    await talk.ends()
    await is_whole(page, 'ended')


async def test_dashboard_and_history(
    centre: Centre, person: Contexts, make: Make, agent: Agent, boss: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=2)
    await make.chat(department=agent.department, lines=1)
    desk = await zoomed(centre, person, boss.username)
    page = desk.page

    await page.goto(f'{desk.address}/desk/dashboard')
    await expect(page.get_by_role('region', name='현황')).to_be_visible()
    await expect(page.get_by_role('button', name='대기').first).to_be_visible()
    await is_whole(page, 'dashboard')
    await page.goto(f'{desk.address}/desk/history')
    await expect(page.get_by_label('대화 내용, 고객 검색')).to_be_visible()
    await is_whole(page, 'history')
    await page.goto(f'{desk.address}/desk/history/{chat.id}')
    await desk.sees('2번째 줄')
    await is_whole(page, 'contact')


async def test_first_day_on_a_phone_begins_with_its_steps(
    centre: Centre, person: Contexts, make: Make
) -> None:
    """One pane is shown at a time: it is the one of the steps, and the list is one press away."""
    new = await make.agent(username=f'new-{uuid4().hex[:8]}', status=AgentStatus.OFFLINE)
    context = await person(**PHONE)
    await centre.sign_in(context, new.username)
    desk = await centre.desk(context)

    await desk.page.goto(f'{desk.address}/desk')
    await desk.sees('처음 오셨군요')
    await is_whole(desk.page, 'first day')
    assert await desk.page.locator('.desk-first-acts').first.evaluate(BELOW)
    await desk.button('목록으로').click()
    await expect(desk.tab('대기')).to_be_visible()
    await expect(desk.page.get_by_text('처음 오셨군요')).to_be_hidden()


async def test_way_here_is_in_sight_on_a_phone(
    centre: Centre, person: Contexts, make: Make
) -> None:
    """The rail and the tabs of the settings are longer than a phone is wide."""
    admin = await make.admin(username=f'admin-{uuid4().hex[:8]}')
    context = await person(**PHONE)
    await centre.sign_in(context, admin.username)
    desk = await centre.desk(context)

    await desk.page.goto(f'{desk.address}/desk/settings/widget')
    for name in ('설정', '상담 창'):
        way = desk.page.get_by_role('link', name=name, exact=True)
        await expect(way).to_have_attribute('aria-current', 'page')
        await expect(way).to_be_in_viewport(ratio=1)
    assert await desk.page.evaluate(CUT) == []


async def test_settings(centre: Centre, person: Contexts, make: Make) -> None:
    admin = await make.agent(username=f'admin-{uuid4().hex[:8]}', role=AgentRole.ADMIN)
    desk = await zoomed(centre, person, admin.username)
    for path in ('', '/people', '/labels', '/texts', '/hours', '/widget'):
        await desk.page.goto(f'{desk.address}/desk/settings{path}')
        await desk.settles()
        await expect(desk.page.get_by_role('heading', level=1)).to_be_visible()
        await is_whole(desk.page, f'settings{path}')
