"""The service behind the softphone, asked as the library's worker asks it."""

import asyncio
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from desk.sandbox.connect.softphone.operations import HANDLERS
from tests.support.sandbox.box import LUNCH, NUMBER, ORDERS, Box
from tests.support.sandbox.ccp import Ccp, CcpError, library_model

pytestmark = pytest.mark.xdist_group('softphone')
COURIER, COLLEAGUE = '택배사 고객센터', '이도윤 (agent2)'
NOT_THERE = {'PauseContact', 'ResumeContact'}
ASKS_FOR_NOTHING = {
    'GetAgentConfiguration',
    'GetAgentPermissions',
    'GetAgentStates',
    'GetDialableCountryCodes',
}
WORDS = {'contactId': 'none', 'connectionId': 'none', 'digits': '1', 'refreshToken': 'none'}


def refusal(ccp: Ccp, name: str, /, **parameters: Any) -> tuple[int, str]:
    with pytest.raises(CcpError) as error:
        ccp.ask(name, **parameters)
    return error.value.status, error.value.name


def talking(ccp: Ccp, box: Box) -> str:
    contact_id = box.ring()
    ccp.ask('AcceptContact', contactId=contact_id)
    return contact_id


def test_every_operation_of_the_library_is_there_or_said_not_to_be() -> None:
    assert library_model().names - set(HANDLERS) == {'GetAgentSnapshot', *NOT_THERE}


@pytest.mark.parametrize('name', sorted(set(HANDLERS) - ASKS_FOR_NOTHING))
def test_what_is_required_is_asked_for(name: str, ccp: Ccp) -> None:
    assert refusal(ccp, name) == (400, 'ValidationException')


@pytest.mark.parametrize(
    'name',
    [
        'AcceptContact',
        'ConferenceConnections',
        'DestroyConnection',
        'HoldConnection',
        'MuteParticipant',
        'RejectContact',
        'ResumeConnection',
        'SendDigits',
        'ToggleActiveConnections',
        'UnmuteParticipant',
    ],
)
def test_contact_that_is_not_the_agents_is_refused(name: str, ccp: Ccp) -> None:
    takes = library_model().operation(name).takes.members  # type: ignore[union-attr]  # it is there

    asked = {key: value for key, value in WORDS.items() if key in takes}
    assert refusal(ccp, name, **asked) == (400, 'InvalidStateException')


@pytest.mark.parametrize('name', ['Dance', *sorted(NOT_THERE)])
def test_unknown_operation_is_an_error_that_the_library_can_read(name: str, ccp: Ccp) -> None:
    with pytest.raises(CcpError, match='400 UnknownOperationException'):
        ccp.send(name, b'{}')


@pytest.mark.parametrize('body', [b'', b'[]', b'{', b'{"authentication": 1}'])
def test_what_cannot_be_read_is_refused(body: bytes, ccp: Ccp) -> None:
    with pytest.raises(CcpError, match='400 ValidationException'):
        ccp.send('AcceptContact', body)


def test_nobody_is_answered_without_a_session(ccp: Ccp) -> None:
    ccp.token = 'of nobody'

    assert refusal(ccp, 'GetAgentConfiguration') == (401, 'UnauthorizedException')


@pytest.mark.parametrize(
    ('trouble', 'answer'),
    [
        ('signed_out', (401, 'UnauthorizedException')),
        ('denied', (403, 'AccessDeniedException')),
    ],
)
def test_troubles_of_one_agent_are_theirs(
    trouble: str, answer: tuple[int, str], ccp: Ccp, box: Box
) -> None:
    colleague = Ccp(box, 'agent2')
    box.hand('PATCH', 'faults', softphones=[{'trouble': trouble, 'username': 'agent1'}])

    assert refusal(ccp, 'GetAgentConfiguration') == answer
    assert colleague.ask('GetAgentConfiguration')['configuration']['username'] == 'agent2'


def test_faults_on_purpose(ccp: Ccp, box: Box) -> None:
    box.hand(
        'POST', 'faults/errors', operation='softphone.getEndpoints', error='PaginationException'
    )
    assert refusal(ccp, 'GetEndpoints', queueARNs=[]) == (400, 'PaginationException')
    assert ccp.ask('GetEndpoints', queueARNs=[])['endpoints']
    box.hand('PATCH', 'faults', throttling=True)
    assert refusal(ccp, 'GetEndpoints', queueARNs=[]) == (400, 'ThrottlingException')


def test_new_token_is_as_good_as_the_first(ccp: Ccp) -> None:
    answer = ccp.ask('GetNewAuthToken', refreshToken=ccp.settings['refreshToken'])

    ccp.token = answer['newAuthToken']
    assert answer['expirationDateTime'] > time.time() + 30 * 60
    assert ccp.ask('GetAgentConfiguration')


def test_pages_hold_what_is_asked_for(ccp: Ccp) -> None:
    whole = ccp.ask('GetEndpoints', queueARNs=[])['endpoints']

    pages, token = [], None
    while len(pages) < len(whole):
        more = {'nextToken': token} if token else {}
        page = ccp.ask('GetEndpoints', queueARNs=[], maxResults=5, **more)
        pages += page['endpoints']
        token = page.get('nextToken')

    assert pages == whole
    assert token is None
    bad = {'queueARNs': [], 'nextToken': 'x'}
    assert refusal(ccp, 'GetEndpoints', **bad) == (400, 'PaginationException')


async def test_poll_waits_for_news(ccp: Ccp, box: Box) -> None:
    version = ccp.ask('GetAgentSnapshot')['nextToken']

    with ThreadPoolExecutor(1) as apart:
        poll: Future[dict[str, Any]] = apart.submit(
            ccp.ask, 'GetAgentSnapshot', nextToken=version, timeout=30_000
        )
        box.connect.list_users(**box.instance)  # somebody asks: no news of the agent
        box.set_status('agent2', LUNCH)
        assert not poll.done()
        contact_id = box.ring()
        news = await asyncio.wrap_future(poll)

    assert [each['contactId'] for each in news['snapshot']['contacts']] == [contact_id]
    assert news['nextToken'] != version


def test_poll_without_news_ends_when_its_time_is_up(ccp: Ccp) -> None:
    first = ccp.ask('GetAgentSnapshot')

    began = time.monotonic()
    again = ccp.ask('GetAgentSnapshot', nextToken=first['nextToken'], timeout=300)

    assert time.monotonic() - began >= 0.3
    assert again['nextToken'] == first['nextToken']


async def test_poll_ends_with_the_session(ccp: Ccp, box: Box) -> None:
    version = ccp.ask('GetAgentSnapshot')['nextToken']

    with ThreadPoolExecutor(1) as apart:
        poll = apart.submit(ccp.ask, 'GetAgentSnapshot', nextToken=version, timeout=30_000)
        box.raw('GET', '/connect/logout?agent=agent1')
        with pytest.raises(CcpError, match='401'):
            await asyncio.wrap_future(poll)


def test_centre_that_is_brought_back_is_seen_at_once(ccp: Ccp, box: Box) -> None:
    contact_id = talking(ccp, box)
    _, _, kept = box.raw('GET', '/_sandbox/state')
    box.hand('DELETE', 'state')
    assert ccp.snapshot()['contacts'] == []

    box.hand('PUT', 'state', **kept)

    assert ccp.contact(contact_id)['state']['type'] == 'connected'


def test_supervisor_listens_and_barges_in(ccp: Ccp, box: Box) -> None:
    contact_id = talking(ccp, box)
    supervisor = Ccp(box, 'supervisor1')
    supervisor.choose('상담 가능')
    user = box.connect.search_users(
        SearchCriteria={
            'StringCondition': {
                'FieldName': 'Username',
                'Value': 'supervisor1',
                'ComparisonType': 'EXACT',
            }
        },
        **box.instance,
    )['Users'][0]['Id']
    monitor_id = box.connect.monitor_contact(ContactId=contact_id, UserId=user, **box.instance)[
        'ContactId'
    ]
    [leg] = supervisor.contact(monitor_id)['connections']
    assert (leg['type'], leg['state']['type']) == ('monitoring', 'silent_monitor')

    supervisor.ask('UpdateMonitorParticipantState', contactId=monitor_id, targetMonitorMode='BARGE')

    [leg] = supervisor.contact(monitor_id)['connections']
    assert leg['state']['type'] == 'barge'
    assert refusal(supervisor, 'CompleteContact', contactId=monitor_id) == (
        400,
        'InvalidContactTypeException',
    )
    supervisor.ask('DestroyConnection', contactId=monitor_id, connectionId=leg['connectionId'])
    assert box.stage_with() == {contact_id: 'CONNECTED'}


def test_task_is_given_to_a_colleague(ccp: Ccp, box: Box) -> None:
    box.sign_in('agent2')

    task_id = ccp.ask(
        'CreateTaskContact',
        endpoint=ccp.quick_connect(COLLEAGUE),
        name='주소 확인',
        references={'주문': {'type': 'URL', 'value': 'https://example.com/1'}},
    )['contactId']

    colleague = Ccp(box, 'agent2')
    contact = colleague.contact(task_id)
    assert (contact['type'], contact['name']) == ('task', '주소 확인')
    assert contact['references']['주문']['value'] == 'https://example.com/1'


def test_chat_is_moved_to_a_colleague(ccp: Ccp, box: Box) -> None:
    chat_id = box.start_chat()['ContactId']
    ccp.ask('AcceptContact', contactId=chat_id)
    box.sign_in('agent2')

    endpoint = ccp.quick_connect(COLLEAGUE)
    ccp.ask('CreateAdditionalConnection', contactId=chat_id, endpoint=endpoint)

    assert ccp.contact(chat_id)['state']['type'] == 'ended'
    assert list(box.stage_with('agent2').values()) == ['CONNECTING']


def test_task_for_later_waits_for_its_time(ccp: Ccp, box: Box) -> None:
    now = ccp.snapshot()['snapshotTimestamp']
    endpoint = ccp.quick_connect('주문·배송')
    task_id = ccp.ask(
        'CreateTaskContact', endpoint=endpoint, name='다시 전화', scheduledTime=int(now) + 600
    )['contactId']
    assert box.stage_with() == {}

    box.advance(600)

    assert box.stage_with() == {task_id: 'CONNECTING'}


def test_call_is_completed_once_it_is_hung_up(ccp: Ccp, box: Box) -> None:
    contact_id = talking(ccp, box)
    box.hand('POST', f'contacts/{contact_id}/hang-up')

    ccp.ask('CompleteContact', contactId=contact_id)

    assert ccp.snapshot()['contacts'] == []


def test_call_that_is_full_takes_no_more(ccp: Ccp, box: Box) -> None:
    contact_id = talking(ccp, box)
    endpoint = {'type': 'phone_number', 'phoneNumber': NUMBER}
    for _ in range(4):
        ccp.ask('CreateAdditionalConnection', contactId=contact_id, endpoint=endpoint)
        box.advance(3)

    assert refusal(ccp, 'CreateAdditionalConnection', contactId=contact_id, endpoint=endpoint) == (
        400,
        'QuotaExceededException',
    )


@pytest.mark.parametrize(
    'endpoint',
    [
        {'type': 'phone_number', 'phoneNumber': '+33123456789'},
        {'type': 'phone_number'},
        {'type': 'agent', 'endpointARN': 'arn:aws:connect:x:1:instance/a/agent/nobody'},
        {'type': 'queue', 'endpointARN': ''},
    ],
)
def test_endpoint_that_is_none_is_refused(endpoint: dict[str, str], ccp: Ccp) -> None:
    assert refusal(ccp, 'CreateOutboundContact', endpoint=endpoint) == (400, 'BadEndpointException')


def test_related_contact_is_remembered(ccp: Ccp, box: Box) -> None:
    earlier = box.start_task()

    ccp.ask(
        'CreateOutboundContact',
        endpoint={'type': 'phone_number', 'phoneNumber': NUMBER},
        queueARN=f'{box.arn}/queue/{ORDERS}',
        relatedContactId=earlier,
    )

    made = next(c for c in ccp.snapshot()['contacts'] if c['type'] == 'voice')
    assert made['relatedContactId'] == earlier
    described = box.call('connect.DescribeContact', ContactId=made['contactId'], **box.instance)
    assert described['Contact']['RelatedContactId'] == earlier


@pytest.mark.parametrize('kind', ['web_socket', 'softphone'])
def test_transports_that_are_there(kind: str, ccp: Ccp) -> None:
    assert len(ccp.ask('CreateTransport', transportType=kind)) == 1


@pytest.mark.parametrize('kind', ['web_rtc', 'agent_discovery', 'carrier_pigeon'])
def test_transports_that_are_not(kind: str, ccp: Ccp) -> None:
    assert refusal(ccp, 'CreateTransport', transportType=kind) == (400, 'InvalidStateException')


def test_logs_and_reports_are_taken(ccp: Ccp, box: Box) -> None:
    contact_id = talking(ccp, box)

    assert ccp.ask('SendClientLogs', logEvents=[{'message': 'x'}]) == {}
    assert ccp.ask('NotifyContactIssue', contactId=contact_id) == {}
    assert ccp.ask('SendSoftphoneCallReport', contactId=contact_id, report={}) == {}
