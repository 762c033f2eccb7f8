"""Private notes beside a chat, by keyboard: what is typed where, and that a customer's screen never shows one."""

from playwright.async_api import Locator, expect

from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser.hangul import compose, press_enter
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.talking import begin, seat_colleague
from tests.support.make import Make


def note_box(desk: DeskScreen) -> Locator:
    """What notes are written in."""
    return desk.page.get_by_role('textbox', name='내부 메모', exact=True)


async def test_agent_notes_calls_a_colleague_and_answers_without_a_slip(
    desk: DeskScreen,
    talk: CustomerScreen,
    agent: Agent,
    centre: Centre,
    person: Contexts,
    make: Make,
) -> None:
    await begin(desk, talk, agent)
    colleague = await seat_colleague(agent, centre, await person(), make)
    await colleague.page.goto(f'{centre.address}/desk/customers')  # another screen of the desk
    await colleague.settles()

    await _notes(desk)
    await desk.reads('안녕하세요')
    await _is_called(colleague)
    await _answers(desk, talk)

    for words in ('어제도', '이도윤', '까다롭', '내부 메모'):
        assert words not in await talk.page.content()


async def _notes(desk: DeskScreen) -> None:
    """Write a note of two lines that calls a colleague; Enter stores nothing, Ctrl+Enter does."""
    keys = desk.page.keyboard
    await keys.press('Escape')
    await keys.press('o')
    await expect(note_box(desk)).to_be_focused()
    await expect(desk.box).to_be_hidden()
    await desk.sees('고객에게 보이지 않습니다')
    cdp = await desk.page.context.new_cdp_session(desk.page)
    await compose(cdp, '어제도 물어본 분', leave_open=True)
    await press_enter(cdp, code=229)
    await cdp.send('Input.insertText', {'text': '분'})
    await keys.press('Enter')
    await keys.type('@ㅇㄷㅇ')
    await expect(desk.page.get_by_role('option', name='이도윤')).to_be_visible()
    await keys.press('Enter')
    await keys.type('기억하세요?')
    await expect(note_box(desk)).to_have_value('어제도 물어본 분\n@이도윤 기억하세요?')
    await keys.press('Control+Enter')
    await expect(note_box(desk)).to_have_value('')
    await expect(note_box(desk)).to_be_focused()  # a second note is not a message either
    await expect(desk.log.get_by_role('note')).to_contain_text('@이도윤 기억하세요?')


async def _is_called(colleague: DeskScreen) -> None:
    """See the card on another screen, go to the note, and see the card no more, also after a reload."""
    card = colleague.page.get_by_role('alert', name='나를 부른 메모')
    await expect(card).to_contain_text('@이도윤 기억하세요?')
    await card.get_by_role('button', name='메모 보기').click()
    await expect(colleague.log.locator('[data-note][data-sought]')).to_contain_text(
        '@이도윤 기억하세요?'
    )
    await expect(card).to_be_hidden()
    await colleague.page.reload()
    await expect(colleague.log.get_by_role('note')).to_be_visible()
    await expect(card).to_be_hidden()


async def _answers(desk: DeskScreen, talk: CustomerScreen) -> None:
    """Go back to messages: Enter sends; what calls a colleague is held, and not sent."""
    keys = desk.page.keyboard
    await keys.press('Escape')
    await keys.press('r')
    await expect(desk.box).to_be_focused()
    await expect(note_box(desk)).to_be_hidden()
    await desk.sees('고객에게 보입니다')
    await desk.sends('확인해 드릴게요')
    await talk.reads('안녕하세요', '확인해 드릴게요')
    await desk.sends('@이도윤 이 고객 좀 까다롭네요')
    await desk.sees('동료를 부르는 말이 있어 보내지 않았습니다')
    await desk.button('고치기').click()
    await expect(desk.box).to_have_value('@이도윤 이 고객 좀 까다롭네요')
    await desk.box.fill('')
    await talk.sends('네')
    await desk.reads('안녕하세요', '확인해 드릴게요', '네')
    await talk.reads('안녕하세요', '확인해 드릴게요', '네')
