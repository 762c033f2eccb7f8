"""What the centre tells to SQS, Kinesis and SNS (moto), and what it answers where there is nothing."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.sandbox.connect.aws.models import RPC_SERVICE, catalogue
from desk.sandbox.connect.aws.operations import HANDLERS
from desk.sandbox.connect.faults import AS_IN_AWS, EventFaults
from desk.sandbox.connect.publishing import (
    AGENT_STREAM,
    WINDOW,
    Disorder,
    Letter,
)
from tests.support.sandbox.box import Box
from tests.support.sandbox.letters import received, within_time

JSON = {'Content-Type': 'application/json'}


def test_contact_events_come_to_sqs_in_eventbridges_shape(box: Box, contact_queue: str) -> None:
    contact_id = box.ring()
    box.hand('POST', f'contacts/{contact_id}/hang-up')

    def of_contact(events: list[Any]) -> list[Any]:
        return [event for event in events if event['detail']['contactId'] == contact_id]

    events = within_time(received(box, contact_queue), lambda found: len(of_contact(found)) >= 4)

    told = of_contact(events)
    assert {event['detail']['eventType'] for event in told} == {
        'INITIATED',
        'CONNECTED_TO_SYSTEM',
        'QUEUED',
        'DISCONNECTED',
    }
    assert {event['source'] for event in told} == {'aws.connect'}
    assert {event['detail-type'] for event in told} == {'Amazon Connect Contact Event'}
    [ended] = [event for event in told if event['detail']['eventType'] == 'DISCONNECTED']
    assert ended['detail']['disconnectReason'] == 'CUSTOMER_DISCONNECT'
    assert ended['resources'] == [f'{box.arn}/contact/{contact_id}', box.arn]


def test_queue_that_nobody_reads_stays_small_and_loses_nothing(
    box: Box, contact_queue: str
) -> None:
    sqs = box.client('sqs')
    contact_ids = {box.ring(number=f'+8210111122{number:02}') for number in range(10)}
    for contact_id in contact_ids:
        box.hand('POST', f'contacts/{contact_id}/hang-up')

    name = 'ApproximateNumberOfMessages'
    answer = sqs.get_queue_attributes(QueueUrl=contact_queue, AttributeNames=[name])
    unread = int(answer['Attributes'][name])
    events = within_time(
        received(box, contact_queue),
        lambda found: sum(e['detail']['contactId'] in contact_ids for e in found) >= 40,
    )

    told = [e['id'] for e in events if e['detail']['contactId'] in contact_ids]
    assert unread <= WINDOW
    assert len(told) == len(set(told)) == 40


def test_fresh_centre_tells_nothing_of_the_one_before(box: Box, contact_queue: str) -> None:
    for number in range(10):
        box.ring(number=f'+8210111122{number:02}')
    box.start_over()
    box.client('sqs').purge_queue(QueueUrl=contact_queue)

    contact_id = box.ring()
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    events = within_time(
        received(box, contact_queue),
        lambda found: 'DISCONNECTED' in {event['detail']['eventType'] for event in found},
    )

    told = [event['detail']['eventType'] for event in events]
    assert told == ['INITIATED', 'CONNECTED_TO_SYSTEM', 'QUEUED', 'DISCONNECTED']
    assert {event['detail']['contactId'] for event in events} == {contact_id}


def test_lost_events_never_come_and_repeated_ones_come_twice(box: Box, contact_queue: str) -> None:
    box.hand('PATCH', 'faults', events={'lost': 1})
    lost = box.ring()
    box.hand('PATCH', 'faults', events={'repeated': 1})
    twice = box.ring(number='+821099998888')

    def of(contact_id: str, events: list[Any]) -> list[str]:
        return [e['id'] for e in events if e['detail']['contactId'] == contact_id]

    events = within_time(received(box, contact_queue), lambda found: len(of(twice, found)) >= 6)

    assert of(lost, events) == []
    assert sorted(of(twice, events)) == sorted([*set(of(twice, events))] * 2)


def test_agent_events_come_to_kinesis(box: Box) -> None:
    kinesis = box.client('kinesis')
    shard = kinesis.list_shards(StreamName=AGENT_STREAM)['Shards'][0]['ShardId']
    place = {
        'at': kinesis.get_shard_iterator(
            StreamName=AGENT_STREAM, ShardId=shard, ShardIteratorType='TRIM_HORIZON'
        )['ShardIterator']
    }

    def read() -> list[Any]:
        answer = kinesis.get_records(ShardIterator=place['at'])
        place['at'] = answer['NextShardIterator']
        return [json.loads(record['Data']) for record in answer['Records']]

    box.advance(1)  # what other centres told is older
    begun = datetime.fromisoformat(box.hand('GET', 'health')['now']) - timedelta(milliseconds=1)
    arn = f'{box.arn}/agent/{box.sign_in("agent8")}'

    def told(events: list[Any]) -> list[Any]:
        return [
            event
            for event in events
            if event['AgentARN'] == arn and datetime.fromisoformat(event['EventTimestamp']) >= begun
        ]

    login, *_ = told(within_time(read, told))  # their first status may come in the same reading

    assert login['EventType'] == 'LOGIN'
    assert login['CurrentAgentSnapshot']['Configuration']['Username'] == 'agent8'


def test_streamed_chat_comes_to_sns_with_its_attributes(box: Box) -> None:
    topic = box.client('sns').create_topic(Name='chat-lines')['TopicArn']
    queue_url = box.client('sqs').create_queue(QueueName='chat-lines')['QueueUrl']
    queue_arn = box.client('sqs').get_queue_attributes(
        QueueUrl=queue_url, AttributeNames=['QueueArn']
    )['Attributes']['QueueArn']
    box.client('sns').subscribe(TopicArn=topic, Protocol='sqs', Endpoint=queue_arn)
    started = box.start_chat()
    box.connect.start_contact_streaming(
        ContactId=started['ContactId'],
        ChatStreamingConfiguration={'StreamingEndpointArn': topic},
        ClientToken='one',
        **box.instance,
    )
    token = box.token_of(started['ParticipantToken'])
    box.chat.send_message(ConnectionToken=token, ContentType='text/plain', Content='안녕하세요')

    notices = within_time(received(box, queue_url), lambda found: len(found) >= 2)

    said = next(n for n in notices if n['MessageAttributes']['Type']['Value'] == 'MESSAGE')
    assert json.loads(said['Message'])['Content'] == '안녕하세요'
    assert said['MessageAttributes']['ParticipantRole']['Value'] == 'CUSTOMER'
    assert said['MessageAttributes']['InitialContactId']['Value'] == started['ContactId']


def told(seed: int, how: EventFaults) -> list[int]:
    """What is told of a thousand events in a hundred batches, and five seconds later."""
    disorder, now = Disorder(seed), datetime(2026, 1, 2, tzinfo=UTC)
    letters = [Letter(to='contact', body={'id': number}, how=how) for number in range(1_000)]
    batches = [letters[at : at + 10] for at in range(0, 1_000, 10)]
    times = [now + timedelta(seconds=number / 10) for number in range(100)]
    mixed = [
        letter
        for batch, at in zip(batches, times, strict=True)
        for letter in disorder.mixed(batch, at)
    ]
    mixed += disorder.mixed([], times[-1] + timedelta(seconds=5))
    return [letter.body['id'] for letter in mixed]


def test_disorder_loses_nothing_repeats_some_and_is_the_same_for_a_seed() -> None:
    first = told(1, AS_IN_AWS)

    assert set(first) == set(range(1_000))
    assert len(first) > 1_000
    assert first != sorted(first)
    assert first == told(1, AS_IN_AWS)
    assert first != told(2, AS_IN_AWS)


def test_events_are_lost_late_and_repeated_as_wished() -> None:
    none = told(1, EventFaults(lost=1))
    twice = told(1, EventFaults(repeated=1))
    late = told(1, EventFaults(late=1, late_seconds=3))
    some = told(1, EventFaults(lost=0.5))

    assert none == []
    assert twice == sorted([*range(1_000), *range(1_000)])
    assert late == list(range(1_000))
    assert 400 < len(some) < 600


def test_what_is_not_simulated_answers_awss_error(box: Box) -> None:
    """Every other operation of the four services, and paths that nobody has."""
    rest = [
        (o.model.http['method'], re.sub(r'\{\w+\}', 'x', o.model.http['requestUri']))
        for key, o in catalogue().operations.items()
        if key not in HANDLERS and o.service != RPC_SERVICE
    ]
    rest += [('GET', '/'), ('GET', '/nothing/here'), ('DELETE', '/contact/chat'), ('PATCH', '/%2F')]
    strange = []
    for method, path in rest:
        status, headers, answer = box.raw(method, path, body=b'{')
        told = (status, headers.get('x-amzn-ErrorType'), 'Message' in answer)
        if told != (404, 'UnknownOperationException', True):
            strange.append((method, path, status))

    assert len(rest) > 300
    assert strange == []


@pytest.mark.parametrize('body', [b'', b'{', b'[]', b'"x"', b'\xff\xfe', b'{"ContactId": {}}'])
def test_nonsense_is_malformed_never_a_fault_of_ours(box: Box, body: bytes) -> None:
    faults = []
    for key in HANDLERS:
        operation = catalogue().operations[key]
        path = re.sub(r'\{\w+\}', 'x', operation.model.http['requestUri'])
        headers = {}
        if operation.service == RPC_SERVICE:
            headers = {'X-Amz-Target': f'Comprehend_20171127.{operation.name}'}
        method = operation.model.http['method']
        status, _, _ = box.raw(method, path, body=body, headers=headers)
        if status >= 500:
            faults.append(key)

    assert faults == []


@pytest.mark.parametrize(
    ('path', 'body'),
    [('clock', b'{'), ('clock', b'{"advance": "soon"}'), ('calls', b'{}'), ('calls', b'[1]')],
)
def test_hand_says_what_it_did_not_understand(box: Box, path: str, body: bytes) -> None:
    status, _, answer = box.raw('POST', f'/_sandbox/{path}', body=body, headers=JSON)

    assert status == 400
    assert answer['message']


@pytest.mark.parametrize(
    ('origin', 'status'), [('https://evil.example.com', 403), ('http://127.0.0.1:8080', 200)]
)
def test_foreign_pages_do_not_act_here(box: Box, origin: str, status: int) -> None:
    answered, _, _ = box.raw(
        'POST', '/_sandbox/clock', body=b'{}', headers=JSON | {'Origin': origin}
    )

    assert answered == status


def test_foreign_names_do_not_reach_the_sandbox(box: Box) -> None:
    status, _, _ = box.raw('GET', '/_sandbox/state', headers={'Host': 'evil.example.com'})

    assert status == 400
