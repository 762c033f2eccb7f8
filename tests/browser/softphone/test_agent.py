"""The agent in the softphone library: who they are, their states, and the next one."""

from typing import Any

from desk.sandbox.connect.seed import seed_id
from tests.browser.softphone.conftest import Phones
from tests.support.sandbox.box import LUNCH, Box
from tests.support.softphone.phone import Phone, refusal, until

AGENT1 = seed_id('user/agent1')


def user(box: Box) -> dict[str, Any]:
    """How AWS's side shows the first agent."""
    found = box.call('connect.GetCurrentUserData', Filters={'Agents': [AGENT1]}, **box.instance)[
        'UserDataList'
    ]
    return dict(found[0]) if found else {}


async def test_library_knows_the_agent_as_aws_does(desk_of: Phones, box: Box) -> None:
    phone = await desk_of(available=False)

    configuration = await phone.page.evaluate('agent.getConfiguration()')
    described = box.call('connect.DescribeUser', UserId=AGENT1, **box.instance)['User']
    assert configuration['username'] == described['Username']
    assert configuration['agentARN'] == described['Arn']
    assert configuration['name'] == '김서연'
    assert configuration['permissions'] == ['outboundCall']
    assert configuration['dialableCountries'][0] == 'kr'
    assert [queue['name'] for queue in configuration['routingProfile']['queues']] == [
        '주문·배송',
        '결제·환불',
        '기술지원',
        'agent1',
    ]
    assert await phone.page.evaluate('agent.getChannelConcurrency("CHAT")') == 3
    assert await phone.page.evaluate('agent.isSoftphoneEnabled()')
    names = [
        each['Name']
        for each in box.connect.list_agent_statuses(**box.instance)['AgentStatusSummaryList']
    ]
    assert await phone.page.evaluate('agent.getAgentStates().map((s) => s.name)') == names
    assert await phone.state() == '오프라인'
    assert user(box) == {}


async def test_quick_connects_are_those_of_aws(phone: Phone, box: Box) -> None:
    endpoints = await phone.page.evaluate(
        'ask((c) => agent.getEndpoints(agent.getAllQueueARNs(), c))'
    )

    listed = box.connect.list_quick_connects(**box.instance)['QuickConnectSummaryList']
    assert {each['name'] for each in endpoints['endpoints']} == {each['Name'] for each in listed}
    assert {each['type'] for each in endpoints['endpoints']} == {'agent', 'queue', 'phone_number'}


async def test_chosen_state_is_the_status_of_aws_and_the_other_way_round(
    phone: Phone, box: Box
) -> None:
    assert user(box)['Status']['StatusName'] == '상담 가능'

    await phone.choose('휴식')
    await phone.is_in('휴식')
    assert user(box)['Status']['StatusName'] == '휴식'
    box.set_status('agent1', LUNCH)
    await phone.is_in('점심')

    events = await phone.events()
    assert [each for each in events if each != 'onStateChange'] == [
        'onOffline',
        'onRoutable',
        'onNotRoutable',
    ]
    assert events.count('onStateChange') == 4


async def test_next_state_waits_for_the_end_of_the_contact(phone: Phone, box: Box) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')

    assert await refusal(phone.choose('점심')) == 'InvalidStateException'
    await phone.choose('점심', next_one=True)
    await phone.hears('onEnqueuedNextState')
    assert user(box)['NextStatus'] == '점심'
    await phone.choose('상담 가능', next_one=True)
    await phone.hears('onClearedNextState')
    assert 'NextStatus' not in user(box)
    await phone.choose('점심', next_one=True)
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    await phone.shows(contact_id, 'ended')
    await phone.on_contact('clear', contact_id)

    await phone.is_in('점심')
    assert user(box)['Status']['StatusName'] == '점심'
    assert (await phone.see())['next'] is None


async def test_state_chosen_after_the_call_ends_the_after_contact_work(
    phone: Phone, box: Box
) -> None:
    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')
    await phone.on_contact('accept', contact_id)
    await phone.shows(contact_id, 'connected')
    await phone.on_leg('destroy', contact_id, 'agent')
    await phone.is_in('AfterCallWork')

    await phone.choose('휴식')

    await phone.is_in('휴식')
    await phone.shows(contact_id, 'gone')
    assert box.told(contact_id)[-1] == 'COMPLETED'


async def test_agent_who_accepts_by_themselves_is_connected_at_once(phone: Phone, box: Box) -> None:
    await phone.do(
        'agent.setConfiguration({...agent.getConfiguration(), softphoneAutoAccept: true}, callbacks)'
    )
    described = box.call('connect.DescribeUser', UserId=AGENT1, **box.instance)['User']
    assert described['PhoneConfig']['AutoAccept'] is True

    contact_id = box.ring()

    await phone.shows(contact_id, 'connected')


async def test_error_of_the_service_reaches_the_desk_by_its_name(phone: Phone, box: Box) -> None:
    box.hand(
        'POST',
        'faults/errors',
        operation='softphone.putAgentState',
        error='InvalidStateException',
    )

    assert await refusal(phone.choose('점심')) == 'InvalidStateException'
    await phone.choose('점심')

    await phone.is_in('점심')


async def test_desk_phone_makes_no_softphone_call(phone: Phone, box: Box) -> None:
    await phone.do(
        'agent.setConfiguration({...agent.getConfiguration(), softphoneEnabled: false,'
        ' extension: "+82212345678"}, callbacks)'
    )
    await until(lambda: phone.page.evaluate('!agent.isSoftphoneEnabled()'))

    contact_id = box.ring()
    await phone.shows(contact_id, 'connecting')

    assert not await phone.page.evaluate(f'contactOf("{contact_id}").isSoftphoneCall()')
