"""What a supervisor does from the dashboard in a real browser: an alert is set and taken, an agent is whispered to and relieved."""

from playwright.async_api import Page, expect

from models import Agent, Queue, QueueMode
from services.registry import Services
from tests.browser.test_dashboard import come, opens
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import DeskScreen
from tests.support.make import Make

SECRET = '환불 규정을 먼저 안내해 주세요'


async def test_alert_is_set_and_taken_then_an_agent_is_helped_and_relieved(
    floor: DeskScreen, desk: DeskScreen, make: Make, services: Services, agent: Agent, boss: Agent
) -> None:
    queue = await make.queue(name=agent.department, department=agent.department, mode=QueueMode.PULL)  # fmt: skip
    mine = await come(services, agent.department, '도움이 필요한 고객')
    await services.chats.take(agent, mine)
    await desk.opens(mine)

    page = await _sets_a_limit(floor, queue)
    await come(services, agent.department, '기다리는 고객')
    banner = page.get_by_role('alert').filter(has_text='대기 0건 초과')
    await expect(banner).to_be_visible(timeout=30_000)  # looked at every few seconds
    await nothing_found(page, 'an alert')
    take = banner.get_by_role('button', name='맡기')
    await take.focus()
    await page.keyboard.press('Enter')
    await expect(banner).to_have_count(0)
    await page.get_by_role('button', name='알림', exact=True).click()
    row = page.get_by_role('table', name='오늘의 알림').get_by_role('row').filter(has_text='대기 0건')  # fmt: skip
    await expect(row.first).to_contain_text(boss.name)
    await page.get_by_role('dialog').get_by_role('button', name='닫기').click()

    await page.keyboard.press('p')
    await page.get_by_role('button', name='귓속말', exact=True).click()
    await _says(page, '귓속말: 도움이 필요한 고객 님의 상담', SECRET)
    await desk.sees(f'귓속말 · {boss.name} 님')
    assert all(SECRET not in one.content for one in await services.chats.transcript(agent, mine))
    await page.get_by_role('button', name='넘겨받기', exact=True).click()
    await _says(page, '넘겨받기: 도움이 필요한 고객 님의 상담', '고객이 책임자를 찾음')
    await desk.sees('님의 상담을 넘겨받았습니다: 고객이 책임자를 찾음')
    assert (await services.chats.chat(boss, mine)).agent_id == boss.id
    await page.get_by_role('button', name='되돌리기').click()
    await floor.sees('상담을 돌려주었습니다')
    assert (await services.chats.chat(boss, mine)).agent_id == agent.id


async def _sets_a_limit(floor: DeskScreen, queue: Queue) -> Page:
    """Set that more than no waiting contact in the queue is too many, where the board's list of alerts leads."""
    page = await opens(floor, f'department={queue.department}')
    await page.get_by_role('button', name='알림', exact=True).click()
    await page.get_by_role('link', name='기준 정하기').click()
    await page.get_by_role('button', name='기준 추가').click()
    form = page.get_by_role('form')
    await form.get_by_label('무엇을').select_option('waiting')
    await form.get_by_label('기준', exact=True).fill('0')
    await form.get_by_label('대기열').select_option(queue.name)
    await nothing_found(page, 'limits')
    await form.get_by_role('button', name='저장').click()
    await expect(page.get_by_role('table', name='알림 기준')).to_contain_text('대기 0건 초과')
    return await opens(floor, f'department={queue.department}')


async def _says(page: Page, title: str, words: str) -> None:
    """Type a line into a dialog by keyboard, and send it."""
    opened = page.get_by_role('dialog', name=title)
    await expect(opened.get_by_role('textbox')).to_be_focused()
    await nothing_found(page, title)
    await page.keyboard.insert_text(words)
    await page.keyboard.press('Enter')
    await expect(opened).to_have_count(0)
