"""콜백 above the inbox: promised on a customer's screen, called by a press, gone when the customer was reached."""

from datetime import timedelta

from nicegui.testing import User

from desk import clock
from models import Agent, CallbackStatus, CallPermission
from pages.parts.kit.promise_words import field_value
from services.calls.callbacks import NewCallback
from services.registry import Services
from tests.pages.calls.conftest import Phone
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.until import until

NUMBER = '01055556666'


def now_and_an_hour(**more: object) -> NewCallback:
    """A slot that has begun."""
    since = clock.now() - timedelta(minutes=5)
    values = {'phone': NUMBER, 'name': '한소희', 'body': '환불 결과'} | more
    return NewCallback(slot_from=since, slot_to=since + timedelta(hours=1), **values)  # type: ignore[arg-type]  # as the test says


async def test_promise_on_a_customers_screen_stands_in_the_list(
    phone: Phone, user: User, agent: Agent, make: Make, services: Services
) -> None:
    customer = await make.customer(name='한소희', phone=NUMBER)
    await user.open(f'/desk/customers/{customer.id}')
    await user.should_see('콜백 약속', retries=40)
    press(user, '콜백 약속')
    await user.should_see('언제부터', retries=20)
    since = clock.now() + timedelta(hours=2)
    given = {'from': field_value(since), 'minutes': '60', 'body': '교환 안내', 'asked': 'yes'}

    user.find('언제부터').trigger('submit', given)

    await user.should_see('콜백을 약속했습니다', retries=40)
    [made] = await services.callbacks.waiting(agent)
    assert (made.name, made.body, made.is_asked_by_customer) == ('한소희', '교환 안내', True)
    assert made.slot_to - made.slot_from == timedelta(hours=1)
    await user.open('/desk')
    await user.should_see('콜백 1', retries=40)
    await user.should_see('교환 안내')
    del phone


async def test_press_calls_and_the_list_follows(
    phone: Phone, user: User, agent: Agent, services: Services
) -> None:
    callback = await services.callbacks.promise(agent, now_and_an_hour())
    await user.should_see('콜백 1', retries=40)
    await user.should_see('지금')

    user.find('환불 결과').click()
    await user.should_see('통화했음', retries=40)
    press(user, '전화 걸기')
    await until(lambda: phone.asked == [('dial', {'number': '+821055556666'})])
    assert (await services.callbacks.callback(agent, callback.id)).owner_id == agent.id

    now = await services.callbacks.callback(agent, callback.id)
    await services.callbacks.close(agent, now.id, CallbackStatus.REACHED)
    await user.should_see('콜백 0', retries=40)


async def test_who_wants_no_calls_is_not_called_back_either(
    phone: Phone, user: User, agent: Agent, make: Make, services: Services
) -> None:
    await make.customer(phone=NUMBER, call_permission=CallPermission.NOTHING)
    await services.callbacks.promise(agent, now_and_an_hour())
    await user.should_see('콜백 1', retries=40)

    user.find('환불 결과').click()
    await user.should_see('통화했음', retries=40)
    press(user, '전화 걸기')

    await user.should_see('전화를 거부한 고객입니다', retries=40)
    assert phone.asked == []


async def test_begun_slot_is_told_with_its_words(
    phone: Phone, user: User, agent: Agent, services: Services
) -> None:
    await services.callbacks.promise(agent, now_and_an_hour())
    await user.should_see('콜백 1', retries=40)

    await services.callbacks.announce()

    await user.should_see('담당자 없는 콜백의 시간입니다', retries=40)
    del phone
