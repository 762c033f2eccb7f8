"""The desk without a mouse, and what a screen shows of itself: keys, counts, clocks, titles, panes."""

import re
from datetime import timedelta

from playwright.async_api import expect

from desk import clock
from models import Agent
from services.registry import Services
from tests.support.browser.people import CustomerScreen, DeskScreen
from tests.support.browser.talking import begin
from tests.support.make import Make
from tests.support.until import until


async def test_keys_lead_through_lists_and_chats(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    for name in ('정하윤', '강지후'):
        await make.chat(department=agent.department, lines=1, visitor_name=name)
    await make.chat(agent=agent, lines=1, visitor_name='윤서아')
    await desk.opens()
    keyboard = desk.page.keyboard
    await expect(desk.tab('진행')).to_have_attribute('aria-selected', 'true')
    await expect(desk.tab('대기')).to_have_text('대기 2')
    await expect(desk.tab('진행')).to_have_text('진행 1')

    await keyboard.press('1')
    await expect(desk.rows).to_contain_text(['정하윤', '강지후'])
    await keyboard.press('j')
    await desk.reads('1번째 줄')
    await expect(desk.page.get_by_role('heading', name='정하윤').first).to_be_visible()
    await keyboard.press('j')
    await expect(desk.page.get_by_role('heading', name='강지후').first).to_be_visible()
    await keyboard.press('k')
    await expect(desk.page.get_by_role('heading', name='정하윤').first).to_be_visible()
    await keyboard.press('3')
    await desk.sees('종료한 상담이 없습니다')
    await keyboard.press('2')
    await expect(desk.rows).to_contain_text(['윤서아'])
    await keyboard.press('j')
    await expect(desk.page.get_by_role('heading', name='윤서아').first).to_be_visible()
    await keyboard.press('r')
    await expect(desk.box).to_be_focused()


async def test_map_of_keys_opens_and_no_key_acts_behind_it(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)

    await desk.page.keyboard.press('?')
    await expect(desk.page.get_by_role('dialog', name='단축키')).to_be_visible()
    await desk.page.keyboard.press('e')
    await desk.page.keyboard.press('Escape')
    await expect(desk.page.get_by_role('dialog')).to_have_count(0)

    await desk.page.keyboard.press('e')
    await expect(desk.page.get_by_role('dialog', name='상담을 종료할까요?')).to_be_visible()
    await desk.page.keyboard.press('Escape')
    await expect(desk.button('상담 종료')).to_be_visible()


async def test_customer_pane_folds_by_key_and_is_remembered(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)
    pane = desk.page.get_by_role('region', name='고객 정보', exact=True)
    await expect(pane).to_be_visible()

    await desk.page.keyboard.press('c')
    await expect(pane).to_be_hidden()
    await desk.page.reload()

    await desk.reads('1번째 줄')
    await expect(pane).to_be_hidden()


async def test_unread_messages_are_counted_in_row_and_title(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await begin(desk, talk, agent)
    await expect(desk.rows.get_by_label('읽지 않은 메시지')).to_have_count(0)
    await desk.page.evaluate('document.hasFocus = () => false')

    await talk.sends('하나')
    await talk.sends('둘')

    await expect(desk.rows.get_by_label('읽지 않은 메시지 2개')).to_be_visible()
    await until(lambda: _title_begins(desk, '(2)'))
    await desk.page.evaluate(
        "document.hasFocus = () => true; window.dispatchEvent(new Event('focus'))"
    )
    await expect(desk.rows.get_by_label('읽지 않은 메시지 2개')).to_have_count(0)
    await until(lambda: _title_begins(desk, '상담'))


async def test_wait_clocks_tick_and_turn_late(desk: DeskScreen, make: Make, agent: Agent) -> None:
    since = clock.now() - timedelta(seconds=178)
    await make.chat(department=agent.department, lines=1, start_time=since)
    await desk.opens()
    ticking = desk.rows.locator('time')

    await expect(ticking).to_have_attribute('data-late', '1')
    await expect(ticking).to_have_text(re.compile(r'3:\d\d'))


async def test_strange_texts_stay_texts(
    desk: DeskScreen, talk: CustomerScreen, agent: Agent
) -> None:
    await begin(desk, talk, agent)
    texts = [
        '<img src=x onerror="document.title=1">',
        'javascript:alert(1)',
        '가' * 5_000,
        'https://example.com/' + 'a' * 300,
        'مرحبا بالعالم',
        '👩‍👩‍👧‍👦 ❤️',
    ]

    for number, text in enumerate(texts, start=2):
        await talk.sends(text)
        await expect(desk.bubbles).to_have_count(number)

    await desk.reads('안녕하세요', *texts)
    await expect(desk.log.locator('img')).to_have_count(0)
    await expect(desk.log.locator('a')).to_have_count(1)
    overflow = await desk.log.evaluate('it => it.scrollWidth - it.clientWidth')
    assert overflow <= 0


async def test_overlong_message_is_explained_and_stays(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)

    await desk.box.fill('가' * 5_001)
    await desk.box.press('Enter')

    await desk.sees('메시지가 너무 깁니다 5001 / 5000')
    await expect(desk.box).to_have_value('가' * 5_001)
    await desk.box.fill('   ')
    await desk.box.press('Enter')
    await desk.reads('1번째 줄')


async def test_stranger_becomes_a_customer_on_record(
    desk: DeskScreen, make: Make, agent: Agent, services: Services
) -> None:
    customer = await make.customer(name='이민준', phone='01055556666', email='lee@example.com')
    earlier = await make.chat(agent=agent, lines=2, customer_id=customer.id)
    await services.chats.end(agent, earlier.id)
    chat = await make.chat(agent=agent, lines=1, visitor_phone='01055556666')
    await desk.opens(chat.id)

    await desk.sees('전화번호 같음 · 이름 다름')
    await desk.button('연결').click()
    question = desk.page.get_by_role('dialog', name='이 상담과 연결할까요?')
    await expect(question).to_contain_text('최유진')
    await expect(question).to_contain_text('이민준')
    await expect(question.get_by_text('끝 네 자리 6666')).to_have_count(2)
    await question.get_by_role('button', name='연결').click()

    await desk.sees('le***@example.com')
    await expect(desk.page.get_by_text('lee@example.com')).to_have_count(0)
    await desk.page.get_by_role('button', name=agent.department).click()
    past = desk.page.get_by_role('log', name='이전 상담 내용')
    await expect(past.locator('.desk-bubble')).to_have_text(['1번째 줄', '2번째 줄'])


async def test_wrong_link_is_taken_back(desk: DeskScreen, make: Make, agent: Agent) -> None:
    customer = await make.customer(name='이민준', phone='01055556666')
    chat = await make.chat(agent=agent, lines=1, customer_id=customer.id)
    await desk.opens(chat.id)

    await desk.button('연결 해제').click()
    question = desk.page.get_by_role('dialog', name='연결을 해제할까요?')
    await question.get_by_role('button', name='연결 해제').click()

    await desk.sees('고객 정보의 연결을 해제했습니다')
    await desk.sees('아직 확인되지 않은 고객입니다')


async def test_new_customer_is_registered(desk: DeskScreen, make: Make, agent: Agent) -> None:
    chat = await make.chat(agent=agent, lines=1, visitor_phone='01077778888')
    await desk.opens(chat.id)

    await desk.button('새 고객으로 등록').click()

    await desk.sees('새 고객으로 등록했습니다')
    await desk.sees('이전 상담이 없습니다')
    await expect(desk.page.get_by_text('아직 확인되지 않은 고객입니다')).to_be_hidden()


async def test_sounds_can_be_set_and_are_remembered(desk: DeskScreen) -> None:
    await desk.opens()
    await desk.button('소리').click()
    switch = desk.page.get_by_role('switch', name='소리 켜기')
    await expect(switch).to_be_checked()

    await desk.button('새 상담 소리 듣기').click()
    await switch.click()
    await desk.page.reload()
    await desk.settles()
    await desk.button('무음').click()

    await expect(switch).not_to_be_checked()


async def test_theme_and_language_are_chosen_where_one_is(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await desk.opens(chat.id)

    await desk.button(agent.name).click()
    await desk.button('어둡게').click()
    await desk.settles()
    await desk.reads('1번째 줄')
    await expect(desk.page.locator('html')).to_have_attribute('data-theme', 'dark')
    await desk.button(agent.name).click()
    await desk.button('English').click()

    await expect(desk.page.get_by_role('button', name='Send', exact=True)).to_be_visible()
    await expect(desk.page.locator('html')).to_have_attribute('lang', 'en-US')
    assert desk.chat_id == chat.id


async def _title_begins(desk: DeskScreen, words: str) -> bool:
    return (await desk.page.title()).startswith(words)
