"""Calls that agents make: to a number, to each other, and back to who asked for it."""

import pytest

from tests.browser.softphone.conftest import Phones
from tests.support.sandbox.box import NUMBER, ORDERS, PAYMENTS, Box
from tests.support.softphone.phone import Phone, refusal


async def test_agent_calls_a_number(phone: Phone, box: Box) -> None:
    contact_id = await phone.dial(NUMBER)
    await phone.shows(contact_id, 'connecting')
    assert await phone.state() == 'CallingCustomer'
    assert await phone.legs(contact_id) == {'agent': 'connecting', 'customer': 'connecting'}

    box.advance(3)

    await phone.shows(contact_id, 'connected')
    assert await phone.state() == 'Busy'
    contact = box.call('connect.DescribeContact', ContactId=contact_id, **box.instance)['Contact']
    assert contact['InitiationMethod'] == 'OUTBOUND'
    assert (await phone.see())['contacts'][contact_id]['legs'][1] == [
        'outbound',
        'connected',
        NUMBER,
    ]
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    await phone.shows(contact_id, 'ended')


async def test_agent_calls_for_a_queue(phone: Phone, box: Box) -> None:
    arn = f'{box.arn}/queue/{PAYMENTS}'
    await phone.do(
        f'agent.connect(connect.Endpoint.byPhoneNumber("{NUMBER}"), {{queueARN: "{arn}", ...callbacks}})'
    )

    contact_id = await phone.only_contact()
    assert (await phone.see())['contacts'][contact_id]['queue'] == '결제·환불'


async def test_agent_gives_up_while_it_rings(phone: Phone, box: Box) -> None:
    contact_id = await phone.dial(NUMBER)
    await phone.shows(contact_id, 'connecting')

    await phone.on_leg('destroy', contact_id, 'agent')

    await phone.shows(contact_id, 'gone')  # nobody was reached: no after-contact work
    assert await phone.state() == '상담 가능'
    assert box.told(contact_id)[-1] == 'DISCONNECTED'


async def test_nobody_answers(phone: Phone, box: Box) -> None:
    box.hand('PUT', 'dialling', silent=[NUMBER])
    contact_id = await phone.dial(NUMBER)
    await phone.shows(contact_id, 'connecting')

    box.advance(60)

    await phone.shows(contact_id, 'error')
    assert await phone.state() == 'FailedConnectCustomer'
    assert box.stage_with() == {contact_id: 'ERROR'}
    box.advance(3)

    await phone.is_in('상담 가능')
    await phone.shows(contact_id, 'gone')


@pytest.mark.parametrize('step', ['dialled', 'called back'])
async def test_customer_refuses_to_be(step: str, phone: Phone, box: Box) -> None:
    if step == 'dialled':
        contact_id = await phone.dial(NUMBER)
    else:
        contact_id = box.hand('POST', 'callbacks', number=NUMBER, queue_id=ORDERS)['id']
        await phone.shows(contact_id, 'incoming')
        await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connecting')

    box.hand('POST', f'contacts/{contact_id}/hang-up')

    await phone.shows(contact_id, 'error')
    assert await phone.state() == (
        'FailedConnectCustomer' if step == 'dialled' else 'MissedCallCustomer'
    )
    assert box.told(contact_id)[-1] == 'DISCONNECTED'


async def test_number_that_must_not_be_called_is_a_bad_endpoint(phone: Phone, box: Box) -> None:
    call = 'agent.connect(connect.Endpoint.byPhoneNumber("+33123456789"), callbacks)'

    assert await refusal(phone.do(call)) == 'BadEndpointException'

    assert await phone.state() == '상담 가능'


async def test_two_agents_call_each_other_by_quick_connect(
    phone: Phone, desk_of: Phones, box: Box
) -> None:
    colleague = await desk_of('agent2')

    for caller, called, name in (
        (phone, colleague, '이도윤 (agent2)'),
        (colleague, phone, '김서연 (agent1)'),
    ):
        mine = await caller.call(name)
        theirs = await called.only_contact()
        await called.shows(theirs, 'connecting')
        assert await caller.state() == 'CallingCustomer'
        await called.on_contact('accept', theirs)
        await caller.shows(mine, 'connected')
        await called.shows(theirs, 'connected')
        assert await caller.state() == await called.state() == 'Busy'
        assert mine != theirs
        await called.on_leg('destroy', theirs, 'agent')
        await caller.shows(mine, 'ended')
        await called.shows(theirs, 'ended')
        await caller.on_contact('clear', mine)
        await called.on_contact('clear', theirs)
        await caller.is_in('상담 가능')
        await called.is_in('상담 가능')
        assert box.told(mine)[-1] == box.told(theirs)[-1] == 'COMPLETED'


async def test_queued_callback_rings_at_the_agent_first(phone: Phone, box: Box) -> None:
    contact_id = box.hand('POST', 'callbacks', number=NUMBER, queue_id=ORDERS)['id']
    await phone.shows(contact_id, 'incoming')
    assert box.stage_with() == {contact_id: 'INCOMING'}
    assert (await phone.see())['contacts'][contact_id]['type'] == 'queue_callback'

    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connecting')
    assert await phone.state() == 'CallingCustomer'
    box.advance(3)

    await phone.shows(contact_id, 'connected')
    await phone.hears('onAccepted', contact_id)
    assert await phone.course(contact_id) == [
        'contact',
        'onIncoming',
        'onConnecting',
        'onConnected',
    ]
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    await phone.shows(contact_id, 'ended')
    assert box.told(contact_id)[-1] == 'DISCONNECTED'
