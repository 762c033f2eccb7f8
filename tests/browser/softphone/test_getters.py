"""Every getter of the library that takes nothing answers, whatever the agent has in hand."""

from collections.abc import Awaitable, Callable

import pytest

from desk.sandbox.connect.seed import seed_id
from tests.browser.softphone.conftest import Phones
from tests.browser.softphone.test_call import talking
from tests.browser.softphone.test_consult import COURIER, consulting
from tests.support.sandbox.box import NUMBER, ORDERS, Box
from tests.support.softphone.phone import Phone

Situation = Callable[[Phone, Box], Awaitable[None]]
TASKS = 'connect.TaskSession = {create: () => new Proxy({}, {get: () => async () => {}})}'
"""In place of TaskJS, without which the library reads no connection of a task."""


async def nothing(phone: Phone, box: Box) -> None:
    """The agent waits."""


async def ringing(phone: Phone, box: Box) -> None:
    await phone.shows(box.ring(), 'connecting')


async def missed(phone: Phone, box: Box) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    box.advance(20)
    await phone.shows(contact_id, 'error')


async def holding(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)
    await phone.on_leg('hold', contact_id)
    await phone.has_legs(contact_id, customer='hold')


async def conferring(phone: Phone, box: Box) -> None:
    contact_id = await consulting(phone, box)
    await phone.do(f'contactOf("{contact_id}").conferenceConnections(callbacks)')
    await phone.has_legs(contact_id, customer='connected', third='connected')


async def left(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)
    await phone.consult(contact_id, COURIER)
    await phone.has_legs(contact_id, customer='hold')
    await phone.on_leg('destroy', contact_id, 'agent')
    await phone.shows(contact_id, 'ended')


async def dialling(phone: Phone, box: Box) -> None:
    await phone.shows(await phone.dial(NUMBER), 'connecting')


async def not_reached(phone: Phone, box: Box) -> None:
    contact_id = await phone.dial(NUMBER)
    await phone.shows(contact_id, 'connecting')
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    await phone.shows(contact_id, 'error')


async def callback_ringing(phone: Phone, box: Box) -> None:
    contact_id = box.hand('POST', 'callbacks', number=NUMBER, queue_id=ORDERS)['id']
    await phone.shows(contact_id, 'incoming')
    assert not await phone.page.evaluate(f'contactOf("{contact_id}").isInbound()')


async def callback_dialling(phone: Phone, box: Box) -> None:
    await callback_ringing(phone, box)
    contact_id = await phone.only_contact()
    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connecting')


async def callback_rejected(phone: Phone, box: Box) -> None:
    await callback_ringing(phone, box)
    contact_id = await phone.only_contact()
    await phone.on_contact('reject', contact_id)
    await phone.shows(contact_id, 'error')


async def chat_ringing(phone: Phone, box: Box) -> None:
    await phone.shows(box.start_chat()['ContactId'], 'connecting')


async def chatting(phone: Phone, box: Box) -> None:
    await chat_ringing(phone, box)
    contact_id = await phone.only_contact()
    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')
    connection = f'connectionOf("{contact_id}", "customer")'
    assert await phone.page.evaluate(f'{connection}.getParticipantName()') == '홍길동'


async def chat_rejected(phone: Phone, box: Box) -> None:
    await chat_ringing(phone, box)
    contact_id = await phone.only_contact()
    await phone.on_contact('reject', contact_id)
    await phone.shows(contact_id, 'rejected')


async def chat_missed(phone: Phone, box: Box) -> None:
    await chat_ringing(phone, box)
    box.advance(20)
    await phone.shows(await phone.only_contact(), 'error')


async def task_accepted(phone: Phone, box: Box) -> None:
    await phone.page.evaluate(TASKS)
    contact_id = box.start_task()
    await phone.shows(contact_id, 'connecting')
    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')


async def task_rejected(phone: Phone, box: Box) -> None:
    await phone.page.evaluate(TASKS)
    contact_id = box.start_task()
    await phone.shows(contact_id, 'connecting')
    await phone.on_contact('reject', contact_id)
    await phone.shows(contact_id, 'rejected')
    state = f'contactOf("{contact_id}").getAgentConnection().getState().type'
    assert await phone.page.evaluate(state) == 'rejected'


CALLS = (nothing, ringing, missed, holding, conferring, left, dialling, not_reached)
CALLBACKS = (callback_ringing, callback_dialling, callback_rejected)
CHATS_AND_TASKS = (
    chat_ringing,
    chatting,
    chat_rejected,
    chat_missed,
    task_accepted,
    task_rejected,
)


@pytest.mark.parametrize(
    'situations',
    [CALLS, CALLBACKS, CHATS_AND_TASKS],
    ids=['calls', 'callbacks', 'chats and tasks'],
)
async def test_no_getter_throws(situations: tuple[Situation, ...], phone: Phone, box: Box) -> None:
    found = {}
    for situation in situations:
        await situation(phone, box)
        found[situation.__name__] = await phone.page.evaluate('throwing()')
        await another_day(phone, box)

    assert found == {situation.__name__: [] for situation in situations}


@pytest.mark.parametrize('channel', ['call', 'chat'])
async def test_no_getter_throws_for_who_monitors(
    channel: str, phone: Phone, desk_of: Phones, box: Box
) -> None:
    supervisor = await desk_of('supervisor1')
    contact_id = box.ring() if channel == 'call' else box.start_chat()['ContactId']
    await phone.shows(contact_id, 'connecting')
    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')

    box.connect.monitor_contact(
        ContactId=contact_id, UserId=seed_id('user/supervisor1'), **box.instance
    )
    await supervisor.shows(await supervisor.only_contact(), 'connected')

    assert await supervisor.page.evaluate('throwing()') == []


async def another_day(phone: Phone, box: Box) -> None:
    """Begin anew, with the agent available and nothing in hand."""
    box.start_over()
    await phone.is_in('오프라인')
    await phone.choose('상담 가능')
    await phone.is_in('상담 가능')
