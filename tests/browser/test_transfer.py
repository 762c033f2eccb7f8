"""호전환 between two agents by keyboard alone: asked, refused, asked again, accepted, with what was being typed."""

from playwright.async_api import expect

from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.talking import begin, seat_colleague
from tests.support.make import Make


async def test_chat_is_handed_to_a_colleague_by_keyboard_alone(
    desk: DeskScreen,
    talk: CustomerScreen,
    agent: Agent,
    centre: Centre,
    person: Contexts,
    make: Make,
) -> None:
    await begin(desk, talk, agent)
    colleague = await seat_colleague(agent, centre, await person(), make)
    await colleague.opens()
    await desk.box.fill('카드사에 확인해 보니')
    card = colleague.page.get_by_role('alertdialog', name='호전환')

    await _asks(desk, '환불 담당')
    await expect(card).to_contain_text('환불 담당')
    await colleague.page.keyboard.press('x')
    await desk.sees('이도윤 님이 최유진 님의 상담을 거절했습니다')
    await expect(desk.button('상담 종료')).to_be_visible()

    await _asks(desk, '카드 환불을 아는 분')
    await expect(card).to_contain_text('카드 환불을 아는 분')
    await colleague.page.keyboard.press('a')

    await colleague.reads('안녕하세요')
    await expect(colleague.box).to_be_focused()
    await expect(colleague.box).to_have_value('카드사에 확인해 보니')
    await expect(card).to_be_hidden()
    await desk.sees('동료가 상담하고 있습니다')
    await expect(desk.box).to_have_value('')
    await talk.sees('이도윤 상담원이 이어서 도와드려요')
    await colleague.page.keyboard.type(' 내일 취소됩니다')
    await colleague.page.keyboard.press('Enter')
    await talk.reads('안녕하세요', '카드사에 확인해 보니 내일 취소됩니다')


async def _asks(desk: DeskScreen, why: str) -> None:
    """Ask the colleague to take the open chat over, with keys only."""
    keys = desk.page.keyboard
    await keys.press('Escape')
    await keys.press('t')
    dialog = desk.page.get_by_role('dialog')
    await expect(dialog.get_by_role('radio', name='상담원에게')).to_be_focused()
    # Colleagues of the same department who have a place stand first: nothing is to be chosen.
    await expect(dialog.locator('select[name=agent] option').first).to_contain_text('이도윤')
    await desk.tabs_to(dialog.get_by_label('사유'))
    await keys.type(why)
    await keys.press('Enter')
    await desk.sees('이도윤 님에게 넘기는 중입니다')
