"""Several tabs of one agent, and a tab that is loaded anew in mid-call."""

from tests.browser.softphone.conftest import Phones
from tests.browser.softphone.test_call import talking
from tests.support.sandbox.box import Box
from tests.support.softphone.phone import Phone


async def test_two_tabs_are_in_step(phone: Phone, box: Box) -> None:
    second = await phone.beside()
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    await second.shows(contact_id, 'connecting')

    await second.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')
    await phone.hears('onAccepted', contact_id)
    await phone.on_leg('hold', contact_id)
    await second.has_legs(contact_id, customer='hold')
    await second.page.evaluate('agent.mute()')
    await phone.hears('onMuteToggle')
    await second.hears('onMuteToggle')
    await phone.on_leg('destroy', contact_id, 'agent')
    await second.shows(contact_id, 'ended')
    await second.on_contact('clear', contact_id)

    await phone.shows(contact_id, 'gone')
    assert await phone.see() == await second.see()
    assert box.stage_with() == {}


async def test_closed_tab_leaves_the_other_working(phone: Phone, box: Box) -> None:
    second = await phone.beside()
    await phone.page.close()

    contact_id = await talking(second, box)

    await second.page.evaluate('agent.mute()')
    await second.hears('onMuteToggle')
    assert box.stage_with() == {contact_id: 'CONNECTED'}


async def test_reload_in_mid_call_finds_the_call_again(phone: Phone, box: Box) -> None:
    contact_id = await talking(phone, box)
    await phone.on_leg('hold', contact_id)
    await phone.has_legs(contact_id, customer='hold')

    await phone.ready()

    await phone.shows(contact_id, 'connected')
    assert await phone.legs(contact_id) == {'agent': 'connected', 'customer': 'hold'}
    assert await phone.events(contact_id) == ['contact', 'onConnected']
    assert box.stage_with() == {contact_id: 'CONNECTED_ONHOLD'}
    await phone.on_leg('resume', contact_id)
    await phone.on_leg('destroy', contact_id, 'agent')
    await phone.shows(contact_id, 'ended')


async def test_two_agents_sit_in_one_browser(desk_of: Phones, box: Box) -> None:
    phone = await desk_of(available=False)
    other = await phone.beside(agent='agent2')

    await other.choose('점심')
    await other.is_in('점심')

    assert await other.page.evaluate('agent.getConfiguration().username') == 'agent2'
    assert await phone.page.evaluate('agent.getConfiguration().username') == 'agent1'
    assert await phone.state() == '오프라인'
