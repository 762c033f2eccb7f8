"""후처리 by keyboard alone: it opens when a chat ends, keeps what is typed, and one key leads to the next state."""

from playwright.async_api import Locator, expect

from models import Agent, AgentStatus, ContactCategory
from services.registry import Services
from tests.support.browser.people import DeskScreen
from tests.support.make import Make


def region(desk: DeskScreen) -> Locator:
    return desk.page.get_by_role('region', name='후처리', exact=True)


async def category(services: Services, make: Make, agent: Agent, *names: str) -> ContactCategory:
    """Make a line of the tree for the agent's queue; return its leaf."""
    queue = await make.queue(name=agent.department, department=agent.department)
    editor = await make.admin(username=f'{agent.username}-boss')
    node: ContactCategory | None = None
    for name in names:
        node = await services.category_tree.add(
            editor, name, parent_id=node.id if node else None, queue_id=queue.id
        )
    assert node
    return node


async def test_chat_is_wrapped_up_by_keyboard_alone(
    desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    leaf = await category(services, make, agent, '배송', '지연', '택배사 지연')
    chat = await make.chat(department=agent.department, lines=1, visitor_name='윤서아')
    await desk.opens()
    await desk.page.keyboard.press('a')
    await expect(desk.box).to_be_focused()
    await desk.page.keyboard.press('Escape')

    await desk.page.keyboard.press('e')
    await expect(desk.page.get_by_role('dialog', name='상담을 종료할까요?')).to_be_visible()
    await desk.page.keyboard.press('Enter')
    await expect(region(desk)).to_be_visible()
    await desk.page.keyboard.type('ㅌㅂㅅ')
    await expect(desk.page.get_by_role('option', name='배송 > 지연 > 택배사 지연')).to_be_visible()
    await desk.page.keyboard.press('ArrowDown')
    await desk.page.keyboard.press('Enter')
    await expect(region(desk)).to_contain_text('배송 > 지연 > 택배사 지연')
    await desk.page.keyboard.type('내일 도착 예정이라고 안내함')
    await desk.page.keyboard.press('Control+Enter')

    await expect(region(desk)).to_have_count(0)
    done = await services.wrap_ups.of_contact(chat.id)
    assert done
    assert (done.category_id, done.summary) == (leaf.id, '내일 도착 예정이라고 안내함')
    assert done.done_at
    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE


async def test_what_is_typed_survives_a_reload(
    desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    chat = await make.chat(department=agent.department, lines=1, visitor_name='윤서아')
    await desk.opens()
    await desk.takes('윤서아')
    await services.chats.end(agent, chat.id)
    await region(desk).get_by_label('요약').fill('환불 안내')
    await expect(region(desk).get_by_role('status')).to_have_text('저장됨')

    await desk.page.reload()

    await expect(region(desk).get_by_label('요약')).to_have_value('환불 안내')
    await expect(desk.page.get_by_role('navigation', name='끝나지 않은 후처리')).to_contain_text(
        '윤서아'
    )
