"""Others in a call: consult, swap, conference, leave; with a number and with a colleague."""

import pytest

from tests.browser.softphone.conftest import Phones
from tests.browser.softphone.test_call import talking
from tests.support.sandbox.box import Box
from tests.support.softphone.phone import Phone

COURIER, COLLEAGUE, PAYMENTS = '택배사 고객센터', '이도윤 (agent2)', '결제·환불'


async def consulting(phone: Phone, box: Box) -> str:
    """Let the agent talk to the courier, with the customer waiting; the contact's id."""
    contact_id = await talking(phone, box)
    await phone.consult(contact_id, COURIER)
    await phone.has_legs(contact_id, customer='hold', third='connecting')
    box.advance(3)
    await phone.has_legs(contact_id, third='connected')
    return contact_id


async def test_consult_swap_conference_and_drop(phone: Phone, box: Box) -> None:
    contact_id = await consulting(phone, box)
    third = (await phone.see())['contacts'][contact_id]['legs'][2]
    assert third == ['outbound', 'connected', '+8215880000']
    assert (
        await phone.page.evaluate(f'connectionOf("{contact_id}", "third").getQuickConnectName()')
        == COURIER
    )

    await phone.do(f'contactOf("{contact_id}").toggleActiveConnections(callbacks)')
    await phone.has_legs(contact_id, customer='connected', third='hold')
    await phone.do(f'contactOf("{contact_id}").conferenceConnections(callbacks)')
    await phone.has_legs(contact_id, customer='connected', third='connected')
    await phone.on_leg('destroy', contact_id, 'third')
    await phone.has_legs(contact_id, customer='connected', third='disconnected')

    assert await phone.state() == 'Busy'
    assert box.stage_with() == {contact_id: 'CONNECTED'}
    [added] = box.connect.list_associated_contacts(ContactId=contact_id, **box.instance)[
        'ContactSummaryList'
    ][1:]
    assert added['InitiationMethod'] == 'EXTERNAL_OUTBOUND'
    assert box.told(added['ContactId'])[-1] == 'DISCONNECTED'


async def test_agent_leaves_and_the_others_go_on(phone: Phone, box: Box) -> None:
    contact_id = await consulting(phone, box)
    await phone.do(f'contactOf("{contact_id}").conferenceConnections(callbacks)')
    await phone.has_legs(contact_id, customer='connected', third='connected')

    await phone.on_leg('destroy', contact_id, 'agent')

    await phone.shows(contact_id, 'ended')
    assert await phone.state() == 'AfterCallWork'
    added = box.connect.list_associated_contacts(ContactId=contact_id, **box.instance)[
        'ContactSummaryList'
    ][-1]['ContactId']
    assert 'DISCONNECTED' not in box.told(added)
    box.hand('POST', f'contacts/{added}/hang-up')
    assert box.told(added)[-1] == 'DISCONNECTED'


async def test_colleague_is_consulted_and_gets_the_customer(
    phone: Phone, desk_of: Phones, box: Box
) -> None:
    colleague = await desk_of('agent2')
    contact_id = await talking(phone, box)

    await phone.consult(contact_id, COLLEAGUE)
    theirs = await colleague.only_contact()
    await colleague.shows(theirs, 'connecting')
    await phone.has_legs(contact_id, customer='hold', third='connecting')
    await colleague.on_contact('accept', theirs)
    await phone.has_legs(contact_id, third='connected')
    await phone.on_leg('destroy', contact_id, 'agent')
    await phone.shows(contact_id, 'ended')

    await colleague.shows(theirs, 'connected')
    assert box.stage_with('agent2') == {theirs: 'CONNECTED'}
    contact = box.call('connect.DescribeContact', ContactId=theirs, **box.instance)['Contact']
    assert contact['InitialContactId'] == contact['PreviousContactId'] == contact_id
    box.hand('POST', f'contacts/{theirs}/hang-up')
    await colleague.shows(theirs, 'ended')


async def test_agent_takes_the_consult_back_before_it_is_answered(
    phone: Phone, desk_of: Phones, box: Box
) -> None:
    colleague = await desk_of('agent2')
    contact_id = await talking(phone, box)
    await phone.consult(contact_id, COLLEAGUE)
    theirs = await colleague.only_contact()
    await colleague.shows(theirs, 'connecting')
    await phone.has_legs(contact_id, third='connecting')

    await phone.on_leg('destroy', contact_id, 'third')

    await colleague.shows(theirs, 'gone')
    await phone.has_legs(contact_id, third='disconnected', customer='connected')


async def test_blind_transfer_to_a_queue(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)

    await phone.consult(contact_id, PAYMENTS)
    await phone.has_legs(contact_id, customer='hold', third='connected')
    await phone.on_leg('destroy', contact_id, 'agent')

    await phone.shows(contact_id, 'ended')
    moved = box.connect.list_associated_contacts(ContactId=contact_id, **box.instance)[
        'ContactSummaryList'
    ][-1]
    assert moved['InitiationMethod'] == 'QUEUE_TRANSFER'
    assert box.told(moved['ContactId'])[-1] == 'QUEUED'


@pytest.mark.parametrize('step', ['dialling', 'consulting', 'conferring'])
async def test_customer_hangs_up_while(step: str, phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)
    await phone.consult(contact_id, COURIER)
    await phone.has_legs(contact_id, third='connecting')
    if step != 'dialling':
        box.advance(3)
        await phone.has_legs(contact_id, third='connected')
    if step == 'conferring':
        await phone.do(f'contactOf("{contact_id}").conferenceConnections(callbacks)')
        await phone.has_legs(contact_id, customer='connected')

    box.hand('POST', f'contacts/{contact_id}/hang-up')

    await phone.has_legs(contact_id, customer='disconnected', agent='connected')
    assert await phone.state() == 'Busy'  # the agent still has the other on the line
    await phone.on_leg('destroy', contact_id, 'third')
    await phone.shows(contact_id, 'ended')
    assert box.stage_with() == {contact_id: 'ENDED'}
