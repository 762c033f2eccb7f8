"""The history in a browser: filter, open, back, share, keep a view, and a word that leads to its line."""

import re
from uuid import uuid4

from playwright.async_api import Locator, expect

from models import Agent, Priority
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.support.browser.axe import nothing_found
from tests.support.browser.people import Centre, DeskScreen
from tests.support.make import Make


class HistoryScreen(DeskScreen):
    """``/desk/history`` in somebody's browser."""

    @property
    def contacts(self) -> Locator:
        """The rows, newest first."""
        return self.page.get_by_role('table', name='이력').locator('tr[data-id]')

    @property
    def opened(self) -> Locator:
        """The contact beside the table."""
        return self.page.get_by_role('region', name='상담 내용')

    @property
    def text(self) -> Locator:
        return self.page.get_by_role('searchbox', name='대화 내용, 고객 검색')

    async def opens_history(self, query: str = '') -> None:
        await self.page.goto(f'{self.address}/desk/history{query}')
        await self.settles()
        await expect(self.text).to_be_visible()


def history_of(desk: DeskScreen) -> HistoryScreen:
    return HistoryScreen(desk.page, desk.address)


async def test_filter_open_and_back(desk: DeskScreen, make: Make, agent: Agent) -> None:
    await make.chat(agent=agent, visitor_name='정하윤', priority=Priority.HIGH, lines=2)
    await make.chat(agent=agent, visitor_name='강지후')
    call = await make.call(agent=agent)
    screen = history_of(desk)
    await screen.opens_history()
    await expect(screen.contacts).to_have_count(3)

    priority = screen.page.get_by_label('중요도')
    await priority.focus()
    await priority.select_option('high')
    await expect(screen.contacts).to_have_text([re.compile('정하윤')])
    assert screen.page.url.endswith('/desk/history?priority=high')
    await expect(priority).to_be_focused()

    await screen.contacts.first.click()
    await expect(screen.opened).to_contain_text('2번째 줄')
    await expect(screen.page.get_by_role('heading', name='정하윤')).to_be_focused()
    await screen.page.go_back()
    await expect(screen.opened).to_be_hidden()
    await expect(screen.contacts).to_have_count(1)
    await screen.page.go_back()
    await expect(screen.contacts).to_have_count(3)
    await expect(priority).to_have_value('')

    await screen.page.goto(f'{screen.address}/desk/history/{call.id}')
    await expect(screen.opened).to_contain_text('받은 통화')


async def test_address_is_shared_and_opened_with_ones_own_rights(
    make: Make, agent: Agent, centre: Centre, person: Contexts
) -> None:
    chat = await make.chat(agent=agent, visitor_name='정하윤', priority=Priority.HIGH, lines=2)
    shared = f'{centre.address}/desk/history/{chat.id}?priority=high'

    colleague = await make.agent(username=f'agent-{uuid4().hex[:8]}', department=agent.department)
    stranger = await make.agent(username=f'agent-{uuid4().hex[:8]}', department='다른 부서')
    for who, sees in ((colleague, True), (stranger, False)):
        context = await person()
        await centre.sign_in(context, who.username)
        theirs = HistoryScreen(await context.new_page(), centre.address)
        await theirs.page.goto(shared)
        await theirs.settles()
        await expect(theirs.contacts).to_have_count(1 if sees else 0)
        await theirs.sees('2번째 줄' if sees else '없는 상담이거나 볼 수 없는 상담입니다')


async def test_keys_walk_through_the_rows_and_back_keeps_the_place(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    for number in range(60):
        await make.chat(agent=agent, visitor_name=f'{number + 1}번 손님', lines=1)
    screen = history_of(desk)
    await screen.opens_history()
    row = screen.contacts.nth(40)
    await row.scroll_into_view_if_needed()
    place = screen.page.locator('.desk-history-list')
    before = await place.evaluate('it => it.scrollTop')
    assert before > 0

    await row.click()
    await expect(screen.page.get_by_role('heading', name='20번 손님')).to_be_visible()
    await screen.page.keyboard.press('j')
    await expect(screen.page.get_by_role('heading', name='19번 손님')).to_be_visible()
    await expect(screen.page.locator('tr[aria-current]')).to_have_text([re.compile('19번 손님')])
    await screen.page.keyboard.press('k')
    await expect(screen.page.get_by_role('heading', name='20번 손님')).to_be_visible()

    await screen.page.go_back()  # one step, however many were looked at
    await expect(screen.opened).to_be_hidden()
    assert screen.page.url.endswith('/desk/history')
    assert await place.evaluate('it => it.scrollTop') == before

    await screen.page.keyboard.press('k')
    await expect(screen.opened).to_be_visible()
    await screen.page.keyboard.press('Escape')
    await expect(screen.opened).to_be_hidden()


async def test_word_leads_to_its_line_in_a_long_chat(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, visitor_name='정하윤', lines=150)
    await make.line(chat.id, '가습기 필터는 어디서 사나요?')
    for _ in range(130):
        await make.line(chat.id, '네')
    screen = history_of(desk)
    await screen.opens_history()
    await screen.page.keyboard.press('f')
    await expect(screen.text).to_be_focused()

    await screen.page.keyboard.insert_text('가습기')
    await screen.page.keyboard.press('Enter')

    await expect(screen.contacts).to_have_text([re.compile('가습기 필터는 어디서 사나요')])
    await expect(screen.contacts.locator('mark')).to_have_text(['가습기'])
    await screen.contacts.first.click()
    await screen.sees('“가습기” 1곳 중 1번째')
    found = screen.opened.locator('[data-sought] .desk-bubble')
    await expect(found).to_have_text('가습기 필터는 어디서 사나요?')
    await expect(found).to_be_in_viewport()
    await expect(found.locator('mark')).to_have_text('가습기')


async def test_view_is_kept_and_one_press_away(
    desk: DeskScreen, make: Make, agent: Agent, services: Services
) -> None:
    await make.chat(agent=agent, visitor_name='정하윤', priority=Priority.HIGH)
    await make.chat(agent=agent, visitor_name='강지후')
    screen = history_of(desk)
    await screen.opens_history('?priority=high')
    await screen.button('조건 저장').click()
    await screen.page.get_by_label('조건 이름').fill('급한 상담')
    await screen.page.keyboard.press('Enter')
    await screen.sees('조건을 저장했습니다')

    await screen.opens_history()
    await expect(screen.contacts).to_have_count(2)
    await screen.page.get_by_role('link', name='급한 상담').click()

    await expect(screen.contacts).to_have_text([re.compile('정하윤')])
    await expect(screen.page.get_by_role('link', name='급한 상담')).to_have_attribute(
        'aria-current', 'true'
    )
    [view] = await services.history_views.views(agent)
    assert view.query == 'priority=high'


async def test_period_is_chosen_by_keyboard_alone(
    desk: DeskScreen, make: Make, agent: Agent
) -> None:
    await make.chat(agent=agent, visitor_name='정하윤')
    screen = history_of(desk)
    await screen.opens_history()
    await screen.tabs_to(screen.text)

    await screen.page.keyboard.press('Tab')
    await screen.page.keyboard.press('ArrowRight')
    await expect(screen.page.get_by_role('radio', name='오늘')).to_be_focused()
    await expect(screen.page).to_have_url(re.compile('period=today'))
    for _ in range(4):
        await screen.page.keyboard.press('ArrowRight')
    await screen.page.keyboard.press('Tab')
    await expect(screen.page.get_by_label('시작일')).to_be_focused()
    await screen.page.get_by_label('시작일').fill('2020-01-01')
    await screen.page.get_by_label('종료일').fill('2020-01-02')
    await screen.page.keyboard.press('Enter')

    await screen.sees('조건에 맞는 이력이 없습니다')
    await expect(screen.page).to_have_url(re.compile(r'\?from=2020-01-01&to=2020-01-02$'))


async def test_history_is_accessible(desk: DeskScreen, make: Make, agent: Agent) -> None:
    screen = history_of(desk)
    await screen.opens_history()
    await screen.sees('아직 상담이 없습니다')
    await nothing_found(screen.page, 'empty')

    customer = await make.customer(name='이민준', risk_level='high')
    chat = await make.chat(agent=agent, customer_id=customer.id, lines=3, priority=Priority.HIGH)
    await make.call(agent=agent)
    await screen.opens_history('?text=번째')
    await expect(screen.contacts).to_have_count(1)
    await nothing_found(screen.page, 'found')

    await screen.page.goto(f'{screen.address}/desk/history/{chat.id}?text=번째')
    await screen.sees('“번째” 3곳 중 1번째')
    await nothing_found(screen.page, 'contact')
    await screen.button('조건 저장').click()
    await expect(screen.page.get_by_role('dialog')).to_be_visible()
    await nothing_found(screen.page, 'dialog')
