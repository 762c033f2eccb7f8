"""The JSON interface: what customers and agents do, the centre as it is, the clock, faults by switch and by script."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.sandbox.box import AVAILABLE, NUMBER, ORDERS, Box, RefusedError, code_of

QUEUE = '주문·배송'


def contact(box: Box, contact_id: str) -> dict[str, Any]:
    return dict(box.hand('GET', f'contacts/{contact_id}'))


def refusal(act: Any, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        act(**parameters)
    return code_of(error.value)


def test_whole_call_by_json_alone(box: Box) -> None:
    box.hand('POST', 'agents/agent1/status', status='상담 가능')
    attributes = {'grade': 'VIP'}
    call_id = box.hand(
        'POST', 'calls', number=NUMBER, queue=QUEUE, name='최유진', attributes=attributes
    )['id']
    assert box.hand('GET', 'agents')[0]['contacts'][0]['state'] == 'CONNECTING'

    box.act('accept', call_id)
    box.hand('POST', f'contacts/{call_id}/say', text='배송이 늦어요')
    box.hand('POST', f'contacts/{call_id}/press', digits='1#')
    box.hand('POST', f'contacts/{call_id}/attributes', attributes={'told': 'yes'})
    attributes['told'] = 'yes'  # beside those that it came with
    box.act('hold', call_id)
    held = contact(box, call_id)
    box.act('resume', call_id)
    box.hand('POST', f'contacts/{call_id}/hang-up')
    box.act('clear', call_id)

    assert (held['stage'], held['agent'], held['queue']) == ('CONNECTED', 'agent1', QUEUE)
    assert (held['name'], held['customer'], held['attributes']) == ('최유진', NUMBER, attributes)
    assert {leg['kind']: leg['state'] for leg in held['legs']} == {
        'agent': 'connected',
        'inbound': 'hold',
    }
    assert held['digits'] == '1#'
    assert [line['text'] for line in held['said']] == ['배송이 늦어요']
    assert contact(box, call_id)['reason'] == 'CUSTOMER_DISCONNECT'
    assert [each['id'] for each in box.hand('GET', 'contacts?over=true')] == [call_id]
    assert box.hand('GET', 'contacts') == []


def test_whole_chat_by_json_alone(box: Box) -> None:
    box.sign_in(auto_accept=True)
    chat_id = box.hand('POST', 'chats', name='최유진', queue=QUEUE, text='안녕하세요')['id']

    box.hand('POST', f'contacts/{chat_id}/type', role='AGENT')
    box.hand('POST', f'contacts/{chat_id}/say', role='AGENT', text='무엇을 도와드릴까요?')
    box.hand('POST', f'contacts/{chat_id}/say', text='언제 오나요?')
    box.hand('POST', f'contacts/{chat_id}/hang-up')

    found = contact(box, chat_id)
    assert [(line['role'], line['text']) for line in found['said']] == [
        ('CUSTOMER', '안녕하세요'),
        ('AGENT', '무엇을 도와드릴까요?'),
        ('CUSTOMER', '언제 오나요?'),
    ]
    assert (found['customer'], found['stage']) == ('최유진', 'ENDED')
    assert box.stage_with() == {chat_id: 'ENDED'}


def test_task_and_callback_wait_in_their_queue(box: Box) -> None:
    box.hand('POST', 'tasks', name='주소 확인', queue=QUEUE, description='동·호수')
    box.hand('POST', 'callbacks', number=NUMBER, queue=ORDERS)

    [queue] = [each for each in box.hand('GET', 'queues') if each['name'] == QUEUE]

    assert queue['waiting'] == {'VOICE': 1, 'CHAT': 0, 'TASK': 1}


def test_queues_say_what_boto3s_metrics_say(box: Box) -> None:
    box.sign_in('agent1')
    box.sign_in('agent2')
    for number in range(3):
        box.ring(number=f'+82101234567{number}')
    box.advance(7)

    [queue] = [each for each in box.hand('GET', 'queues') if each['name'] == QUEUE]
    names = ['CONTACTS_IN_QUEUE', 'AGENTS_ONLINE', 'AGENTS_AVAILABLE']
    answer = box.connect.get_current_metric_data(
        Filters={'Queues': [ORDERS]},
        CurrentMetrics=[{'Name': name, 'Unit': 'COUNT'} for name in names],
        **box.instance,
    )

    found = {
        each['Metric']['Name']: each['Value'] for each in answer['MetricResults'][0]['Collections']
    }
    assert found == {
        'CONTACTS_IN_QUEUE': sum(queue['waiting'].values()),
        'AGENTS_ONLINE': queue['agents_online'],
        'AGENTS_AVAILABLE': queue['agents_available'],
    }
    assert queue['waiting']['VOICE'] == 3
    assert queue['oldest_seconds'] == 7


@pytest.mark.parametrize(
    ('method', 'path', 'body', 'status'),
    [
        ('POST', 'calls', {'number': '010-1234-5678', 'queue': QUEUE}, 400),
        ('POST', 'calls', {'number': NUMBER}, 400),
        ('POST', 'calls', {'number': NUMBER, 'queue': '없는 큐'}, 404),
        ('POST', 'chats', {'name': '', 'queue': QUEUE}, 400),
        ('POST', 'contacts/nobody/say', {'text': '여보세요'}, 404),
        ('POST', 'contacts/nobody/press', {'digits': 'abc'}, 400),
        ('POST', 'agents/nobody/status', {'status': AVAILABLE}, 404),
        ('POST', 'agents/agent1/status', {'status': '없는 상태'}, 404),
        ('POST', 'agents/agent1/accept', {}, 400),
        ('POST', 'agents/agent1/accept', {'contact_id': 'nobody'}, 404),
        ('POST', 'agents/agent1/dance', {'contact_id': 'nobody'}, 404),
        ('POST', 'clock', {'advance': -1}, 400),
        ('PUT', 'state', {'nothing': 1}, 409),
        ('PATCH', 'faults', {'latency_seconds': -1}, 400),
        ('PATCH', 'faults', {'latency': 1}, 400),
        ('POST', 'faults/errors', {'operation': 'connect.Dance', 'error': 'E'}, 404),
        ('GET', 'nothing', {}, 404),
        ('GET', 'contacts?limit=0', {}, 400),
    ],
)
def test_what_is_refused_says_why(
    box: Box, method: str, path: str, body: dict[str, Any], status: int
) -> None:
    answered, _, answer = box.raw(method, f'/_sandbox/{path}', json=body)

    assert answered == status
    assert answer['message']
    assert answer['code']


def test_starting_over_puts_the_clock_right(box: Box) -> None:
    box.advance(90_000)

    box.hand('DELETE', 'state')

    clock = box.hand('GET', 'health')
    late = datetime.fromisoformat(clock['now']) - datetime.now(UTC)
    assert abs(late) < timedelta(seconds=10)
    assert clock['is_held'] is False


def test_customer_who_is_gone_says_nothing(box: Box) -> None:
    call_id = box.ring()
    box.hand('POST', f'contacts/{call_id}/hang-up')

    for verb, body in (('say', {'text': '?'}), ('press', {'digits': '1'}), ('hang-up', {})):
        with pytest.raises(RefusedError) as error:
            box.hand('POST', f'contacts/{call_id}/{verb}', **body)
        assert error.value.status == 409


def test_openapi_describes_every_route_with_examples(box: Box) -> None:
    document = box.hand('GET', 'openapi.json')

    operations = [
        (path, method, operation)
        for path, methods in document['paths'].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 35
    for path, method, operation in operations:
        assert operation['tags'], (path, method)
        assert operation['description'], (path, method)
        assert '422' not in operation['responses'], (path, method)
        assert 'example' in operation['responses']['400']['content']['application/json']
    shapes = document['components']['schemas']
    assert [
        n for n in ('CallWish', 'ChatWish', 'Line', 'Refused') if not shapes[n]['examples']
    ] == []
    assert document['servers'] == [{'url': '/_sandbox'}]


def test_documentation_loads_nothing_from_elsewhere(box: Box) -> None:
    status, _, page = box.raw('GET', '/_sandbox/docs')
    asset, _, _ = box.raw('GET', '/_sandbox/static-offline-docs/swagger-ui-bundle.js')

    assert (status, asset) == (200, 200)
    assert b'https://' not in page


def test_any_operation_answers_any_error_as_often_as_wished(box: Box) -> None:
    fault = {'operation': 'connect.ListQueues', 'error': 'InternalServiceException', 'times': 2}
    box.hand('POST', 'faults/errors', **fault)

    errors = [refusal(box.connect.list_queues, **box.instance) for _ in range(2)]

    assert errors == [('InternalServiceException', 500)] * 2
    assert box.connect.list_queues(**box.instance)['QueueSummaryList']
    assert box.hand('GET', 'faults')['plan']['errors'] == []


def test_every_operation_fails_until_it_is_told_otherwise(box: Box) -> None:
    fault = {'operation': '*', 'error': 'AccessDeniedException', 'times': None}
    box.hand('PATCH', 'faults', errors=[fault])

    errors = [
        refusal(box.connect.list_queues, **box.instance),
        refusal(box.connect.list_users, **box.instance),
        refusal(box.client('comprehend').detect_sentiment, Text='좋아요', LanguageCode='ko'),
    ]
    box.hand('DELETE', 'faults')

    assert errors == [('AccessDeniedException', 403)] * 3
    assert box.connect.list_users(**box.instance)['UserSummaryList']


def test_throttling_by_switch(box: Box) -> None:
    box.hand('PATCH', 'faults', throttling=True)

    throttled = refusal(box.connect.list_users, **box.instance)

    assert throttled == ('ThrottlingException', 429)


def test_latency_by_switch(box: Box) -> None:
    box.hand('PATCH', 'faults', latency_seconds=3)
    impatient = box.client('connect', read_timeout=1)

    with pytest.raises(Exception, match='Read timeout'):
        impatient.list_users(**box.instance)


def test_script_lets_things_go_wrong_at_their_times(box: Box) -> None:
    error = {'operation': 'connect.ListUsers', 'error': 'ThrottlingException', 'times': None}
    steps = [
        {'after_seconds': 20, 'change': {'errors': []}},
        {'after_seconds': 10, 'change': {'errors': [error]}},
    ]
    status, _, answer = box.raw('PUT', '/_sandbox/faults/script', json=steps)
    assert (status, answer['steps_left']) == (200, 2)
    assert box.connect.list_users(**box.instance)['UserSummaryList']

    box.advance(10)
    during = refusal(box.connect.list_users, **box.instance)
    box.advance(10)

    assert during == ('ThrottlingException', 429)
    assert box.connect.list_users(**box.instance)['UserSummaryList']


def test_starting_over_ends_every_fault(box: Box) -> None:
    trouble = [{'trouble': 'dead_poll', 'username': 'agent1'}]
    box.hand('PATCH', 'faults', softphones=trouble, throttling=True)

    box.start_over()

    assert box.hand('GET', 'faults')['plan']['softphones'] == []
    assert box.connect.list_users(**box.instance)['UserSummaryList']
