"""Contacts that were missed, rejected, failed or left, as the real service's users see them in the softphone.

The numbers are those of public threads of amazon-connect-streams.
"""

from typing import Any

import pytest

from tests.support.sandbox.box import LUNCH, NUMBER, ORDERS, Box
from tests.support.sandbox.ccp import Ccp, CcpError

pytestmark = pytest.mark.xdist_group('softphone')
COURIER, COLLEAGUE = '택배사 고객센터', '이도윤 (agent2)'


def seen(ccp: Ccp, contact_id: str) -> list[str]:
    """The state of a contact, then those of its connections: the agent's, the customer's, the third's."""
    contact = ccp.contact(contact_id)
    return [contact['state']['type'], *(each['state']['type'] for each in contact['connections'])]


def state(ccp: Ccp) -> list[str]:
    found = ccp.snapshot()['state']
    return [found['name'], found['type']]


def refusal(ccp: Ccp, name: str, /, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(CcpError) as error:
        ccp.ask(name, **parameters)
    return error.value.name, error.value.message


def hang_up(ccp: Ccp, contact_id: str) -> None:
    ccp.ask('DestroyConnection', contactId=contact_id, connectionId=ccp.leg(contact_id, 0))


def talking(ccp: Ccp, box: Box) -> str:
    contact_id = box.ring()
    ccp.ask('AcceptContact', contactId=contact_id)
    return contact_id


@pytest.mark.parametrize('how', ['missed', 'rejected'])
def test_call_that_was_not_taken_is_an_error(how: str, ccp: Ccp, box: Box) -> None:
    """551, 658, 977 (the vendor, 2025-02), 1039."""
    contact_id = box.ring()

    _pass_over(how, ccp, box, contact_id)

    assert seen(ccp, contact_id) == ['error', 'disconnected', 'disconnected']
    assert state(ccp) == ['MissedCallAgent', 'error']
    assert box.stage_with() == {contact_id: 'MISSED'}  # AWS's side tells what it is


@pytest.mark.parametrize('how', ['missed', 'rejected'])
def test_callback_that_was_not_taken_leaves_an_unnamed_error(how: str, ccp: Ccp, box: Box) -> None:
    """344."""
    contact_id = box.hand('POST', 'callbacks', number=NUMBER, queue_id=ORDERS)['id']

    _pass_over(how, ccp, box, contact_id)

    assert seen(ccp, contact_id)[0] == 'error'
    assert state(ccp) == ['Default', 'error']


def test_missed_chat_is_an_error_whose_customer_is_still_there(ccp: Ccp, box: Box) -> None:
    """272, 391 (the vendor, 2021)."""
    contact_id = box.start_chat()['ContactId']
    ccp.snapshot()  # the library has a place in the chat from its first ring on

    box.advance(20)
    assert seen(ccp, contact_id) == ['error', 'disconnected', 'connected']
    box.connect.stop_contact(ContactId=contact_id, **box.instance)

    assert seen(ccp, contact_id) == ['error', 'disconnected', 'disconnected']
    assert state(ccp) == ['상담 가능', 'routable']


def test_rejected_chat_and_task_say_so_at_the_agents_connection(ccp: Ccp, box: Box) -> None:
    """792, 977 (the vendor, 2025-03), 1005."""
    chat_id = box.start_chat()['ContactId']
    ccp.ask('RejectContact', contactId=chat_id)
    assert seen(ccp, chat_id) == ['rejected', 'rejected', 'connected']
    box.connect.stop_contact(ContactId=chat_id, **box.instance)
    ccp.ask('ClearContact', contactId=chat_id)

    task_id = box.start_task()
    ccp.ask('RejectContact', contactId=task_id)

    assert seen(ccp, task_id) == ['rejected', 'rejected']


def test_ringing_callback_says_whom_it_will_call(ccp: Ccp, box: Box) -> None:
    """The library's ``isInbound()`` reads the first connection unguarded; 7, 119."""
    contact_id = box.hand('POST', 'callbacks', number=NUMBER, queue_id=ORDERS)['id']

    [_, customer] = ccp.contact(contact_id)['connections']
    assert (customer['type'], customer['initial'], customer['state']['type']) == (
        'outbound',
        True,
        'init',
    )
    assert customer['endpoint']['phoneNumber'] == NUMBER
    ccp.ask('AcceptContact', contactId=contact_id)
    assert seen(ccp, contact_id) == ['connecting', 'connected', 'connecting']
    box.advance(3)

    assert seen(ccp, contact_id) == ['connected', 'connected', 'connected']
    assert ccp.leg(contact_id, 1) == customer['connectionId']


def test_connection_of_the_agent_who_is_rung_is_ended_by_rejecting(ccp: Ccp, box: Box) -> None:
    """The vendor's documentation of ``connection.destroy()``; 245."""
    contact_id = box.ring()

    hang_up(ccp, contact_id)

    assert box.stage_with() == {contact_id: 'MISSED'}


def test_unanswered_call_fails_and_passes_by_itself(ccp: Ccp, box: Box) -> None:
    """241 (the vendor, mended 2020-08)."""
    box.set_status('agent1', LUNCH)
    box.hand('PUT', 'dialling', silent=[NUMBER])
    contact_id = _dialled(ccp)

    box.advance(60)
    assert seen(ccp, contact_id)[0] == 'error'
    assert state(ccp) == ['FailedConnectCustomer', 'error']
    box.advance(3)

    assert ccp.snapshot()['contacts'] == []
    assert state(ccp) == ['점심', 'not_routable']


def test_callback_that_the_customer_does_not_answer_fails_and_passes(ccp: Ccp, box: Box) -> None:
    """The vendor's documentation of ``MissedCallCustomer``."""
    box.hand('PUT', 'dialling', silent=[NUMBER])
    contact_id = box.hand('POST', 'callbacks', number=NUMBER, queue_id=ORDERS)['id']
    ccp.ask('AcceptContact', contactId=contact_id)

    box.advance(60)
    assert state(ccp) == ['MissedCallCustomer', 'error']
    box.advance(3)

    assert state(ccp) == ['상담 가능', 'routable']


def test_agent_who_gives_up_dialling_is_available_at_once(ccp: Ccp, box: Box) -> None:
    """567."""
    contact_id = _dialled(ccp)

    hang_up(ccp, contact_id)

    assert ccp.snapshot()['contacts'] == []
    assert state(ccp) == ['상담 가능', 'routable']
    assert box.told(contact_id)[-1] == 'DISCONNECTED'


def test_accepted_call_whose_line_fails_is_an_error_that_passes(ccp: Ccp, box: Box) -> None:
    """289 (the vendor)."""
    contact_id = box.ring()

    box.act('fail', contact_id)
    assert seen(ccp, contact_id)[0] == 'error'
    assert state(ccp) == ['FailedConnectAgent', 'error']
    assert box.stage_with() == {contact_id: 'ERROR'}
    box.advance(3)

    assert box.stage_with() == {contact_id: 'CONNECTING'}  # it waits, and the agent is free again


def test_others_stay_connected_for_who_has_left(ccp: Ccp, box: Box) -> None:
    """868 (the vendor, 2024), 215."""
    contact_id = talking(ccp, box)
    endpoint = ccp.quick_connect(COURIER)
    ccp.ask('CreateAdditionalConnection', contactId=contact_id, endpoint=endpoint)
    box.advance(3)
    ccp.ask('ConferenceConnections', contactId=contact_id)

    hang_up(ccp, contact_id)

    assert seen(ccp, contact_id) == ['ended', 'disconnected', 'connected', 'connected']
    assert state(ccp) == ['AfterCallWork', 'system']
    assert box.stage_with() == {contact_id: 'ENDED'}


def test_contact_cannot_be_cleared_before_its_end_is_shown(ccp: Ccp, box: Box) -> None:
    """732; the vendor's documentation: clear in ``onEnded``."""
    contact_id = talking(ccp, box)
    before = ccp.ask('GetAgentSnapshot')['nextToken']

    hang_up(ccp, contact_id)
    early = refusal(ccp, 'ClearContact', contactId=contact_id)
    news = ccp.ask('GetAgentSnapshot', nextToken=before, timeout=30_000)['snapshot']

    assert early == ('InvalidStateException', 'Cannot clear contact: invalid state TALKING')
    assert news['contacts'][0]['state']['type'] == 'ended'
    ccp.ask('ClearContact', contactId=contact_id)
    assert box.stage_with() == {}


def test_live_contact_is_neither_cleared_nor_completed(ccp: Ccp, box: Box) -> None:
    """743, 1012 (2025): a task is ended by its connection."""
    task_id = box.start_task()
    ccp.ask('AcceptContact', contactId=task_id)

    cleared = refusal(ccp, 'ClearContact', contactId=task_id)
    completed = refusal(ccp, 'CompleteContact', contactId=task_id)

    assert cleared == ('InvalidStateException', 'Cannot clear contact: invalid state TALKING')
    assert completed == ('InvalidStateException', 'contact cannot be completed, Invalid state.')
    hang_up(ccp, task_id)
    assert seen(ccp, task_id)[0] == 'ended'
    ccp.ask('CompleteContact', contactId=task_id)
    assert box.told(task_id)[-1] == 'COMPLETED'


def test_contact_that_is_not_there_is_not_found(ccp: Ccp) -> None:
    """1013."""
    wanted = ('ContactNotFoundException', 'Cannot clear contact: Contact not found')

    assert refusal(ccp, 'ClearContact', contactId='none') == wanted
    assert refusal(ccp, 'CompleteContact', contactId='none')[0] == 'ContactNotFoundException'


def test_who_talks_already_cannot_be_resumed(ccp: Ccp, box: Box) -> None:
    """735, 1064."""
    contact_id = talking(ccp, box)
    customer = ccp.leg(contact_id, 1)

    again = refusal(ccp, 'ResumeConnection', contactId=contact_id, connectionId=customer)

    assert again == ('CallAlreadyResumedException', 'Error received from Voice Service')


@pytest.mark.parametrize('how', ['missed', 'rejected'])
def test_next_state_outlives_the_one_that_is_chosen_after_a_missed_call(
    how: str, ccp: Ccp, box: Box
) -> None:
    """613."""
    contact_id = box.ring()
    ccp.choose('오프라인', enqueueNextState=True)
    _pass_over(how, ccp, box, contact_id)

    ccp.choose('상담 가능')

    assert state(ccp) == ['오프라인', 'offline']
    assert ccp.snapshot()['contacts'] == []


def test_signing_out_by_its_address_leaves_the_status(ccp: Ccp, box: Box) -> None:
    """493: only the CCP's own button lets the agent be offline."""
    box.raw('GET', '/connect/logout?agent=agent1')

    assert state(Ccp(box)) == ['상담 가능', 'routable']


def test_third_party_within_connect_is_not_named(ccp: Ccp, box: Box) -> None:
    """876 (the vendor, 2024-08)."""
    contact_id = talking(ccp, box)

    endpoint = ccp.quick_connect(COLLEAGUE)
    ccp.ask('CreateAdditionalConnection', contactId=contact_id, endpoint=endpoint)

    third = ccp.contact(contact_id)['connections'][2]
    assert third['endpoint'] == {'type': 'phone_number', 'phoneNumber': 'INTERNAL-TRANSFER'}
    assert third['quickConnectName'] == COLLEAGUE


def _pass_over(how: str, ccp: Ccp, box: Box, contact_id: str) -> None:
    if how == 'missed':
        box.advance(20)
    else:
        ccp.ask('RejectContact', contactId=contact_id)


def _dialled(ccp: Ccp) -> str:
    endpoint = {'type': 'phone_number', 'phoneNumber': NUMBER}
    ccp.ask('CreateOutboundContact', endpoint=endpoint)
    [contact] = ccp.snapshot()['contacts']
    return str(contact['contactId'])
