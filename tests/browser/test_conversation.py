"""The conversation of two people in two browsers, in Korean."""

from playwright.async_api import expect

from desk.settings import Settings
from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser.hangul import write_and_send
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.talking import begin
from tests.support.databases import locked
from tests.support.make import PASSWORD


async def test_customer_and_agent_talk_by_keyboard_alone(
    centre: Centre, talk: CustomerScreen, agent: Agent, person: Contexts
) -> None:
    await talk.page.goto(f'{talk.address}/talk')
    await _fill_in(talk, agent.department)
    await expect(talk.box).to_be_visible()
    await talk.sees('다음 차례예요')
    await talk.tabs_to(talk.box)
    await write_and_send(talk.page, '주문한 가습기가 안 와요')
    await talk.reads('주문한 가습기가 안 와요')

    desk = await centre.desk(await person())
    await _sign_in(desk, agent.username)
    await desk.page.keyboard.press('1')
    await expect(desk.rows).to_contain_text(['주문한 가습기가 안 와요'])
    await desk.page.keyboard.press('a')
    await desk.reads('주문한 가습기가 안 와요')
    await expect(desk.box).to_be_focused()
    await write_and_send(desk.page, '바로 확인해 드릴게요')
    await talk.reads('주문한 가습기가 안 와요', '바로 확인해 드릴게요')
    await expect(desk.log).to_contain_text('읽음')
    await write_and_send(talk.page, '네 고마워요')
    await desk.reads('주문한 가습기가 안 와요', '바로 확인해 드릴게요', '네 고마워요')

    await desk.page.keyboard.press('Escape')
    await desk.page.keyboard.press('e')
    await expect(desk.button('종료하기')).to_be_focused()
    await desk.page.keyboard.press('Enter')
    await talk.sees('상담이 종료되었어요')
    await desk.sees('종료된 상담입니다')


async def test_typing_is_seen_on_the_other_side(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await begin(desk, talk, agent)

    await talk.box.press_sequentially('저기')
    await desk.sees('최유진 님이 입력하고 있습니다')
    await desk.box.press_sequentially('네')
    await expect(talk.page.locator('.talk-typing')).to_contain_text(f'{agent.name} 상담원이')


async def test_marks_go_from_sent_over_delivered_to_read(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    back = await _written_to_while_away(desk, talk, agent)
    await back.resumes()
    await back.reads('안녕하세요', '계신가요?')
    await expect(desk.log).to_contain_text('전달됨')
    await back.page.evaluate("window.isLookedAt = true; window.dispatchEvent(new Event('focus'))")
    await expect(desk.log).to_contain_text('읽음')


async def test_what_is_read_after_the_browser_connected_is_delivered(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent, settings: Settings
) -> None:
    back = await _written_to_while_away(desk, talk, agent)

    await back.page.goto(f'{talk.address}/talk')
    async with locked(settings, 'messages'):
        await back.button('이어서 상담하기').click(no_wait_after=True)
        await back.page.wait_for_url('**/talk/chat', wait_until='commit')
        await back.settles()

    await expect(desk.log).to_contain_text('전달됨')


async def test_reload_of_both_sides_loses_nothing(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await begin(desk, talk, agent)
    await desk.sends('무엇을 도와 드릴까요?')
    await talk.reads('안녕하세요', '무엇을 도와 드릴까요?')

    await desk.page.reload()
    await talk.page.reload()

    await desk.reads('안녕하세요', '무엇을 도와 드릴까요?')
    await talk.reads('안녕하세요', '무엇을 도와 드릴까요?')
    await talk.sends('배송이요')
    await desk.reads('안녕하세요', '무엇을 도와 드릴까요?', '배송이요')


async def test_closed_tab_comes_back_to_its_chat(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await begin(desk, talk, agent)
    visitor, staff = talk.page.context, desk.page.context
    chat_id = desk.chat_id
    await talk.page.close()
    await desk.page.close()

    talk = CustomerScreen(await visitor.new_page(), talk.address)
    await talk.resumes()
    desk = DeskScreen(await staff.new_page(), desk.address)
    await desk.opens(chat_id)
    await talk.sends('돌아왔어요')

    await desk.reads('안녕하세요', '돌아왔어요')


async def test_customer_ends_and_begins_anew(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await begin(desk, talk, agent)

    await talk.button('상담 종료').click()
    await talk.button('종료하기').click()

    await desk.sees('고객이 상담을 종료했습니다')
    await expect(desk.button('상담 종료')).to_be_hidden()
    await talk.button('새 상담 시작').click()
    await expect(talk.button('상담 시작')).to_be_visible()


async def _fill_in(talk: CustomerScreen, department: str) -> None:
    keyboard = talk.page.keyboard
    await talk.tabs_to(talk.page.get_by_label('동의해요'))
    await keyboard.press('Space')
    await talk.tabs_to(talk.page.get_by_label('이름'))
    await keyboard.insert_text('최유진')
    await talk.tabs_to(talk.page.get_by_label('전화번호'))
    await keyboard.type('010-9876-5432')
    choice = talk.page.get_by_label('문의 유형')
    await talk.tabs_to(choice)
    for _ in range(await choice.locator('option').count()):
        if await choice.input_value() != department:
            await keyboard.press('ArrowDown')
    await talk.tabs_to(talk.button('상담 시작'))
    await keyboard.press('Enter')


async def _sign_in(desk: DeskScreen, username: str) -> None:
    await desk.page.goto(f'{desk.address}/desk')
    await desk.tabs_to(desk.page.get_by_label('아이디'))
    await desk.page.keyboard.type(username)
    await desk.tabs_to(desk.page.get_by_label('비밀번호'))
    await desk.page.keyboard.type(PASSWORD)
    await desk.page.keyboard.press('Enter')
    await expect(desk.tab('대기')).to_be_visible()
    await desk.settles()


async def _written_to_while_away(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> CustomerScreen:
    """Let the agent write to a customer who has closed the tab; their next tab, which nobody looks at yet."""
    await begin(desk, talk, agent)
    tabs = talk.page.context
    await talk.page.close()
    await desk.sends('계신가요?')
    await expect(desk.log).to_contain_text('전송됨')
    back = CustomerScreen(await tabs.new_page(), talk.address)
    await back.page.add_init_script('document.hasFocus = () => window.isLookedAt === true')
    return back
