"""전화 on a customer's screen: seen with their number, and refused with the reason where the desk may not call."""

from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from models import Agent, CallPermission, ChatStatus, Customer
from pages.parts.kit.markup import Piece
from tests.pages.calls.conftest import Phone
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.until import until

NUMBER = '01055556666'


async def on_the_screen_of(user: User, phone: Phone, customer: Customer) -> None:
    """Open a customer's screen and look at their number, as somebody who calls them does."""
    await user.open(f'/desk/customers/{customer.id}')
    await user.should_see('보기', retries=40)
    phone.says()
    press(user, '보기')
    await user.should_see('통화 연결', retries=20)
    press(user, '통화 연결')
    await user.should_see('전화 010-5555-6666', retries=40)


async def test_number_is_called_by_the_softphone(phone: Phone, user: User, make: Make) -> None:
    customer = await make.customer(phone=NUMBER)
    await on_the_screen_of(user, phone, customer)

    press(user, '전화 010-5555-6666')

    await until(lambda: phone.asked == [('dial', {'number': '+821055556666'})])


async def test_veiled_number_has_no_button(phone: Phone, user: User, make: Make) -> None:
    customer = await make.customer(phone=NUMBER)

    await user.open(f'/desk/customers/{customer.id}')

    await user.should_see('보기', retries=40)
    await user.should_not_see('전화 010-5555-6666')
    del phone


async def test_who_wants_no_calls_is_not_called(phone: Phone, user: User, make: Make) -> None:
    customer = await make.customer(phone=NUMBER, call_permission=CallPermission.NOTHING)
    await on_the_screen_of(user, phone, customer)
    await user.should_see('전화 거부')

    press(user, '전화 010-5555-6666')

    await user.should_see('전화를 거부한 고객입니다', retries=40)


async def test_advertising_needs_consent(
    phone: Phone, user: User, make: Make, agent: Agent
) -> None:
    customer = await make.customer(phone=NUMBER)
    await on_the_screen_of(user, phone, customer)

    press(user, '광고 전화')

    await user.should_see('광고 전화에 동의하지 않은 고객입니다', retries=40)
    del agent


async def test_row_of_the_history_calls_where_its_number_may_be_seen(
    phone: Phone, user: User, make: Make, agent: Agent
) -> None:
    own = await make.chat(agent=agent, visitor_name='최유진', visitor_phone=NUMBER)
    closed = await make.chat(
        agent=agent, status=ChatStatus.CLOSED, visitor_name='한소희', visitor_phone=NUMBER
    )
    await user.open('/desk/history')
    await user.should_see('최유진', retries=40)
    phone.says()
    [grid] = [one for one in user.find(ui.element).elements if one.tag == 'table']
    table = UserInteraction(user, {grid}, None)
    rows = ' '.join(str(one.inside) for one in user.find(Piece).elements)
    assert rows.count('data-dial') == 1

    for contact, dials in ((closed, True), (own, True)):
        table.trigger('click', {'id': str(contact.id), 'dials': dials})

    await until(lambda: phone.asked == [('dial', {'number': '+821055556666'})])


async def test_contact_of_the_history_calls_once_its_number_is_seen(
    phone: Phone, user: User, make: Make, agent: Agent
) -> None:
    customer = await make.customer(phone=NUMBER, call_permission=CallPermission.NOTHING)
    chat = await make.chat(agent=agent, status=ChatStatus.CLOSED, customer_id=customer.id)
    await user.open(f'/desk/history/{chat.id}')
    await user.should_see('보기', retries=40)
    phone.says()
    await user.should_not_see('전화 010-5555-6666')
    press(user, '보기')
    await user.should_see('통화 연결', retries=20)
    press(user, '통화 연결')
    await user.should_see('전화 010-5555-6666', retries=40)

    press(user, '전화 010-5555-6666')

    await user.should_see('전화를 거부한 고객입니다', retries=40)
    assert phone.asked == []
