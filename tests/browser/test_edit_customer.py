"""One customer, edited by two people at once: nothing is overwritten unseen, and nothing that is typed is lost."""

from uuid import UUID

from playwright.async_api import Locator, Page, expect

from models import Agent
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.support.browser.people import Centre, DeskScreen
from tests.support.make import Make


class Card:
    """A customer's page in somebody's browser."""

    def __init__(self, desk: DeskScreen) -> None:
        self.desk = desk
        self.page: Page = desk.page

    async def opens(self, customer_id: UUID) -> None:
        await self.page.goto(f'{self.desk.address}/desk/customers/{customer_id}')
        await self.desk.settles()
        await expect(self.desk.button('고치기')).to_be_visible()

    async def edits(self) -> None:
        await self.desk.button('고치기').click()
        await expect(self.field('이름')).to_be_focused()

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(name, exact=True)

    async def reveals(self, name: str) -> None:
        """Say why, and see what stands in a field."""
        await self.page.get_by_role('button', name=f'{name} 보기').click()
        await self.page.get_by_role('button', name='본인 확인').click()
        await expect(self.field(name)).to_be_visible()

    async def saves(self) -> None:
        await self.desk.button('저장').click()


async def two_cards(
    centre: Centre, person: Contexts, make: Make, agent: Agent
) -> tuple[Card, Card]:
    colleague = await make.agent(
        username=f'{agent.username}-b',
        first_name='도윤',
        last_name='이',
        department=agent.department,
    )
    cards = []
    for one in (agent, colleague):
        context = await person()
        await centre.sign_in(context, one.username)
        cards.append(Card(await centre.desk(context)))
    return cards[0], cards[1]


async def test_second_of_two_editors_sees_what_changed_and_chooses(
    centre: Centre, person: Contexts, make: Make, agent: Agent
) -> None:
    customer = await make.customer(name='이민준', memo='')
    first, second = await two_cards(centre, person, make, agent)
    for card in (first, second):
        await card.opens(customer.id)
        await card.edits()

    await first.field('이름').fill('이민준 (본사)')
    await first.field('메모').fill('오후에만 통화')
    await second.field('이름').fill('이민중')
    await first.saves()
    await expect(first.desk.button('고치기')).to_be_visible()

    await expect(second.field('메모')).to_have_value('오후에만 통화')  # untouched there: it follows
    await second.desk.sees(f'{agent.name} 님이 그사이 이 항목을 바꿨습니다. 남길 것을 고르세요')
    await expect(second.desk.button('저장')).to_be_disabled()
    await expect(first.page.get_by_role('heading', name='이민준 (본사)')).to_be_visible()
    await second.page.get_by_role('radio', name='내 것 이민중').check()
    await second.saves()

    for card in (first, second):
        await expect(card.page.get_by_role('heading', name='이민중')).to_be_visible()
        await card.desk.sees('오후에만 통화')


async def test_what_is_typed_outlives_a_reload_and_a_lost_connection(
    desk: DeskScreen, make: Make
) -> None:
    customer = await make.customer(name='이민준', attributes={'회원 등급': 'VIP'})
    card = Card(desk)
    await card.opens(customer.id)
    await card.edits()
    await card.field('회원 등급').fill('일반')
    desk.page.on('dialog', lambda dialog: dialog.accept())  # the browser warns whoever leaves

    await desk.page.reload()
    await desk.settles()
    await card.edits()

    await desk.sees('저장하지 않은 내용을 되살렸습니다')
    await expect(card.field('회원 등급')).to_have_value('일반')
    await desk.page.context.set_offline(True)
    await card.field('메모').fill('끊겼을 때 쓴 메모')
    await desk.sees('연결이 끊겼습니다')
    await desk.page.context.set_offline(False)
    await expect(desk.page.get_by_text('연결이 끊겼습니다. 입력한')).to_be_hidden()
    await card.saves()
    await desk.sees('끊겼을 때 쓴 메모')
    await desk.sees('일반')


async def test_number_goes_from_an_open_form_with_the_chat_and_what_is_typed_stays(
    centre: Centre,
    person: Contexts,
    make: Make,
    agent: Agent,
    services: Services,
) -> None:
    customer = await make.customer(name='이민준', email='minjun@example.com')
    chat = await make.chat(agent=agent, customer_id=customer.id)
    first, second = await two_cards(centre, person, make, agent)
    await first.opens(customer.id)
    await first.edits()
    await expect(first.field('전화번호 1')).to_have_value('010-1234-5678')
    await first.field('이메일').fill('new@example.com')

    await services.chats.end(agent, chat.id)

    await first.desk.sees('010-****-5678')
    await expect(first.page.get_by_label('전화번호 1')).to_be_hidden()
    await expect(first.field('이메일')).to_have_value('new@example.com')
    kept = await first.page.evaluate('() => JSON.stringify(sessionStorage)')
    assert '1234-5678' not in kept
    await second.opens(customer.id)
    await second.edits()
    await second.reveals('이메일')
    await second.field('이메일').fill('theirs@example.com')
    await second.saves()
    await first.desk.sees('남길 것을 고르세요')
    await expect(
        first.page.get_by_role('radio', name='저장된 것 th***@example.com')
    ).to_be_visible()
    await first.page.get_by_role('radio', name='내 것 new@example.com').check()
    await first.saves()
    await first.desk.sees('ne***@example.com')


async def test_fields_say_what_is_wrong_with_them(desk: DeskScreen) -> None:
    card = Card(desk)
    await desk.page.goto(f'{desk.address}/desk/customers/new')
    await desk.settles()

    await card.saves()
    await expect(desk.page.get_by_role('alert')).to_have_count(2)
    await card.field('이메일').fill('뷁')
    await card.saves()

    await expect(card.field('이름')).to_have_attribute('aria-invalid', 'true')
    await expect(card.field('이메일')).to_have_attribute('aria-invalid', 'true')
    await expect(desk.page.get_by_role('alert')).to_have_count(3)
    await card.field('이름').fill('새롬')
    await card.field('전화번호 1').fill('+82 10-2345-6789')
    await card.field('이메일').fill('saerom@example.com')
    await card.saves()
    await expect(desk.page.get_by_role('heading', name='새롬')).to_be_visible()
    await desk.sees('010-****-6789')


async def test_leaving_unsaved_words_asks_first(desk: DeskScreen, make: Make) -> None:
    customer = await make.customer(name='이민준')
    card = Card(desk)
    await card.opens(customer.id)
    await card.edits()
    await card.field('메모').fill('저장 전')

    await desk.page.get_by_role('link', name='상담', exact=True).click()

    await desk.button('계속 고치기').click()
    await expect(card.field('메모')).to_have_value('저장 전')
    await desk.page.get_by_role('link', name='상담', exact=True).click()
    await desk.button('나가기').click()
    await expect(desk.tab('대기')).to_be_visible()
