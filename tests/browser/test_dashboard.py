"""The dashboard in a real browser: by keyboard alone, pushed within a second, at any second, and on a wall."""

from datetime import timedelta
from uuid import UUID

from playwright.async_api import Locator, Page, expect

from desk import clock
from models import Agent, AgentStatus, QueueMode
from services.chats.visits import ChatStart
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import Centre, DeskScreen
from tests.support.make import Make


async def come(services: Services, department: str, name: str) -> UUID:
    form = ChatStart(name=name, phone='010-9876-5432', department=department)
    return (await services.visits.start(form)).chat.id


async def opens(floor: DeskScreen, query: str) -> Page:
    page = floor.page
    await page.goto(f'{floor.address}/desk/dashboard?{query}')
    await expect(board(page).get_by_role('button', name='대기').first).to_be_visible()
    return page


def board(page: Page) -> Locator:
    return page.get_by_role('region', name='현황', exact=True)


async def test_who_waits_too_long_is_found_and_moved_in_six_keys(
    floor: DeskScreen, make: Make, services: Services, agent: Agent, department: str
) -> None:
    await make.queue(name=department, department=department, mode=QueueMode.PULL)
    with clock.moved(-timedelta(seconds=60)):
        late = await come(services, department, '오래 기다린 고객')
    await come(services, department, '방금 온 고객')
    page = await opens(floor, f'department={department}')
    keys = 0

    async def press(key: str) -> None:
        nonlocal keys
        keys += 1
        await page.keyboard.press(key)

    await press('w')
    rows = page.get_by_role('table', name='숫자에 해당하는 상담').get_by_role('row')
    await expect(rows).to_have_count(3)
    await expect(rows.nth(1)).to_contain_text('오래 기다린 고객')
    await press('m')
    await expect(page.get_by_role('dialog')).to_contain_text('오래 기다린 고객')
    await press('Enter')

    await expect(page.get_by_role('dialog')).to_have_count(0)
    await expect(rows.nth(1)).to_contain_text(agent.name)
    assert (await services.chats.chat(agent, late)).offered_agent_id == agent.id
    assert keys <= 6


async def test_number_moves_under_the_keyboard_and_keeps_its_place(
    floor: DeskScreen, make: Make, services: Services, agent: Agent, department: str
) -> None:
    await make.queue(name=department, department=department, mode=QueueMode.PULL)
    page = await opens(floor, f'department={department}')
    waiting = board(page).get_by_role('button', name='대기').first
    await waiting.focus()

    await come(services, department, '정하윤')

    await expect(waiting).to_have_accessible_name('대기 1')
    await expect(waiting).to_be_focused()
    await page.keyboard.press('Enter')
    await expect(page.get_by_role('link', name='정하윤')).to_be_visible()
    await expect(waiting).to_have_attribute('aria-pressed', 'true')
    await expect(waiting).to_be_focused()
    await nothing_found(page, 'waiting')


async def test_agents_are_found_and_set_and_the_past_is_shared(
    floor: DeskScreen,
    make: Make,
    services: Services,
    agent: Agent,
    department: str,
) -> None:
    await make.queue(name=department, department=department, mode=QueueMode.PULL)
    await services.agent_states.choose(agent.id, AgentStatus.AWAY)
    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)
    page = await opens(floor, f'department={department}')
    await nothing_found(page, 'agents')
    before = clock.now() + timedelta(seconds=1)
    await page.wait_for_timeout(2_000)

    await page.keyboard.press('a')
    await page.keyboard.type(agent.name)
    await page.keyboard.press('Tab')
    row = page.get_by_role('table', name='상담원 현황').get_by_role('row').filter(has_text=agent.name).first  # fmt: skip
    await row.get_by_role('button', name='상태 바꾸기').click()
    dialog = page.get_by_role('dialog')
    await nothing_found(page, 'agent')
    await dialog.get_by_label('바꿀 상태').select_option('offline')
    await dialog.get_by_label('사유').fill('퇴근함')
    await page.keyboard.press('Enter')
    await expect(dialog).to_have_count(0)
    await expect(board(page).get_by_role('button', name='오프라인')).to_have_accessible_name('오프라인 1')  # fmt: skip

    then = f'{before.astimezone(clock.SEOUL):%Y-%m-%dT%H:%M:%S}'
    await opens(floor, f'department={department}&at={then}')
    await expect(board(page).get_by_role('button', name='상담 가능')).to_have_accessible_name('상담 가능 1')  # fmt: skip
    await expect(page.get_by_role('group', name='그때 그 순간')).to_be_visible()
    await nothing_found(page, 'past')
    await page.get_by_role('button', name='지금으로').click()
    await expect(board(page).get_by_role('button', name='상담 가능')).to_have_accessible_name('상담 가능 0')  # fmt: skip


async def test_day_is_a_chart_and_a_table_one_key_away(
    floor: DeskScreen, make: Make, services: Services, department: str
) -> None:
    await make.queue(name=department, department=department, mode=QueueMode.PULL)
    await come(services, department, '정하윤')
    page = await opens(floor, '')
    await page.keyboard.press('d')
    await expect(page.get_by_role('img', name='인입(건)')).to_be_visible()
    await nothing_found(page, 'chart')

    await page.keyboard.press('g')

    await expect(page.get_by_role('table', name='15분 단위 오늘과 평소')).to_be_visible()
    await nothing_found(page, 'table of the day')


async def test_wall_shows_numbers_alone_until_it_is_revoked(
    centre: Centre,
    person: Contexts,
    make: Make,
    services: Services,
    boss: Agent,
    department: str,
) -> None:
    await make.queue(name=department, department=department, mode=QueueMode.PULL)
    link, token = await services.walls.add(boss, '3층', department=department)
    wall = await (await person(viewport={'width': 1920, 'height': 1080})).new_page()
    await wall.goto(f'{centre.address}/wall/{token}')
    await expect(wall.locator('[data-key="waiting"] b')).to_have_text('0')

    await come(services, department, '정하윤')

    await expect(wall.locator('[data-key="waiting"] b')).to_have_text('1')
    size = await wall.locator('[data-key="waiting"] dd').evaluate('(e) => parseFloat(getComputedStyle(e).fontSize)')  # fmt: skip
    assert size >= 96
    assert '정하윤' not in await wall.content()
    await nothing_found(wall, 'wall')
    await services.walls.revoke(boss, link.id)
    await expect(wall.locator('[data-key="waiting"]')).to_have_count(0)
