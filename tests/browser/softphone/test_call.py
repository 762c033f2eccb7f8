"""One call in the real softphone library, from its ring to its clearing."""

from tests.browser.softphone.phone import Phone
from tests.desk.sandbox.connect.box import NUMBER, Box


async def test_inbound_call_is_taken_held_and_cleared(phone: Phone, box: Box) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    assert await phone.state() == 'PendingBusy'

    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')
    assert box.stage_with() == {contact_id: 'CONNECTED'}
    assert await phone.state() == 'Busy'

    await phone.on_leg('destroy', contact_id, 'agent')
    await phone.shows(contact_id, 'ended')
    assert await phone.state() == 'AfterCallWork'
    await phone.on_contact('clear', contact_id)
    await phone.shows(contact_id, 'gone')

    assert await phone.state() == '상담 가능'
    assert box.stage_with() == {}
