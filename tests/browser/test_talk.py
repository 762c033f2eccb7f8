"""What only a real browser can show of the customer's page: its shape, its keys, its colours, and its voice."""

from uuid import UUID, uuid4

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.async_api import Page, ViewportSize, expect

from models import Agent
from services.chats.events import ChatCard, Rating
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.support.browser import one_loop
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

HEADER_PX = 57  # 56 and its line
PHONE: ViewportSize = {'width': 390, 'height': 844}
KEYBOARD_IS_OUT: ViewportSize = {'width': 390, 'height': 420}


@one_loop.fixture()
async def phone(centre: Centre, person: Contexts, agent: Agent) -> CustomerScreen:
    """A customer's telephone."""
    del agent  # somebody must be there, or there is nothing to ask about
    return await centre.talk(await person(viewport=PHONE, has_touch=True, is_mobile=True))


@pytest.mark.parametrize('scheme', ['light', 'dark'])
async def test_axe_finds_nothing_from_the_form_to_the_end(
    centre: Centre, person: Contexts, agent: Agent, services: Services, make: Make, scheme: str
) -> None:
    talk = await centre.talk(await person(color_scheme=scheme, reduced_motion='reduce'))
    await talk.page.goto(f'{talk.address}/talk')
    await faultless(talk.page)
    await talk.button('상담 시작').click()
    await expect(talk.page.get_by_role('alert')).to_have_count(4)
    await faultless(talk.page)
    await talk.begins(agent.department)
    await talk.sees('다음 차례예요')
    await faultless(talk.page)
    await talk.page.goto(f'{talk.address}/talk')
    await talk.sees('이어서 상담하시겠어요')
    await faultless(talk.page)
    await talk.button('이어서 상담하기').click()
    await talk.sees('다음 차례예요')

    chat_id = (await chat_of(talk, services)).id
    await services.chats.take(agent, chat_id)
    await services.chats.reply(agent, make.outgoing(chat_id, 'https://example.com 을 보세요'))
    await talk.sends('네')
    await talk.sees('을 보세요')  # an answer that came later would end the typing

    async def is_seen_typing() -> bool:
        await services.chats.typing(agent, chat_id)
        return await talk.page.get_by_text('입력하고 있어요').first.is_visible()

    await until(is_seen_typing, seconds=15)
    await faultless(talk.page)
    await talk.button('상담 종료').click()
    await talk.sees('상담을 종료할까요?')
    await faultless(talk.page)
    await talk.button('종료하기').click()
    await talk.sees('상담이 종료되었어요')
    await faultless(talk.page)
    await _rates(talk, services, chat_id)


async def _rates(talk: CustomerScreen, services: Services, chat_id: UUID) -> None:
    """Rate the chat by the keyboard alone."""
    stars = talk.page.get_by_role('radio')
    await talk.tabs_to(stars.first)
    await talk.page.keyboard.press('Space')
    for _ in range(3):
        await talk.page.keyboard.press('ArrowRight')
    await expect(talk.page.get_by_role('radio', name='4점, 만족')).to_be_checked()
    await talk.page.keyboard.press('Tab')
    await talk.page.keyboard.insert_text('빨랐어요')
    await talk.page.keyboard.press('Tab')
    await talk.page.keyboard.press('Enter')
    await talk.sees('평가해 주셔서 감사해요')
    await expect(talk.button('평가 고치기')).to_be_visible()
    await faultless(talk.page)
    rating = await services.ratings.of_chat(chat_id)
    assert rating == Rating(score=4, comment='빨랐어요')
    await talk.page.context.clear_cookies(name='desk_talk_enter')  # half a minute later
    await talk.page.goto(f'{talk.address}/talk')
    await talk.page.get_by_role('link', name='지난 상담 이어 보기').click()
    await expect(talk.button('평가 고치기')).to_be_visible()
    await talk.page.reload()
    await expect(talk.page.get_by_role('radio', name='4점, 만족')).to_be_checked()


async def test_phone_shows_the_box_above_its_keyboard(phone: CustomerScreen, agent: Agent) -> None:
    await phone.begins(agent.department)
    for number in range(9):
        await phone.sends(f'{number}번째 줄')
    await phone.sends('끊을데가없는낱말' * 20 + 'x' * 200)
    await expect(phone.bubbles).to_have_count(10)

    await phone.page.set_viewport_size(KEYBOARD_IS_OUT)

    await expect(phone.box).to_be_in_viewport(ratio=1)
    await expect(phone.button('전송')).to_be_in_viewport(ratio=1)
    await expect(phone.bubbles.last).to_be_in_viewport()
    assert await phone.page.evaluate('document.documentElement.scrollWidth') == PHONE['width']
    assert await phone.log.evaluate('it => it.scrollWidth <= it.clientWidth')


async def test_buttons_fit_a_thumb(phone: CustomerScreen, agent: Agent) -> None:
    await phone.begins(agent.department)

    for part, least in (
        (phone.button('전송'), 44),
        (phone.box, 44),
        (phone.button('상담 종료'), 36),
    ):
        shape = await part.bounding_box()
        assert shape
        assert shape['height'] >= least


async def test_reload_keeps_what_is_typed_and_not_sent(talk: CustomerScreen, agent: Agent) -> None:
    await talk.begins(agent.department)
    await talk.box.fill('아직 다 쓰지 못한')
    await talk.sends('보낸 말')
    await talk.reads('보낸 말')
    await talk.box.fill('아직 다 쓰지 못한 말')

    await talk.page.reload()

    await talk.reads('보낸 말')
    await expect(talk.box).to_have_value('아직 다 쓰지 못한 말')


async def test_hidden_tab_calls_its_customer_back(
    talk: CustomerScreen, agent: Agent, services: Services, make: Make
) -> None:
    await talk.begins(agent.department)
    chat_id = (await chat_of(talk, services)).id
    await services.chats.take(agent, chat_id)
    await talk.sees('연결되었어요')
    await talk.page.evaluate('document.hasFocus = () => window.isLookedAt === true')

    await services.chats.reply(agent, make.outgoing(chat_id, '계신가요?'))
    await services.chats.reply(agent, make.outgoing(chat_id, '기다리고 있겠습니다.'))

    await expect(talk.page).to_have_title('(2) 채팅 상담')
    await talk.page.evaluate("window.isLookedAt = true; window.dispatchEvent(new Event('focus'))")
    await expect(talk.page).to_have_title('채팅 상담')


async def test_end_is_asked_once_and_can_be_declined_by_keyboard(
    talk: CustomerScreen, agent: Agent
) -> None:
    await talk.begins(agent.department)
    keyboard = talk.page.keyboard

    await talk.tabs_to(talk.button('상담 종료'))
    await keyboard.press('Enter')
    await talk.sees('상담을 종료할까요?')
    await keyboard.press('Escape')
    await expect(talk.button('종료하기')).to_be_hidden()
    await expect(talk.button('상담 종료')).to_be_focused()
    await keyboard.press('Enter')
    await talk.tabs_to(talk.button('종료하기'))
    await keyboard.press('Enter')

    await talk.sees('상담원과 연결되기 전에 상담이 종료되었어요')
    await talk.tabs_to(talk.button('새 상담 시작'))
    await keyboard.press('Enter')
    await expect(talk.button('상담 시작')).to_be_visible()


async def test_ended_chat_takes_no_more_and_says_why(
    talk: CustomerScreen, agent: Agent, services: Services
) -> None:
    await talk.begins(agent.department)
    await talk.box.fill('늦은 말')

    await services.visits.leave((await chat_of(talk, services)).id)

    await talk.sees('종료된 상담이라 메시지를 보낼 수 없어요.')
    await expect(talk.button('전송')).to_be_disabled()
    await expect(talk.box).to_have_value('늦은 말')
    await expect(talk.box).not_to_be_editable()


async def test_killed_server_costs_no_word_and_no_place(
    own_desk: LiveDesk, person: Contexts
) -> None:
    talk = CustomerScreen(await (await person(viewport=PHONE)).new_page(), own_desk.address)
    await talk.begins(DEPARTMENT)
    await talk.sends('죽기 전에')
    await talk.reads('죽기 전에')

    own_desk.kill()
    await talk.sees('연결 끊김')
    await talk.sends('죽은 동안에')
    await talk.sees('연결되면 전송돼요')
    await talk.box.fill('아직 쓰는 중')
    own_desk.start()

    await talk.reads('죽기 전에', '죽은 동안에')
    await talk.sees('다음 차례예요')
    await expect(talk.box).to_have_value('아직 쓰는 중')
    await expect(talk.page.get_by_text('연결되면 전송돼요')).to_be_hidden()


async def test_chat_is_open_only_in_the_tab_that_began_it(
    talk: CustomerScreen, agent: Agent
) -> None:
    """Several people, one after the other, at one computer."""
    await talk.begins(agent.department)
    await talk.sends('저만 볼 말이에요')
    await talk.page.reload()
    await talk.reads('저만 볼 말이에요')
    await talk.box.fill('보내지 않은 말')

    other = CustomerScreen(await talk.page.context.new_page(), talk.address)
    await other.page.context.clear_cookies(name='desk_talk_enter')  # half a minute later
    await other.page.goto(f'{talk.address}/talk/chat')

    await expect(other.button('이어서 상담하기')).to_be_visible()
    assert '저만 볼' not in await other.page.content()
    await other.button('새로 시작하기').click()
    await other.begins(agent.department, name='정하윤')
    await other.reads()
    await expect(other.box).to_have_value('')
    await talk.page.reload()
    assert '저만 볼' not in await other.page.content()


async def test_english_browser_reads_english(
    centre: Centre, person: Contexts, agent: Agent
) -> None:
    talk = await centre.talk(await person(locale='en-US', viewport=PHONE))
    await talk.page.goto(f'{talk.address}/talk')
    await talk.page.get_by_label('I agree').check()
    await talk.page.get_by_label('Name').fill('Yujin Choi')
    await talk.page.get_by_label('Phone number').fill('+82 10-1234-5678')
    await talk.page.get_by_label('Department').select_option(agent.department)

    await talk.button('Start chat').click()

    await talk.sees('You are next')
    await expect(talk.button('End chat')).to_be_visible()
    assert await talk.page.evaluate('document.documentElement.lang') == 'en-US'


async def test_english_header_is_one_line_on_a_phone(
    centre: Centre, person: Contexts, make: Make, services: Services
) -> None:
    agent = await make.agent(
        username=f'agent-{uuid4().hex[:8]}',
        department=DEPARTMENT,
        first_name='Bartholomew',
        last_name='Featherstonehaugh-Montgomery',
    )
    talk = await centre.talk(await person(locale='en-US', viewport=PHONE))
    await talk.page.goto(f'{talk.address}/talk')
    await talk.page.get_by_label('I agree').check()
    await talk.page.get_by_label('Name').fill('Yujin Choi')
    await talk.page.get_by_label('Phone number').fill('+82 10-1234-5678')
    await talk.page.get_by_label('Department').select_option(label='Orders & delivery')
    await talk.button('Start chat').click()
    await services.chats.take(agent, (await chat_of(talk, services)).id)
    await talk.sees('Featherstonehaugh')

    await talk.page.context.set_offline(True)
    await talk.sees('Disconnected')

    await expect(talk.page.get_by_role('heading', level=1)).to_have_text('Orders & delivery')
    for part in ('.talk-head', '.talk-head .desk-link', '.talk-head button'):
        box = await talk.page.locator(part).bounding_box()
        assert box is not None
        assert box['height'] <= HEADER_PX
        assert box['x'] + box['width'] <= PHONE['width']


async def test_motion_stops_for_who_wants_none(
    centre: Centre, person: Contexts, agent: Agent, services: Services
) -> None:
    talk = await centre.talk(await person(reduced_motion='reduce'))
    await talk.begins(agent.department)
    chat = await chat_of(talk, services)
    await services.chats.take(agent, chat.id)

    await services.chats.typing(agent, chat.id)

    dot = talk.page.locator('.talk-dots i').first
    await expect(dot).to_be_visible()
    await expect(dot).to_have_css('animation-name', 'none')


async def chat_of(talk: CustomerScreen, services: Services) -> ChatCard:
    """Return the chat that the customer's cookie opens."""
    [token] = [
        cookie['value']
        for cookie in await talk.page.context.cookies()
        if cookie['name'] == 'desk_chat'
    ]
    return await services.visits.chat_of(token)


async def faultless(page: Page) -> None:
    """Let axe look at the page as it stands."""
    # Without `preload`: axe would fetch the stylesheets again, and Quasar show a bar for that.
    results = await Axe().run(page, options={'preload': False})
    assert results.violations_count == 0, results.generate_report()
