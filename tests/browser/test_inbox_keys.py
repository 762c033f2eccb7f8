"""An agent's several chats by keyboard alone: unread ones first and back, put away, ended and reopened, labelled."""

from playwright.async_api import expect

from models import Agent, ChatLabel, ChatSession, LabelColor
from services.registry import Services
from tests.support.browser.people import DeskScreen
from tests.support.make import Make


async def test_agent_goes_through_their_chats_by_keyboard(
    desk: DeskScreen, make: Make, agent: Agent, services: Services
) -> None:
    chats = {
        name: await make.chat(agent=agent, lines=1, visitor_name=name, agent_read_number=1)
        for name in ('정하윤', '강지후', '윤서아')
    }
    label = await make.kept(
        ChatLabel(name=f'견적 문의 {agent.username[-4:]}', color=LabelColor.AMBER)
    )
    await desk.opens(chats['정하윤'].id)

    await _switches(desk, make, services, chats)
    await _puts_away(desk, make, services, chats)
    await _marks(desk, label)
    await _keeps_an_unsent_note(desk, label)
    await _ends_and_reopens(desk)


async def heads(desk: DeskScreen, name: str) -> None:
    """The conversation is with this customer, and the caret is in its box."""
    await expect(desk.page.locator('.desk-conversation-head h2')).to_have_text(name)
    await expect(desk.box).to_be_focused()


async def _switches(
    desk: DeskScreen, make: Make, services: Services, chats: dict[str, ChatSession]
) -> None:
    """While typing: to the chat with unread lines, back to one's draft, and on through all."""
    keys = desk.page.keyboard
    await keys.press('r')
    await expect(desk.box).to_be_focused()
    await keys.type('확인해 보고')
    await services.visits.write(make.outgoing(chats['윤서아'], '급해요'))
    row = desk.rows.filter(has_text='윤서아')
    await expect(row.get_by_role('img', name='읽지 않은 메시지 1개')).to_be_visible()
    await keys.press('Alt+ArrowDown')
    await heads(desk, '윤서아')
    await desk.reads('1번째 줄', '급해요')
    await keys.press('Alt+ArrowUp')
    await heads(desk, '정하윤')
    await expect(desk.box).to_have_value('확인해 보고')
    await keys.press('Alt+ArrowDown')
    await expect(desk.page.locator('.desk-conversation-head h2')).not_to_have_text('정하윤')
    await keys.press('Alt+ArrowUp')
    await heads(desk, '정하윤')
    await keys.press('Escape')
    await keys.press('?')
    await expect(desk.page.get_by_role('dialog', name='단축키')).to_contain_text('Alt + ↓')
    await keys.press('Escape')
    await expect(desk.page.get_by_role('dialog')).to_have_count(0)


async def _puts_away(
    desk: DeskScreen, make: Make, services: Services, chats: dict[str, ChatSession]
) -> None:
    """Put the chat away: it goes to the bottom, and comes to the top with the customer's line."""
    keys = desk.page.keyboard
    await keys.press('z')
    dialog = desk.page.get_by_role('dialog', name='다시 알림: 정하윤 님의 상담')
    await expect(dialog.get_by_label('10분 뒤')).to_be_focused()
    await keys.press('Enter')
    await expect(dialog).to_be_hidden()
    await desk.sees('에 다시 알림')
    await expect(desk.rows.last).to_contain_text('정하윤')
    await keys.press('Alt+ArrowDown')
    await expect(desk.page.locator('.desk-conversation-head h2')).not_to_have_text('정하윤')
    await services.visits.write(make.outgoing(chats['정하윤'], '왔어요'))
    await expect(desk.rows.first).to_contain_text('정하윤')
    await expect(desk.rows.first).to_contain_text('다시 알림')
    await keys.press('Alt+ArrowDown')
    await heads(desk, '정하윤')
    await expect(desk.rows.filter(has_text='정하윤')).not_to_contain_text('다시 알림')


async def _marks(desk: DeskScreen, label: ChatLabel) -> None:
    """Set a label found by its initials, and the priority; both stand below the header."""
    keys = desk.page.keyboard
    await keys.press('Escape')
    await keys.press('b')
    await expect(desk.page.get_by_role('combobox', name='라벨 찾기')).to_be_focused()
    await keys.type('ㄱㅈ')
    await expect(desk.page.get_by_role('option', name=label.name)).to_be_visible()
    await keys.press('Enter')
    marks = desk.page.get_by_role('group', name='라벨, 중요도, 다시 알림')
    await expect(marks).to_contain_text(label.name)
    await keys.press('Escape')
    await keys.press('Escape')
    await expect(desk.page.get_by_role('dialog')).to_have_count(0)
    await keys.press('y')
    await expect(desk.page.get_by_role('radio', name='보통')).to_be_focused()
    await keys.press('ArrowRight')
    await keys.press('Enter')
    await expect(marks).to_contain_text('중요도: 높음')


async def _keeps_an_unsent_note(desk: DeskScreen, label: ChatLabel) -> None:
    """Type a note and load the page anew: the note is there, and so is the label."""
    keys = desk.page.keyboard
    await keys.press('o')
    note = desk.page.get_by_role('textbox', name='내부 메모', exact=True)
    await expect(note).to_be_focused()
    await keys.type('다음에 확인')
    await keys.press('Escape')
    await desk.page.reload()
    await desk.settles()
    await expect(desk.page.locator('.desk-labels')).to_contain_text(label.name)
    await keys.press('o')
    await expect(note).to_have_value('다음에 확인')
    await keys.press('Escape')
    await keys.press('r')
    await expect(desk.box).to_be_focused()


async def _ends_and_reopens(desk: DeskScreen) -> None:
    """End the chat, and let it go on."""
    keys = desk.page.keyboard
    await keys.press('Escape')
    await keys.press('e')
    await expect(desk.button('종료하기')).to_be_focused()
    await keys.press('Enter')
    await desk.sees('종료된 상담입니다')
    await expect(desk.button('다시 열기')).to_be_visible()
    await expect(desk.page.get_by_role('combobox', name='상담 분류')).to_be_focused()
    await keys.press('Escape')
    await keys.press('Escape')
    await keys.press('u')
    await desk.sees('님이 상담을 다시 열었습니다')
    await expect(desk.page.get_by_role('combobox', name='상담 분류')).to_have_count(0)
    await expect(desk.button('상담 종료')).to_be_visible()
