"""Who may use a softphone, and what happens when the line to the service fails."""

from urllib.parse import urlsplit

from playwright.async_api import expect

from desk.sandbox.connect.seed import seed_id
from tests.browser.conftest import Contexts
from tests.browser.softphone.conftest import Phones
from tests.browser.softphone.test_call import talking
from tests.support.sandbox.box import Box
from tests.support.softphone.phone import Phone, sign_in
from tests.support.softphone.wire import wire_to


def status(box: Box) -> str:
    """The first agent's status as AWS shows it; of who is offline it shows none."""
    agents = {'Agents': [seed_id('user/agent1')]}
    found = box.connect.get_current_user_data(Filters=agents, **box.instance)['UserDataList']
    return str(found[0]['Status']['StatusName']) if found else ''


def trouble(box: Box, name: str) -> None:
    box.hand('PATCH', 'faults', softphones=[{'trouble': name, 'username': 'agent1'}])


async def test_nobody_is_signed_in_until_somebody_signs_in(
    box: Box, desk_url: str, person: Contexts
) -> None:
    context = await person()
    phone = Phone(await context.new_page(), desk_url, box.url)
    await phone.open(ccpLoadTimeout=1_000)
    frame = phone.page.frame_locator('iframe')
    await frame.get_by_role('button', name='김서연 (agent1)').wait_for()

    await sign_in(context, box, 'agent1')

    await phone.page.wait_for_function('() => window.agent')  # the library loads the CCP anew
    assert await phone.state() == '오프라인'


async def test_sign_in_by_hand_in_the_frame(box: Box, desk_url: str, person: Contexts) -> None:
    context = await person()
    phone = Phone(await context.new_page(), desk_url, box.url)
    await phone.open()

    await phone.page.frame_locator('iframe').get_by_role('button', name='이도윤 (agent2)').click()

    await phone.page.wait_for_function('() => window.agent')
    assert await phone.page.evaluate('agent.getConfiguration().username') == 'agent2'


async def test_sign_out_ends_the_session_everywhere(phone: Phone, box: Box) -> None:
    second = await phone.beside()
    assert await second.state() == '상담 가능'

    await phone.page.evaluate(
        """async (url) => {
            await fetch(url, {credentials: 'include', mode: 'no-cors'});
            connect.core.getUpstream().sendUpstream(connect.EventType.TERMINATE);
        }""",
        f'{box.url}/connect/logout',
    )

    await phone.hears('terminated')
    await second.hears('terminated')
    await phone.page.frame_locator('iframe').get_by_role('button', name='agent1').wait_for()
    assert status(box) == '상담 가능'  # the address of the sign-out leaves it


async def test_sign_out_in_the_frame_lets_the_agent_be_offline(phone: Phone, box: Box) -> None:
    frame = phone.page.frame_locator('iframe')
    await expect(frame.get_by_role('status')).to_have_text('상담 가능')

    await frame.get_by_role('button', name='로그아웃').click()

    await phone.hears('terminated')
    await frame.get_by_role('button', name='김서연 (agent1)').wait_for()
    assert status(box) == ''


async def test_state_is_chosen_in_the_frame(desk_of: Phones, box: Box) -> None:
    phone = await desk_of(available=False)
    frame = phone.page.frame_locator('iframe')
    states = frame.get_by_label('상담 상태')
    await expect(states).to_have_value('오프라인')

    await states.select_option('상담 가능')
    await phone.is_in('상담 가능')
    contact_id = await talking(phone, box)
    await states.select_option('점심')
    await expect(frame.get_by_role('status')).to_have_text('Busy → 점심')
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    await phone.on_contact('clear', contact_id)

    await phone.is_in('점심')
    assert status(box) == '점심'


async def test_missed_call_is_put_away_by_choosing_a_state_in_the_frame(
    phone: Phone, box: Box
) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    box.advance(20)
    frame = phone.page.frame_locator('iframe')
    await expect(frame.get_by_role('status')).to_have_text('MissedCallAgent')

    await frame.get_by_label('상담 상태').select_option('휴식')

    await phone.is_in('휴식')
    await phone.shows(contact_id, 'gone')


async def test_state_that_is_refused_is_said_in_the_frame(phone: Phone, box: Box) -> None:
    box.hand(
        'POST',
        'faults/errors',
        operation='softphone.putAgentState',
        error='InvalidStateException',
        message='Cannot change agent state',
    )
    frame = phone.page.frame_locator('iframe')

    await frame.get_by_label('상담 상태').select_option('점심')

    await expect(frame.get_by_role('alert')).to_have_text('Cannot change agent state')


async def test_agent_without_access_is_denied(box: Box, desk_url: str, person: Contexts) -> None:
    context = await person()
    await sign_in(context, box, 'agent1')
    trouble(box, 'denied')
    phone = Phone(await context.new_page(), desk_url, box.url)

    await phone.open()

    await phone.hears('onAccessDenied')
    assert await phone.page.evaluate('window.agent === undefined')


async def test_session_that_is_over_is_noticed_at_the_next_act(phone: Phone, box: Box) -> None:
    trouble(box, 'signed_out')

    await phone.page.evaluate('agent.setState(agent.getAgentStates()[2], {})')

    await phone.hears('onAuthFail')


async def test_dead_poll_is_caught_up_with(phone: Phone, box: Box) -> None:
    trouble(box, 'dead_poll')
    contact_id = box.ring()
    assert box.stage_with() == {contact_id: 'CONNECTING'}
    await phone.do('agent.getEndpoints(agent.getAllQueueARNs(), callbacks)')
    assert (await phone.see())['contacts'] == {}

    box.hand('DELETE', 'faults')

    await phone.shows(contact_id, 'connecting')


async def test_cut_socket_is_opened_again(phone: Phone, box: Box) -> None:
    box.hand('DELETE', 'sockets')

    await phone.hears('onWebSocketConnectionLost')
    await phone.hears('onWebSocketConnectionGained')


async def test_lost_connection_is_caught_up_with(box: Box, desk_url: str, person: Contexts) -> None:
    async with wire_to(urlsplit(box.url).port or 0) as (wire, address):
        context = await person()
        await context.request.get(f'{address}/connect/login', params={'agent': 'agent1'})
        phone = await Phone(await context.new_page(), desk_url, address).ready()
        await phone.choose('상담 가능')
        contact_id = await talking(phone, box)

        wire.cut()
        box.hand('POST', f'contacts/{contact_id}/hang-up')
        assert box.stage_with() == {contact_id: 'ENDED'}
        await phone.hears('onWebSocketConnectionLost')
        assert (await phone.see())['contacts'][contact_id]['state'] == 'connected'
        wire.mend()

        await phone.shows(contact_id, 'ended')
        await phone.on_contact('clear', contact_id)
        await phone.is_in('상담 가능')
    assert box.stage_with() == {}
