"""What happens in the centre, told by boto3 and the hand."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from desk.sandbox.connect.seed import seed_id
from tests.support.sandbox.box import (
    AVAILABLE,
    LUNCH,
    NUMBER,
    ORDERS,
    ORDERS_FLOW,
    PAYMENTS,
    Box,
    RefusedError,
    code_of,
)

AGENT1, AGENT2 = seed_id('user/agent1'), seed_id('user/agent2')


def leg(box: Box, contact_id: str, place: int) -> dict[str, str]:
    """The ends of a call: 0 is the agent's, 1 the customer's, 2 who was added."""
    return dict(box.act('legs', contact_id)['legs'][place])


def user(box: Box, username: str = 'agent1') -> dict[str, Any]:
    filters = {'Agents': [seed_id(f'user/{username}')]}
    [found] = box.call('connect.GetCurrentUserData', Filters=filters, **box.instance)[
        'UserDataList'
    ]
    return dict(found)


def metric(box: Box, name: str, *, grouped: bool = True) -> float:
    grouping = {'Groupings': ['QUEUE']} if grouped else {}
    answer = box.call(
        'connect.GetCurrentMetricData',
        Filters={'Queues': [ORDERS]},
        CurrentMetrics=[{'Name': name}],
        **grouping,
        **box.instance,
    )
    return float(answer['MetricResults'][0]['Collections'][0]['Value'])


def refusal(call: Any, **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return code_of(error.value)


def test_outbound_call_goes_through_queue_to_agent_and_after_contact_work(box: Box) -> None:
    contact_id = box.connect.start_outbound_voice_contact(
        DestinationPhoneNumber=NUMBER, ContactFlowId=ORDERS_FLOW, QueueId=ORDERS, **box.instance
    )['ContactId']
    assert metric(box, 'CONTACTS_IN_QUEUE') == 0
    box.advance(3)
    assert metric(box, 'CONTACTS_IN_QUEUE') == 1

    box.sign_in()
    assert box.stage_with() == {contact_id: 'CONNECTING'}
    box.act('accept', contact_id)
    assert box.stage_with() == {contact_id: 'CONNECTED'}
    assert metric(box, 'AGENTS_ON_CALL') == 1
    box.connect.stop_contact(ContactId=contact_id, **box.instance)
    assert box.stage_with() == {contact_id: 'ENDED'}
    assert metric(box, 'AGENTS_AFTER_CONTACT_WORK') == 1
    box.connect.dismiss_user_contact(UserId=AGENT1, ContactId=contact_id, **box.instance)

    assert box.stage_with() == {}
    assert box.told(contact_id) == [
        'INITIATED',
        'CONNECTED_TO_SYSTEM',
        'QUEUED',
        'CONNECTED_TO_AGENT',
        'DISCONNECTED',
        'COMPLETED',
    ]


def test_call_that_nobody_takes_is_missed_and_goes_to_the_next_agent(box: Box) -> None:
    box.sign_in()
    contact_id = box.ring()
    box.sign_in('agent2')

    box.advance(20)

    assert box.stage_with() == {contact_id: 'MISSED'}
    assert box.stage_with('agent2') == {contact_id: 'CONNECTING'}
    assert metric(box, 'AGENTS_ERROR') == 1


def test_rejected_chat_is_rejected_and_rejected_call_is_missed(box: Box) -> None:
    box.sign_in()
    chat_id = box.start_chat()['ContactId']
    box.act('reject', chat_id)
    assert box.stage_with() == {chat_id: 'REJECTED'}
    box.act('clear', chat_id)
    box.connect.stop_contact(ContactId=chat_id, **box.instance)

    contact_id = box.ring()
    box.act('reject', contact_id)

    assert box.stage_with() == {contact_id: 'MISSED'}


def test_status_of_a_busy_agent_becomes_the_next_one(box: Box) -> None:
    box.sign_in(auto_accept=True)
    contact_id = box.ring()

    box.set_status('agent1', LUNCH)
    assert user(box)['Status']['StatusName'] == '상담 가능'
    assert user(box)['NextStatus'] == '점심'
    box.connect.stop_contact(ContactId=contact_id, **box.instance)
    box.act('clear', contact_id)

    assert user(box)['Status']['StatusName'] == '점심'
    assert 'NextStatus' not in user(box)


def test_after_contact_work_ends_by_itself_at_its_limit(box: Box) -> None:
    box.sign_in(auto_accept=True)
    contact_id = box.ring()
    box.connect.stop_contact(ContactId=contact_id, **box.instance)
    box.advance(119)
    assert box.stage_with() == {contact_id: 'ENDED'}

    box.advance(1)

    assert box.stage_with() == {}
    contact = box.call('connect.DescribeContact', ContactId=contact_id, **box.instance)['Contact']
    assert contact['AgentInfo']['AfterContactWorkDuration'] == 120


def test_holds_are_seen_and_counted(box: Box) -> None:
    box.sign_in(auto_accept=True)
    contact_id = box.ring()
    customer = leg(box, contact_id, 1)['id']

    box.act('hold', contact_id, leg_id=customer)
    assert box.stage_with() == {contact_id: 'CONNECTED_ONHOLD'}
    box.advance(15)
    box.act('resume', contact_id, leg_id=customer)

    assert box.stage_with() == {contact_id: 'CONNECTED'}
    contact = box.call('connect.DescribeContact', ContactId=contact_id, **box.instance)['Contact']
    assert contact['AgentInfo']['AgentInitiatedHoldDuration'] == 15


def test_consult_conference_and_leaving_hands_the_customer_over(box: Box) -> None:
    box.sign_in(auto_accept=True)
    contact_id = box.ring()
    box.sign_in('agent2')

    added = box.act('add', contact_id, type='agent', user_id=AGENT2)['id']
    assert box.stage_with() == {contact_id: 'CONNECTED'}
    assert leg(box, contact_id, 1)['state'] == 'hold'
    assert box.stage_with('agent2') == {added: 'CONNECTING'}
    box.act('accept', added, 'agent2')
    assert leg(box, contact_id, 2)['state'] == 'connected'
    box.act('swap', contact_id)
    assert [leg(box, contact_id, n)['state'] for n in (1, 2)] == ['connected', 'hold']
    box.act('conference', contact_id)
    assert [leg(box, contact_id, n)['state'] for n in (1, 2)] == ['connected', 'connected']
    box.act('end', contact_id)

    assert box.stage_with() == {contact_id: 'ENDED'}
    assert box.stage_with('agent2') == {added: 'CONNECTED'}
    contact = box.call('connect.DescribeContact', ContactId=added, **box.instance)['Contact']
    assert contact['PreviousContactId'] == contact['InitialContactId'] == contact_id
    assert contact['InitiationMethod'] == 'TRANSFER'
    box.hand('POST', f'contacts/{added}/hang-up')
    assert box.stage_with('agent2') == {added: 'ENDED'}
    family = box.call('connect.ListAssociatedContacts', ContactId=added, **box.instance)
    assert [c['ContactId'] for c in family['ContactSummaryList']] == [contact_id, added]


def test_customer_who_hangs_up_leaves_agent_and_colleague_talking(box: Box) -> None:
    box.sign_in(auto_accept=True)
    contact_id = box.ring()
    box.sign_in('agent2', auto_accept=True)
    added = box.act('add', contact_id, type='agent', user_id=AGENT2)['id']

    box.hand('POST', f'contacts/{contact_id}/hang-up')
    assert box.stage_with() == {contact_id: 'CONNECTED'}
    box.act('end', added, 'agent2')

    assert box.stage_with() == {contact_id: 'ENDED'}
    assert box.stage_with('agent2') == {added: 'ENDED'}


def test_outside_party_stays_with_the_customer(box: Box) -> None:
    box.sign_in(auto_accept=True)
    contact_id = box.ring()
    added = box.act('add', contact_id, type='phone_number', phone_number='+8215880000')['id']
    assert leg(box, contact_id, 2)['state'] == 'connecting'
    box.advance(3)
    assert leg(box, contact_id, 2)['state'] == 'connected'

    box.act('end', contact_id)

    assert box.told(added) == ['INITIATED', 'CONNECTED_TO_SYSTEM']
    refused = refusal(box.connect.stop_contact, ContactId=added, **box.instance)
    assert refused == ('InvalidRequestException', 400)


def test_two_agents_call_each_other(box: Box) -> None:
    box.sign_in()
    box.sign_in('agent2')

    mine = box.hand('POST', 'agents/agent1/call', type='agent', user_id=AGENT2)['id']
    [theirs] = box.stage_with('agent2')
    assert box.stage_with() == {mine: 'CONNECTING'}
    box.act('accept', theirs, 'agent2')
    assert box.stage_with() == {mine: 'CONNECTED'}
    box.act('end', theirs, 'agent2')

    assert box.stage_with() == {mine: 'ENDED'}
    assert box.stage_with('agent2') == {theirs: 'ENDED'}


def test_callback_rings_the_agent_first_and_then_the_customer(box: Box) -> None:
    box.sign_in()
    contact_id = box.hand('POST', 'callbacks', number=NUMBER, queue_id=ORDERS)['id']
    assert box.stage_with() == {contact_id: 'INCOMING'}

    box.act('accept', contact_id)
    assert box.stage_with() == {contact_id: 'CONNECTING'}
    box.advance(3)

    assert box.stage_with() == {contact_id: 'CONNECTED'}


def test_customer_who_does_not_answer_is_an_error_for_the_agent_who_dialled(box: Box) -> None:
    box.hand('PUT', 'dialling', silent=[NUMBER])
    box.sign_in()
    contact_id = box.hand('POST', 'agents/agent1/call', type='phone_number', phone_number=NUMBER)[
        'id'
    ]

    box.advance(60)

    assert box.stage_with() == {contact_id: 'ERROR'}


def test_numbers_that_must_not_be_called(box: Box) -> None:
    box.hand('PUT', 'dialling', forbidden=[NUMBER])
    parameters = {'ContactFlowId': ORDERS_FLOW, 'QueueId': ORDERS, **box.instance}
    dial = box.connect.start_outbound_voice_contact

    asked_not_to = refusal(dial, DestinationPhoneNumber=NUMBER, **parameters)
    abroad = refusal(dial, DestinationPhoneNumber='+442071234567', **parameters)

    assert asked_not_to == ('OutboundContactNotPermittedException', 403)
    assert abroad == ('DestinationNotAllowedException', 403)


def test_queue_serves_priority_before_age(box: Box) -> None:
    first, second = box.start_task(), box.start_task()
    box.connect.update_contact_routing_data(ContactId=second, QueuePriority=1, **box.instance)
    third = box.start_task()
    box.connect.update_contact_routing_data(
        ContactId=third, QueueTimeAdjustmentSeconds=60, **box.instance
    )

    box.sign_in()

    assert list(box.stage_with()) == [second, third, first]


def test_other_queues_come_to_an_agent_after_their_delay(box: Box) -> None:
    box.sign_in()
    contact_id = box.ring(PAYMENTS)
    assert box.stage_with() == {}

    box.advance(30)

    assert box.stage_with() == {contact_id: 'CONNECTING'}


def test_agent_in_a_call_gets_no_chat_and_at_most_three_chats(box: Box) -> None:
    box.sign_in(auto_accept=True)
    call_id = box.ring()
    chats = [box.start_chat()['ContactId'] for _ in range(4)]
    assert list(box.stage_with()) == [call_id]

    box.connect.stop_contact(ContactId=call_id, **box.instance)
    box.act('clear', call_id)

    assert list(box.stage_with()) == chats[:3]
    assert user(box)['AvailableSlotsByChannel'] == {'VOICE': 0, 'CHAT': 0, 'TASK': 0}
    assert metric(box, 'CONTACTS_IN_QUEUE') == 1


def test_oldest_contact_age_is_in_milliseconds_without_grouping(box: Box) -> None:
    box.ring()
    box.advance(90)

    assert metric(box, 'OLDEST_CONTACT_AGE') == 90
    assert metric(box, 'OLDEST_CONTACT_AGE', grouped=False) == 90_000


def test_metrics_are_grouped_as_asked(box: Box) -> None:
    box.sign_in(auto_accept=True)
    box.set_status('agent2', LUNCH)
    box.start_chat()
    box.ring()
    asked = {'Filters': {'Queues': [ORDERS]}, **box.instance}

    by_channel = box.call(
        'connect.GetCurrentMetricData',
        CurrentMetrics=[{'Name': 'SLOTS_ACTIVE'}, {'Name': 'CONTACTS_IN_QUEUE'}],
        Groupings=['QUEUE', 'CHANNEL'],
        **asked,
    )['MetricResults']
    by_status = box.call(
        'connect.GetCurrentMetricData',
        CurrentMetrics=[{'Name': 'AGENTS_ONLINE'}],
        Groupings=['AGENT_STATUS'],
        **asked,
    )['MetricResults']
    refused = refusal(
        box.connect.get_current_metric_data,
        CurrentMetrics=[{'Name': 'AGENTS_STAFFED'}],
        Groupings=['AGENT_STATUS'],
        **asked,
    )

    counts = {
        r['Dimensions']['Channel']: [c['Value'] for c in r['Collections']] for r in by_channel
    }
    assert counts == {'VOICE': [0, 1], 'CHAT': [1, 0], 'TASK': [0, 0]}
    online = {r['Dimensions']['AgentStatus']['Id']: r['Collections'][0]['Value'] for r in by_status}
    assert {status: count for status, count in online.items() if count} == {AVAILABLE: 1, LUNCH: 1}
    assert refused == ('InvalidRequestException', 400)


def test_after_contact_work_limit_is_in_seconds_here_and_milliseconds_there(box: Box) -> None:
    described = box.call('connect.DescribeUser', UserId=AGENT1, **box.instance)['User']
    name = {'FieldName': 'username', 'Value': 'agent1', 'ComparisonType': 'EXACT'}
    [found] = box.call(
        'connect.SearchUsers', SearchCriteria={'StringCondition': name}, **box.instance
    )['Users']

    assert described['PhoneConfig']['AfterContactWorkTimeLimit'] == 120
    assert found['PhoneConfig']['AfterContactWorkTimeLimit'] == 120_000


def test_agents_at_work_are_told_of_every_two_minutes(box: Box) -> None:
    box.sign_in()
    box.advance(120)

    told = [event for event in box.hand('GET', 'events') if 'EventType' in event]

    assert [event['EventType'] for event in told] == ['LOGIN', 'HEART_BEAT']


def test_stopping_what_has_ended_is_gone(box: Box) -> None:
    contact_id = box.ring()
    box.connect.stop_contact(ContactId=contact_id, **box.instance)

    again = refusal(box.connect.stop_contact, ContactId=contact_id, **box.instance)

    assert again == ('ContactNotFoundException', 410)


def test_only_tasks_are_transferred_and_eleven_times_at_most(box: Box) -> None:
    to = {'QueueId': PAYMENTS, 'ContactFlowId': ORDERS_FLOW, **box.instance}
    transfer = box.connect.transfer_contact
    refused = refusal(transfer, ContactId=box.start_chat()['ContactId'], **to)
    assert refused == ('InvalidRequestException', 400)

    first = contact_id = box.start_task()
    for _ in range(11):
        contact_id = transfer(ContactId=contact_id, **to)['ContactId']
    twelfth = refusal(transfer, ContactId=contact_id, **to)

    assert twelfth == ('ServiceQuotaExceededException', 402)
    contact = box.connect.describe_contact(ContactId=contact_id, **box.instance)['Contact']
    assert contact['InitialContactId'] == first
    assert contact['QueueInfo']['Id'] == PAYMENTS


def test_assigning_ignores_status_but_not_capacity_nor_calls(box: Box) -> None:
    assign = box.connect.associate_contact_with_user
    call_id = box.ring()
    is_call = refusal(assign, ContactId=call_id, UserId=AGENT1, **box.instance)
    tasks = [box.start_task() for _ in range(4)]
    for task_id in tasks[:3]:
        assign(ContactId=task_id, UserId=AGENT1, **box.instance)
    too_many = refusal(assign, ContactId=tasks[3], UserId=AGENT1, **box.instance)

    assert is_call == too_many == ('InvalidRequestException', 400)
    box.set_status('agent1', LUNCH)
    assert set(box.stage_with()) == set()  # offline: only those at work are listed


def test_same_client_token_is_the_same_call_for_seven_days(box: Box) -> None:
    asked = {
        'DestinationPhoneNumber': NUMBER,
        'ContactFlowId': ORDERS_FLOW,
        'QueueId': ORDERS,
        'ClientToken': 'one-click',
        **box.instance,
    }
    dial = box.connect.start_outbound_voice_contact
    first = dial(**asked)['ContactId']
    box.advance(timedelta(days=6, hours=23).total_seconds())
    again = dial(**asked)['ContactId']
    other = refusal(dial, **{**asked, 'DestinationPhoneNumber': '+821099998888'})
    box.advance(timedelta(hours=2).total_seconds())
    later = dial(**asked)['ContactId']

    assert again == first
    assert other == ('InvalidRequestException', 400)
    assert later != first


def test_reused_token_is_an_idempotency_error_where_there_is_one(box: Box) -> None:
    parameters = {'ContactFlowId': ORDERS_FLOW, 'ClientToken': 'one', **box.instance}
    transfer = box.connect.transfer_contact
    transfer(ContactId=box.start_task(), QueueId=ORDERS, **parameters)

    other = refusal(transfer, ContactId=box.start_task(), QueueId=ORDERS, **parameters)

    assert other == ('IdempotencyException', 409)


def test_too_many_calls_at_once_are_over_the_quota(box: Box) -> None:
    for _ in range(10):
        box.ring()
    asked = {'DestinationPhoneNumber': NUMBER, 'ContactFlowId': ORDERS_FLOW, 'QueueId': ORDERS}

    refused = refusal(box.connect.start_outbound_voice_contact, **asked, **box.instance)

    assert refused == ('LimitExceededException', 429)


def test_scheduled_task_comes_at_its_time(box: Box) -> None:
    now = datetime.fromisoformat(box.hand('GET', 'health')['now'])
    box.sign_in()
    task_id = box.start_task(ScheduledTime=now + timedelta(hours=1))
    assert box.stage_with() == {}
    assert metric(box, 'CONTACTS_SCHEDULED') == 1

    box.advance(3600)

    assert box.stage_with() == {task_id: 'CONNECTING'}


def test_monitor_leg_is_in_the_supervisors_hands_and_ends_with_the_call(box: Box) -> None:
    box.sign_in('supervisor1')
    box.set_status('supervisor1', LUNCH)
    box.sign_in(auto_accept=True)
    contact_id = box.ring()

    leg_id = box.connect.monitor_contact(
        ContactId=contact_id,
        UserId=seed_id('user/supervisor1'),
        AllowedMonitorCapabilities=['SILENT_MONITOR', 'BARGE'],
        **box.instance,
    )['ContactId']
    assert box.stage_with('supervisor1') == {leg_id: 'CONNECTED'}
    box.hand('POST', f'contacts/{contact_id}/hang-up')

    assert box.stage_with('supervisor1') == {leg_id: 'ENDED'}


def test_what_is_said_on_the_phone_is_read_with_its_tone(box: Box) -> None:
    box.sign_in(auto_accept=True)
    contact_id = box.ring()
    say = f'contacts/{contact_id}/say'
    box.advance(2)
    box.hand('POST', say, role='CUSTOMER', text='배송이 너무 늦어서 짜증나요')
    box.advance(3)
    box.hand('POST', say, role='AGENT', text='확인해 드리겠습니다')
    box.act('hold', contact_id, leg_id=leg(box, contact_id, 1)['id'])
    with pytest.raises(RefusedError) as waiting:
        box.hand('POST', say, role='CUSTOMER', text='들리세요?')

    segments = box.call(
        'connect-contact-lens.ListRealtimeContactAnalysisSegments',
        ContactId=contact_id,
        **box.instance,
    )['Segments']

    assert waiting.value.status == 409
    told = [(t['ParticipantRole'], t['Sentiment'], t['BeginOffsetMillis']) for t in lines(segments)]
    assert told == [('CUSTOMER', 'NEGATIVE', 2_000), ('AGENT', 'NEUTRAL', 5_000)]


def lines(segments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [segment['Transcript'] for segment in segments]


def test_recording_is_begun_once(box: Box) -> None:
    box.sign_in(auto_accept=True)
    contact_id = box.ring()
    both = {'ContactId': contact_id, 'InitialContactId': contact_id, **box.instance}
    track = {'VoiceRecordingConfiguration': {'VoiceRecordingTrack': 'ALL'}}
    before = refusal(box.connect.suspend_contact_recording, **both)
    box.connect.start_contact_recording(**both, **track)
    box.connect.stop_contact_recording(**both)

    again = refusal(box.connect.start_contact_recording, **both, **track)

    assert before == again == ('InvalidRequestException', 400)


def test_history_adds_up(box: Box) -> None:
    box.sign_in(auto_accept=True)
    start = datetime.fromisoformat(box.hand('GET', 'health')['now'])
    for wait in (10, 30):
        handled = box.ring()
        box.advance(wait)
        box.connect.stop_contact(ContactId=handled, **box.instance)
        box.advance(5)
        box.act('clear', handled)
    box.set_status('agent1', LUNCH)
    abandoned = box.ring()
    box.advance(20)
    box.hand('POST', f'contacts/{abandoned}/hang-up')

    names = ['CONTACTS_HANDLED', 'CONTACTS_ABANDONED', 'AVG_HANDLE_TIME', 'AVG_ABANDON_TIME']
    answer = box.call(
        'connect.GetMetricDataV2',
        ResourceArn=box.arn,
        StartTime=start,
        EndTime=start + timedelta(hours=1),
        Filters=[{'FilterKey': 'QUEUE', 'FilterValues': [ORDERS]}],
        Groupings=['QUEUE', 'CHANNEL'],
        Metrics=[
            *({'Name': name} for name in names),
            {'Name': 'SERVICE_LEVEL', 'Threshold': [{'Comparison': 'LT', 'ThresholdValue': 20}]},
        ],
    )

    [row] = answer['MetricResults']
    assert row['Dimensions'] == {'QUEUE': ORDERS, 'CHANNEL': 'VOICE'}
    values = {c['Metric']['Name']: c['Value'] for c in row['Collections']}
    assert values == {
        'CONTACTS_HANDLED': 2,
        'CONTACTS_ABANDONED': 1,
        'AVG_HANDLE_TIME': 25,
        'AVG_ABANDON_TIME': 20,
        'SERVICE_LEVEL': pytest.approx(200 / 3),
    }


@pytest.mark.parametrize(
    ('key', 'refused'),
    [
        ('QUEUE', ('ResourceNotFoundException', 404)),
        ('ROUTING_PROFILE', ('ResourceNotFoundException', 404)),
        ('AGENT', ('ResourceNotFoundException', 404)),
        ('CHANNEL', ('InvalidRequestException', 400)),
    ],
)
def test_history_of_what_is_not_there_is_refused(
    key: str, refused: tuple[str, int], box: Box
) -> None:
    now = datetime.fromisoformat(box.hand('GET', 'health')['now'])
    nobody = '99999999-9999-4999-8999-999999999999'
    filters = [
        {'FilterKey': 'QUEUE', 'FilterValues': [ORDERS]},
        {'FilterKey': key, 'FilterValues': [nobody]},
    ]

    answer = refusal(
        box.connect.get_metric_data_v2,
        ResourceArn=box.arn,
        StartTime=now - timedelta(hours=1),
        EndTime=now,
        Filters=filters[key == 'QUEUE' :],
        Metrics=[{'Name': 'CONTACTS_HANDLED'}],
    )

    assert answer == refused


def test_users_of_a_profile_that_is_not_there_are_not_found(box: Box) -> None:
    nobody = {'RoutingProfiles': ['99999999-9999-4999-8999-999999999999']}

    answer = refusal(box.connect.get_current_user_data, Filters=nobody, **box.instance)

    assert answer == ('ResourceNotFoundException', 404)


def test_search_finds_by_time_queue_and_attribute(box: Box) -> None:
    box.ring()
    wanted = box.start_chat(Attributes={'grade': 'VIP'})['ContactId']
    now = datetime.fromisoformat(box.hand('GET', 'health')['now'])
    span = {'StartTime': now - timedelta(1), 'EndTime': now + timedelta(1)}

    answer = box.call(
        'connect.SearchContacts',
        TimeRange={'Type': 'INITIATION_TIMESTAMP', **span},
        SearchCriteria={
            'QueueIds': [ORDERS],
            'SearchableContactAttributes': {'Criteria': [{'Key': 'grade', 'Values': ['VIP']}]},
        },
        **box.instance,
    )

    assert [contact['Id'] for contact in answer['Contacts']] == [wanted]
    assert answer['TotalCount'] == 1


def test_pages_are_whole_and_their_tokens_are_their_own(box: Box) -> None:
    pages = box.connect.get_paginator('list_users').paginate(
        PaginationConfig={'PageSize': 4}, **box.instance
    )
    names = [u['Username'] for page in pages for u in page['UserSummaryList']]
    token = box.connect.list_users(MaxResults=1, **box.instance)['NextToken']

    elsewhere = refusal(box.connect.list_queues, NextToken=token, **box.instance)
    box.advance(301)
    too_late = refusal(box.connect.list_users, NextToken=token, **box.instance)

    assert names == [*(f'agent{n}' for n in range(1, 9)), 'supervisor1']
    assert elsewhere == too_late == ('InvalidParameterException', 400)


def test_throttle_gives_way_with_time(box: Box) -> None:
    box.hand('PUT', 'throttles', on=True)
    for _ in range(5):
        box.connect.list_users(**box.instance)
    assert refusal(box.connect.list_users, **box.instance) == ('ThrottlingException', 429)

    box.advance(0.5)

    assert box.connect.list_users(**box.instance)['UserSummaryList']


def test_fault_comes_as_often_as_wished(box: Box) -> None:
    box.hand(
        'POST', 'faults/errors', operation='connect.ListUsers', error='InternalServiceException'
    )

    fault = refusal(box.connect.list_users, **box.instance)

    assert fault == ('InternalServiceException', 500)
    assert box.connect.list_users(**box.instance)['UserSummaryList']


def test_snapshot_brings_everything_back(box: Box) -> None:
    box.sign_in(auto_accept=True)
    call_id, chat_id = box.ring(), box.start_chat()['ContactId']
    kept = box.hand('GET', 'state')
    box.connect.stop_contact(ContactId=call_id, **box.instance)
    box.start_over()
    assert refusal(box.connect.describe_contact, ContactId=chat_id, **box.instance)[1] == 404

    box.hand('PUT', 'state', **kept)

    assert box.stage_with() == {call_id: 'CONNECTED'}
    restored = box.hand('GET', 'state')
    assert restored.pop('now') >= kept.pop('now')  # time does not go back
    assert restored == kept


def test_time_passes_without_being_asked(box: Box) -> None:
    box.sign_in()
    contact_id = box.ring()
    box.hand('POST', 'clock', held=False, advance=19.9)
    deadline = time.monotonic() + 5

    while 'MISSED' not in {a['state'] for a in hands(box, AGENT1)} and time.monotonic() < deadline:
        time.sleep(0.02)

    assert box.stage_with() == {contact_id: 'MISSED'}


def hands(box: Box, agent_id: str) -> list[dict[str, Any]]:
    return list(box.hand('GET', 'state')['agents'][agent_id]['assignments'].values())


def test_agent_events_tell_login_changes_and_logout(box: Box) -> None:
    box.sign_in()
    box.set_status('agent1', seed_id('status/오프라인'))

    told = [event for event in box.hand('GET', 'events') if 'EventType' in event]

    assert [event['EventType'] for event in told] == ['LOGIN', 'LOGOUT']
    assert told[0]['AgentARN'] == f'{box.arn}/agent/{AGENT1}'
    assert told[1]['PreviousAgentSnapshot'] == told[0]['CurrentAgentSnapshot']
    assert told[0]['CurrentAgentSnapshot']['AgentStatus']['ARN'] == (
        f'{box.arn}/agent-state/{AVAILABLE}'
    )
    assert datetime.fromisoformat(told[0]['EventTimestamp']).tzinfo == UTC
