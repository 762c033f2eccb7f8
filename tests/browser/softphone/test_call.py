"""An inbound call in the softphone library, step by step, and in AWS's eyes."""

import pytest

from tests.support.sandbox.box import NUMBER, ORDERS, Box
from tests.support.softphone.phone import Phone, refusal


async def talking(phone: Phone, box: Box, username: str = 'agent1') -> str:
    """Let the agent take a call; its id."""
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')
    assert box.stage_with(username) == {contact_id: 'CONNECTED'}
    return contact_id


async def test_inbound_call_is_taken_and_cleared(phone: Phone, box: Box) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    assert await phone.state() == 'PendingBusy'
    assert await phone.legs(contact_id) == {'agent': 'connecting', 'customer': 'connected'}

    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')
    assert box.stage_with() == {contact_id: 'CONNECTED'}
    assert await phone.state() == 'Busy'
    await phone.on_leg('destroy', contact_id, 'agent')
    await phone.shows(contact_id, 'ended')
    assert box.stage_with() == {contact_id: 'ENDED'}
    assert await phone.state() == 'AfterCallWork'
    await phone.on_contact('clear', contact_id)
    await phone.shows(contact_id, 'gone')

    assert await phone.state() == '상담 가능'
    assert box.stage_with() == {}
    await phone.hears('onAccepted', contact_id)
    assert await phone.course(contact_id) == [
        'contact',
        'onConnecting',
        'onConnected',
        'onACW',
        'onEnded',
        'onDestroy',
    ]
    assert box.told(contact_id) == [
        'INITIATED',
        'CONNECTED_TO_SYSTEM',
        'QUEUED',
        'CONNECTED_TO_AGENT',
        'DISCONNECTED',
        'COMPLETED',
    ]


async def test_call_says_who_calls_and_why(phone: Phone, box: Box) -> None:
    contact_id = box.hand(
        'POST', 'calls', number=NUMBER, queue_id=ORDERS, attributes={'문의': '배송 지연'}
    )['id']
    await phone.shows(contact_id, 'connecting')

    contact = (await phone.see())['contacts'][contact_id]
    described = box.call('connect.DescribeContact', ContactId=contact_id, **box.instance)['Contact']
    assert contact['type'] == 'voice'
    assert contact['queue'] == '주문·배송'
    assert contact['method'].upper() == described['InitiationMethod'] == 'INBOUND'
    assert contact['attributes'] == {'문의': {'name': '문의', 'value': '배송 지연'}}
    assert contact['legs'][1] == ['inbound', 'connected', NUMBER]
    assert await phone.page.evaluate(f'contactOf("{contact_id}").isSoftphoneCall()')
    assert await phone.page.evaluate(f'contactOf("{contact_id}").isInbound()')


async def test_attributes_set_by_aws_reach_the_softphone(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)

    box.connect.update_contact_attributes(
        InitialContactId=contact_id, Attributes={'grade': '우수'}, **box.instance
    )

    await phone.page.wait_for_function(
        f'() => contactOf("{contact_id}").getAttributes()["grade"]?.value === "우수"'
    )


async def test_rejected_call_goes_on_and_is_an_error_for_the_agent(phone: Phone, box: Box) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')

    await phone.on_contact('reject', contact_id)

    await phone.shows(contact_id, 'error')
    assert await phone.state() == 'MissedCallAgent'
    assert box.stage_with() == {contact_id: 'MISSED'}
    assert (await phone.events(contact_id))[-3:] == ['onError', 'onMissed', 'onEnded']
    await phone.on_contact('clear', contact_id)
    await phone.hears('onDestroy', contact_id)
    await phone.shows(contact_id, 'connecting')  # it still waits, and the agent is free again
    assert (await phone.course(contact_id))[-2:] == ['contact', 'onConnecting']


async def test_call_that_nobody_takes_is_missed(phone: Phone, box: Box) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    box.advance(19)
    await phone.shows(contact_id, 'connecting')

    box.advance(1)

    await phone.shows(contact_id, 'error')
    assert (await phone.see())['type'] == 'error'
    assert await phone.legs(contact_id) == {'agent': 'disconnected', 'customer': 'disconnected'}
    assert 'onError' in await phone.events()
    assert box.stage_with() == {contact_id: 'MISSED'}


async def test_customer_waits_and_is_resumed(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)

    await phone.on_leg('hold', contact_id)
    await phone.has_legs(contact_id, customer='hold', agent='connected')
    assert box.stage_with() == {contact_id: 'CONNECTED_ONHOLD'}
    assert await phone.page.evaluate(f'connectionOf("{contact_id}", "customer").isOnHold()')
    box.advance(30)
    await phone.on_leg('resume', contact_id)
    await phone.has_legs(contact_id, customer='connected')

    assert box.stage_with() == {contact_id: 'CONNECTED'}
    agent = box.call('connect.DescribeContact', ContactId=contact_id, **box.instance)['Contact']
    assert agent['AgentInfo']['AgentInitiatedHoldDuration'] == 30
    assert await refusal(phone.on_leg('resume', contact_id)) == 'CallAlreadyResumedException'


async def test_microphone_and_customer_are_muted(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)

    await phone.page.evaluate('agent.mute()')
    await phone.hears('onMuteToggle')
    await phone.on_leg('muteParticipant', contact_id)
    await phone.page.wait_for_function(f'() => connectionOf("{contact_id}", "customer").isMute()')
    with pytest.raises(Exception, match='Nobody would hear it'):
        box.hand('POST', f'contacts/{contact_id}/say', role='CUSTOMER', text='여보세요?')
    await phone.on_leg('unmuteParticipant', contact_id)
    await phone.page.wait_for_function(f'() => !connectionOf("{contact_id}", "customer").isMute()')
    box.hand('POST', f'contacts/{contact_id}/say', role='CUSTOMER', text='여보세요?')
    await phone.on_leg('destroy', contact_id, 'agent')
    await phone.shows(contact_id, 'ended')

    def muted() -> str:
        return 'heard.filter((e) => e.event === "onMuteToggle").map((e) => e.data.muted)'

    await phone.page.wait_for_function(f'() => {muted()}.length === 2')
    assert await phone.page.evaluate(muted()) == [True, False]


async def test_digits_reach_who_is_on_the_line(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)

    send = f'connectionOf("{contact_id}", "customer").sendDigits'
    await phone.do(f'{send}("12#", callbacks)')

    assert box.act('legs', contact_id)['legs'][1]['digits'] == '12#'
    assert await refusal(phone.do(f'{send}("abc", callbacks)')) == 'InvalidStateException'


@pytest.mark.parametrize('step', ['ringing', 'talking', 'holding', 'working after'])
async def test_customer_hangs_up_while(step: str, phone: Phone, box: Box) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    if step != 'ringing':
        await phone.on_contact('accept', contact_id)
        await phone.shows(contact_id, 'connected')
    if step == 'holding':
        await phone.on_leg('hold', contact_id)
        await phone.has_legs(contact_id, customer='hold')
    if step == 'working after':
        await phone.on_leg('destroy', contact_id, 'agent')
        await phone.shows(contact_id, 'ended')
        with pytest.raises(Exception, match='has ended'):
            box.hand('POST', f'contacts/{contact_id}/hang-up')
    else:
        box.hand('POST', f'contacts/{contact_id}/hang-up')

    await phone.shows(contact_id, 'gone' if step == 'ringing' else 'ended')
    assert await phone.state() == ('상담 가능' if step == 'ringing' else 'AfterCallWork')
    assert box.told(contact_id)[-1] == 'DISCONNECTED'
    assert box.stage_with() == ({} if step == 'ringing' else {contact_id: 'ENDED'})
    assert ('onDestroy' if step == 'ringing' else 'onACW') in await phone.events(contact_id)


async def test_after_contact_work_ends_by_itself(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    await phone.shows(contact_id, 'ended')

    box.advance(120)

    await phone.shows(contact_id, 'gone')
    assert await phone.state() == '상담 가능'


async def test_what_cannot_be_is_refused(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)

    assert await refusal(phone.on_contact('clear', contact_id)) == 'InvalidStateException'
    assert await refusal(phone.on_contact('reject', contact_id)) == 'InvalidStateException'
    assert await refusal(
        phone.do(f'contactOf("{contact_id}").conferenceConnections(callbacks)')
    ) == ('InvalidStateException')
