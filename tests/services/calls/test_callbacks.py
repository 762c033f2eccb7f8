"""콜백: promised in a slot, tried, reached or given up, and cancelled by themselves when the customer calls first."""

from datetime import timedelta
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import Agent, AgentStatus, CallbackStatus, CallPermission
from models.callback import MAX_ATTEMPTS
from services.calls.callback_view import CallbackDue, CallbackView, due_topic
from services.calls.callbacks import NewCallback
from services.calls.dial_rules import DialPurpose
from services.customers.erasure import ErasureReason
from services.registry import Services
from tests.support.centre import Centre
from tests.support.listening import Listener, listen
from tests.support.make import Make
from tests.support.sandbox.box import NUMBER
from tests.support.until import until

pytestmark = pytest.mark.slow

PHONE = '01012345678'


def wish(*, begins: timedelta = timedelta(), **more: object) -> NewCallback:
    """A promise to call within an hour from then on."""
    since = clock.now() + begins
    values = {'phone': PHONE, 'name': '최유진', 'body': '환불 결과'} | more
    return NewCallback(slot_from=since, slot_to=since + timedelta(hours=1), **values)  # type: ignore[arg-type]  # as the test says


async def becomes(
    services: Services, agent: Agent, callback: CallbackView, status: CallbackStatus
) -> CallbackView:
    """The call-back, as soon as that became of it."""

    async def is_so() -> bool:
        return (await services.callbacks.callback(agent, callback.id)).status is status

    await until(is_so, seconds=15)
    return await services.callbacks.callback(agent, callback.id)


async def test_customer_who_calls_first_is_called_back_no_more(
    centre: Centre, services: Services, agent: Agent
) -> None:
    callback = await services.callbacks.promise(agent, wish())
    other = await services.callbacks.promise(agent, wish(phone='01099998888'))
    contact_id = await centre.ring(NUMBER)
    await centre.call(lambda call: bool(call.phone))
    assert (await services.callbacks.callback(agent, callback.id)).is_open  # nobody answered yet

    await centre.act('accept', contact_id)

    await becomes(services, agent, callback, CallbackStatus.CAME_FIRST)
    assert [one.id for one in await services.callbacks.waiting(agent)] == [other.id]


async def test_call_that_reaches_them_closes_it(
    centre: Centre, services: Services, agent: Agent
) -> None:
    callback = await services.callbacks.promise(agent, wish())
    phone, purpose = await services.callbacks.take(agent, callback.id)
    dialled = await services.calls.dial(agent, phone, call_id=uuid4(), purpose=purpose)
    await centre.do(centre.box.advance, 4)
    assert dialled.contact_id

    await centre.act('accept', dialled.contact_id)

    reached = await becomes(services, agent, callback, CallbackStatus.REACHED)
    assert (reached.attempts, reached.owner_id) == (1, agent.id)


async def test_so_many_calls_in_vain_give_it_up(
    centre: Centre, services: Services, agent: Agent
) -> None:
    await centre.do(centre.box.hand, 'PUT', 'dialling', silent=[NUMBER])
    callback = await services.callbacks.promise(agent, wish())

    for number in range(1, MAX_ATTEMPTS + 1):
        await services.calls.dial(agent, PHONE, call_id=uuid4())
        await centre.do(centre.box.advance, 61)

        async def was_counted(number: int = number) -> bool:
            now = await services.callbacks.callback(agent, callback.id)
            return now.attempts == number

        await until(was_counted, seconds=15)

    assert (await services.callbacks.callback(agent, callback.id)).status is CallbackStatus.GIVEN_UP


async def test_slot_decides_what_the_call_is_for_and_wishes_of_customers_count(
    services: Services, agent: Agent, make: Make
) -> None:
    now = await services.callbacks.promise(agent, wish())
    later = await services.callbacks.promise(agent, wish(begins=timedelta(hours=3)))
    await make.customer(phone='01055556666', call_permission=CallPermission.NOTHING)
    unwanted = await services.callbacks.promise(agent, wish(phone='01055556666'))

    assert await services.callbacks.take(agent, now.id) == (PHONE, DialPurpose.PROMISED)
    assert await services.callbacks.take(agent, later.id) == (PHONE, DialPurpose.SERVICE)
    with pytest.raises(ConflictError) as refused:
        await services.callbacks.take(agent, unwanted.id)

    assert refused.value.key == 'dial.not_wanted'


async def test_department_sees_its_own_the_first_slot_first(
    services: Services, agent: Agent, make: Make
) -> None:
    customer = await make.customer(name='한소희', phone=PHONE)
    late = await services.callbacks.promise(agent, wish(begins=timedelta(hours=2)))
    early = await services.callbacks.promise(
        agent, wish(phone='', name='', customer_id=customer.id, is_asked_by_customer=True)
    )
    stranger = await make.agent(department='결제·환불')

    listed = await services.callbacks.waiting(agent)

    assert [one.id for one in listed] == [early.id, late.id]
    assert (listed[0].name, listed[0].phone) == ('한소희', '010-****-5678')
    assert (listed[0].is_asked_by_customer, listed[0].is_due) == (True, True)
    assert await services.callbacks.waiting(stranger) == []
    with pytest.raises(NotFoundError):
        await services.callbacks.take(stranger, early.id)


async def test_closed_by_hand_once_and_nobody_overwrites_unseen(
    services: Services, agent: Agent
) -> None:
    callback = await services.callbacks.promise(agent, wish())
    await services.callbacks.take(agent, callback.id)

    with pytest.raises(ConflictError):
        await services.callbacks.close(agent, callback.id, CallbackStatus.CANCELLED, seen=1)
    closed = await services.callbacks.close(agent, callback.id, CallbackStatus.CANCELLED, seen=2)
    again = await services.callbacks.close(agent, callback.id, CallbackStatus.CANCELLED)

    assert closed == again
    assert closed.closed_at is not None
    with pytest.raises(InvalidInputError):
        await services.callbacks.close(agent, callback.id, CallbackStatus.GIVEN_UP)


@pytest.mark.parametrize(
    ('more', 'key'),
    [
        ({'begins': timedelta(hours=-2)}, 'callback.slot'),
        ({'begins': timedelta(days=91)}, 'callback.slot'),
        ({'phone': '1'}, 'callback.number'),
        ({'body': '가' * 501}, 'callback.body'),
    ],
)
async def test_what_cannot_be_promised_is_refused(
    services: Services, agent: Agent, more: dict[str, object], key: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await services.callbacks.promise(agent, wish(**more))  # type: ignore[arg-type]  # as the test says

    assert refused.value.key == key


async def test_erased_customer_is_called_no_more(
    services: Services, agent: Agent, make: Make
) -> None:
    customer = await make.customer(phone=PHONE)
    callback = await services.callbacks.promise(agent, wish(customer_id=customer.id))

    boss = await make.admin()
    await services.customer_erasure.erase(boss, customer.id, ErasureReason.REQUEST, '')

    left = await services.callbacks.callback(agent, callback.id)
    assert (left.status, left.name, left.body) == (CallbackStatus.CANCELLED, '', '')


async def hears(listener: Listener) -> CallbackDue:
    """The one slot that was told to have begun."""
    await until(lambda: bool(listener.of(CallbackDue)))
    [due] = listener.of(CallbackDue)
    return due


async def test_owner_hears_once_when_the_slot_begins(
    services: Services, another_desk: Services, agent: Agent, make: Make
) -> None:
    colleague = await make.agent()
    callback = await services.callbacks.promise(agent, wish(begins=timedelta(hours=1)))
    await services.callbacks.take(agent, callback.id)
    owner, other = (listen(services, due_topic(one.id)) for one in (agent, colleague))
    assert await services.callbacks.announce() == 0

    with clock.moved(timedelta(hours=1)):
        told = [await desk.callbacks.announce() for desk in (services, another_desk, services)]
        due = await hears(owner)

    assert told == [1, 0, 0]
    assert (due.callback_id, due.owner_id, due.agent_ids) == (callback.id, agent.id, (agent.id,))
    assert other.of(CallbackDue) == []


async def test_available_agents_of_its_queue_hear_of_what_nobody_owns(
    services: Services, agent: Agent, make: Make
) -> None:
    admin = await make.admin()
    english = await services.skills.add(admin, '영어')
    queue = await make.queue(skill_id=english.id, min_level=2, department=agent.department)
    able, unable, away = await make.agent(), await make.agent(), await make.agent()
    for one, level in ((able, 2), (unable, 1), (away, 3)):
        await services.skills.set_levels(admin, one.id, {english.id: level})
    await make.changed(away, base_status=AgentStatus.AWAY, status=AgentStatus.AWAY)
    await services.callbacks.promise(agent, wish(queue_id=queue.id))
    heard = listen(services, due_topic(able.id))

    await services.callbacks.announce()

    assert (await hears(heard)).agent_ids == (able.id,)


async def test_slot_that_begins_with_nobody_there_is_told_to_who_comes(
    services: Services, agent: Agent, make: Make
) -> None:
    await make.changed(agent, base_status=AgentStatus.OFFLINE, status=AgentStatus.OFFLINE)
    callback = await services.callbacks.promise(agent, wish())
    await services.callbacks.take(agent, callback.id)  # its owner has gone home
    assert await services.callbacks.announce() == 0

    comes = await make.agent()
    heard = listen(services, due_topic(comes.id))
    assert await services.callbacks.announce() == 1

    assert (await hears(heard)).owner_id is None
