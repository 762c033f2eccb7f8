"""배정·이동 by keyboard alone: a supervisor picks waiting contacts, moves them, and reads why one came to whom it came."""

import re

from playwright.async_api import Locator, expect

from models import Agent, ChatSession, QueueMode
from services.registry import Services
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import DeskScreen
from tests.support.make import Make


def row(desk: DeskScreen, chat: ChatSession) -> Locator:
    return desk.rows.filter(has_text=chat.visitor_name)


async def picks(desk: DeskScreen, chat: ChatSession) -> None:
    """Pick the contact that is open, by its key."""
    await expect(row(desk, chat)).to_be_visible()
    await expect(desk.page.get_by_role('heading', name=chat.visitor_name).first).to_be_visible()
    await desk.page.keyboard.press('s')
    await expect(row(desk, chat).get_by_role('button', pressed=True)).to_be_visible()


async def test_waiting_contacts_are_picked_and_moved_by_keyboard_alone(
    floor: DeskScreen, desk: DeskScreen, make: Make, services: Services, agent: Agent, boss: Agent
) -> None:
    await make.queue(name=agent.department, department=agent.department, mode=QueueMode.PUSH)
    there = await make.queue(name=f'가나다 {agent.department}', department=agent.department)
    first = await make.chat(department=agent.department, visitor_name=f'정하윤 {agent.username}')
    second = await make.chat(department=agent.department, visitor_name=f'강지후 {agent.username}')
    await desk.opens()  # both ring at the agent
    await expect(desk.page.get_by_role('alertdialog', name='새 상담')).to_have_count(2)
    keyboard = floor.page.keyboard

    await floor.opens(first.id)
    await keyboard.press('1')
    await picks(floor, first)
    await keyboard.press('j')
    await picks(floor, second)
    await keyboard.press('m')
    dialog = floor.page.get_by_role('dialog', name='상담 2건 배정·이동')
    await expect(dialog.get_by_label('상담원에게 배정')).to_be_focused()
    await nothing_found(floor.page, 'steering')
    await keyboard.press('ArrowRight')
    await keyboard.press('Tab')
    await expect(dialog.get_by_role('combobox', name='대기열')).to_be_focused()
    await keyboard.press('Tab')
    await keyboard.type('야간 팀으로')
    await keyboard.press('Enter')

    await expect(dialog).to_have_count(0)
    await floor.sees('상담 2건을 처리했습니다')
    for chat in (first, second):
        assert (await services.chats.chat(boss, chat.id)).queue_id == there.id
    await expect(desk.page.get_by_role('alertdialog', name='새 상담')).to_have_count(0)
    await desk.sees('다른 대기열로 옮겼습니다: 야간 팀으로')


async def test_supervisor_reads_why_a_contact_came_to_its_agent(
    floor: DeskScreen, desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    await make.queue(name=agent.department, department=agent.department, mode=QueueMode.PUSH)
    chat = await make.chat(department=agent.department)
    await desk.opens()
    await expect(desk.page.get_by_role('alertdialog', name='새 상담')).to_be_visible()
    await desk.page.keyboard.press('a')
    await expect(desk.box).to_be_focused()
    await desk.button('왜 나에게?').click()
    await desk.sees('지금 받을 수 있는 상담원이 한 명뿐이었습니다.')

    await floor.opens(chat.id)
    await floor.page.keyboard.press('w')

    dialog = floor.page.get_by_role('dialog', name='배정 이력')
    await expect(dialog.get_by_role('table', name='후보')).to_contain_text(
        re.compile(rf'{agent.name}.*0/3')
    )
    await expect(dialog.get_by_role('table', name=re.compile('^오늘 .*의 배정$'))).to_contain_text(
        agent.name
    )
    await nothing_found(floor.page, 'steering')
    await floor.page.keyboard.press('Enter')
    await expect(dialog).to_have_count(0)
    await services.chats.end(agent, chat.id)
