"""Every simulated operation, called by boto3: valid, lacking something, invalid, missing, throttled.

Answers are checked against botocore's shapes in ``Box.call``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from desk.sandbox.connect.aws.models import catalogue
from desk.sandbox.connect.aws.operations import HANDLERS
from desk.sandbox.connect.aws.throttles import DEFAULT, RATES
from desk.sandbox.connect.seed import seed_id
from tests.support.sandbox.box import AVAILABLE, NUMBER, ORDERS, ORDERS_FLOW, Box, code_of

NOBODY = str(uuid4())
AGENT = seed_id('user/agent1')
INVALID = {'InvalidParameterException', 'InvalidRequestException', 'ValidationException'}
LONG = 'x' * 600
NOT_FOUND = ('ResourceNotFoundException', 404)
DENIED = ('AccessDeniedException', 403)

Parameters = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    """How to call an operation well, and how not."""

    good: Callable[[Box], Parameters]
    bad: Parameters  # laid over the good ones: refused as invalid
    missing: Parameters | None = None  # laid over the good ones: what they name is not there
    missing_is: tuple[str, int] = NOT_FOUND


def plain(box: Box) -> Parameters:
    return dict(box.instance)


def chat(box: Box) -> Parameters:
    return {**box.instance, 'ContactId': box.start_chat()['ContactId']}


def call(box: Box) -> Parameters:
    """A call that agent1 has answered."""
    box.sign_in(auto_accept=True)
    return {**box.instance, 'ContactId': box.ring()}


def spoken(box: Box) -> Parameters:
    parameters = call(box)
    said = f'contacts/{parameters["ContactId"]}/say'
    box.hand('POST', said, role='CUSTOMER', text='배송이 너무 늦어서 짜증나요')
    return parameters


def recorded(box: Box) -> Parameters:
    parameters = call(box)
    parameters['InitialContactId'] = parameters['ContactId']
    track = {'VoiceRecordingTrack': 'ALL'}
    box.connect.start_contact_recording(VoiceRecordingConfiguration=track, **parameters)
    return parameters


def ended(box: Box) -> Parameters:
    parameters = call(box)
    box.connect.stop_contact(**parameters)
    return {**parameters, 'UserId': AGENT}


def task(box: Box) -> Parameters:
    return {
        **box.instance,
        'ContactId': box.start_task(),
        'ContactFlowId': ORDERS_FLOW,
        'QueueId': ORDERS,
    }


def streamed(box: Box) -> Parameters:
    topic = box.client('sns').create_topic(Name='chat')['TopicArn']
    parameters = chat(box)
    streaming = box.connect.start_contact_streaming(
        ChatStreamingConfiguration={'StreamingEndpointArn': topic}, ClientToken='one', **parameters
    )
    return {**parameters, 'StreamingId': streaming['StreamingId']}


def with_bot(box: Box) -> Parameters:
    parameters = streamed(box)
    del parameters['StreamingId']
    details = {'ParticipantRole': 'CUSTOM_BOT', 'DisplayName': '챗봇'}
    return {**parameters, 'ParticipantDetails': details}


def customer(box: Box) -> Parameters:
    return {'ConnectionToken': box.token_of(box.start_chat()['ParticipantToken'])}


def receipt_free(box: Box) -> Parameters:
    return {
        **customer(box),
        'ContentType': 'application/vnd.amazonaws.connect.event.typing',
    }


def upload(box: Box) -> Parameters:
    return {
        **customer(box),
        'ContentType': 'text/plain',
        'AttachmentSizeInBytes': 3,
        'AttachmentName': '영수증.txt',
        'ClientToken': str(uuid4()),
    }


def uploaded(box: Box) -> Parameters:
    parameters = upload(box)
    started = box.chat.start_attachment_upload(**parameters)
    box.put(started['UploadMetadata'], b'abc')
    return {
        'ConnectionToken': parameters['ConnectionToken'],
        'AttachmentIds': [started['AttachmentId']],
        'ClientToken': str(uuid4()),
    }


def completed(box: Box) -> Parameters:
    parameters = uploaded(box)
    box.chat.complete_attachment_upload(**parameters)
    [attachment_id] = parameters['AttachmentIds']
    return {'ConnectionToken': parameters['ConnectionToken'], 'AttachmentId': attachment_id}


def historical(box: Box) -> Parameters:
    call(box)
    now = datetime.fromisoformat(box.hand('GET', 'health')['now'])
    return {
        'ResourceArn': box.arn,
        'StartTime': now - timedelta(hours=1),
        'EndTime': now + timedelta(hours=1),
        'Filters': [{'FilterKey': 'QUEUE', 'FilterValues': [ORDERS]}],
        'Groupings': ['QUEUE'],
        'Metrics': [{'Name': 'CONTACTS_CREATED'}, {'Name': 'AVG_HANDLE_TIME'}],
    }


def searched(box: Box) -> Parameters:
    times = historical(box)
    span = {'StartTime': times['StartTime'], 'EndTime': times['EndTime']}
    return {**box.instance, 'TimeRange': {'Type': 'INITIATION_TIMESTAMP', **span}}


def monitored(box: Box) -> Parameters:
    box.sign_in('supervisor1')
    return {**call(box), 'UserId': seed_id('user/supervisor1')}


def waiting(box: Box) -> Parameters:
    return {**chat(box), 'UserId': AGENT}


def wanting(**more: Any) -> Callable[[Box], Parameters]:
    """Parameters that need nothing but the instance."""
    return lambda box: {**box.instance, **more}


PAGE: Parameters = {'MaxResults': 0}
NO_CONTACT: Parameters = {'ContactId': NOBODY}
NO_TOKEN: Parameters = {'ConnectionToken': 'nobody'}
NO_INSTANCE: Parameters = {'InstanceId': NOBODY}
LONG_ID: Parameters = {'ContactId': LONG}
METRICS = [{'Name': 'AGENTS_ONLINE'}, {'Name': 'CONTACTS_IN_QUEUE'}]

CASES: dict[str, Case] = {
    'connect.ListInstances': Case(good=lambda _box: {}, bad={'MaxResults': 11}),
    'connect.DescribeInstance': Case(good=plain, bad={'InstanceId': LONG}, missing=NO_INSTANCE),
    'connect.ListUsers': Case(good=plain, bad=PAGE, missing=NO_INSTANCE),
    'connect.SearchUsers': Case(good=plain, bad=PAGE, missing=NO_INSTANCE),
    'connect.ListQueues': Case(good=plain, bad={'QueueTypes': ['ROUND']}, missing=NO_INSTANCE),
    'connect.ListAgentStatuses': Case(good=plain, bad=PAGE, missing=NO_INSTANCE),
    'connect.ListQuickConnects': Case(good=plain, bad=PAGE, missing=NO_INSTANCE),
    'connect.ListRoutingProfiles': Case(good=plain, bad=PAGE, missing=NO_INSTANCE),
    'connect.ListContactFlows': Case(good=plain, bad=PAGE, missing=NO_INSTANCE),
    'connect.DescribeUser': Case(
        good=wanting(UserId=AGENT), bad={'InstanceId': LONG}, missing={'UserId': NOBODY}
    ),
    'connect.DescribeQuickConnect': Case(
        good=wanting(QuickConnectId=seed_id('quick-connect/기술지원')),
        bad={'InstanceId': LONG},
        missing={'QuickConnectId': NOBODY},
    ),
    'connect.DescribeRoutingProfile': Case(
        good=wanting(RoutingProfileId=seed_id('profile/기술지원')),
        bad={'InstanceId': LONG},
        missing={'RoutingProfileId': NOBODY},
    ),
    'connect.ListRoutingProfileQueues': Case(
        good=wanting(RoutingProfileId=seed_id('profile/기술지원')),
        bad=PAGE,
        missing={'RoutingProfileId': NOBODY},
    ),
    'connect.StartOutboundVoiceContact': Case(
        good=wanting(
            DestinationPhoneNumber=NUMBER, ContactFlowId=ORDERS_FLOW, SourcePhoneNumber=NUMBER
        ),
        bad={'DestinationPhoneNumber': '010-1234-5678'},
        missing={'ContactFlowId': NOBODY},
    ),
    'connect.StartChatContact': Case(
        good=wanting(ContactFlowId=ORDERS_FLOW, ParticipantDetails={'DisplayName': '홍길동'}),
        bad={'ChatDurationInMinutes': 59},
        missing={'ContactFlowId': NOBODY},
    ),
    'connect.StartTaskContact': Case(
        good=wanting(ContactFlowId=ORDERS_FLOW, Name='주소 확인'),
        bad={'ScheduledTime': datetime(2020, 1, 1, tzinfo=UTC)},
        missing={'ContactFlowId': NOBODY},
    ),
    'connect.StopContact': Case(good=chat, bad=LONG_ID, missing=NO_CONTACT),
    'connect.TransferContact': Case(good=task, bad={'UserId': AGENT}, missing=NO_CONTACT),
    'connect.AssociateContactWithUser': Case(good=waiting, bad=LONG_ID, missing=NO_CONTACT),
    'connect.DismissUserContact': Case(good=ended, bad=LONG_ID, missing=NO_CONTACT),
    'connect.PutUserStatus': Case(
        good=wanting(UserId=AGENT, AgentStatusId=AVAILABLE),
        bad={'InstanceId': LONG},
        missing={'AgentStatusId': NOBODY},
    ),
    'connect.MonitorContact': Case(good=monitored, bad=LONG_ID, missing=NO_CONTACT),
    'connect.StartContactRecording': Case(
        good=lambda box: {
            **(made := call(box)),
            'InitialContactId': made['ContactId'],
            'VoiceRecordingConfiguration': {'VoiceRecordingTrack': 'ALL'},
        },
        bad={'VoiceRecordingConfiguration': {'VoiceRecordingTrack': 'SOME'}},
        missing=NO_CONTACT,
    ),
    'connect.SuspendContactRecording': Case(good=recorded, bad=LONG_ID, missing=NO_CONTACT),
    'connect.ResumeContactRecording': Case(good=recorded, bad=LONG_ID, missing=NO_CONTACT),
    'connect.StopContactRecording': Case(good=recorded, bad=LONG_ID, missing=NO_CONTACT),
    'connect.UpdateContactAttributes': Case(
        good=lambda box: {
            **box.instance,
            'InitialContactId': box.start_chat()['ContactId'],
            'Attributes': {'grade': 'VIP'},
        },
        bad={'Attributes': {'등급': 'VIP'}},
        missing={'InitialContactId': NOBODY},
    ),
    'connect.GetContactAttributes': Case(
        good=lambda box: {**box.instance, 'InitialContactId': box.start_chat()['ContactId']},
        bad={'InitialContactId': LONG},
        missing={'InitialContactId': NOBODY},
    ),
    'connect.UpdateContact': Case(
        good=lambda box: {**chat(box), 'Name': '새 이름'},
        bad={'Name': 'x' * 1025},
        missing=NO_CONTACT,
    ),
    'connect.UpdateContactRoutingData': Case(
        good=lambda box: {**chat(box), 'QueuePriority': 1},
        bad={'QueuePriority': 0},
        missing=NO_CONTACT,
    ),
    'connect.TagContact': Case(
        good=lambda box: {**chat(box), 'Tags': {'a': 'b'}}, bad={'Tags': {}}, missing=NO_CONTACT
    ),
    'connect.DescribeContact': Case(good=call, bad=LONG_ID, missing=NO_CONTACT),
    'connect.SearchContacts': Case(good=searched, bad={'MaxResults': 101}, missing=NO_INSTANCE),
    'connect.ListAssociatedContacts': Case(good=chat, bad=LONG_ID, missing=NO_CONTACT),
    'connect.CreateParticipant': Case(
        good=with_bot, bad={'ParticipantDetails': {'ParticipantRole': 'AGENT'}}, missing=NO_CONTACT
    ),
    'connect.StartContactStreaming': Case(
        good=lambda box: {
            **chat(box),
            'ChatStreamingConfiguration': {'StreamingEndpointArn': 'arn:aws:sns:x:1:topic'},
            'ClientToken': str(uuid4()),
        },
        bad={'ChatStreamingConfiguration': {'StreamingEndpointArn': 'arn:aws:sns:x:1:t.fifo'}},
        missing=NO_CONTACT,
    ),
    'connect.StopContactStreaming': Case(
        good=streamed, bad={'StreamingId': LONG}, missing={'StreamingId': NOBODY}
    ),
    'connect.GetCurrentMetricData': Case(
        good=wanting(Filters={'Queues': [ORDERS]}, CurrentMetrics=METRICS, Groupings=['QUEUE']),
        bad={'Filters': {'Queues': [ORDERS] * 101}},
        missing={'Filters': {'Queues': [NOBODY]}},
    ),
    'connect.GetCurrentUserData': Case(
        good=lambda box: {**call(box), 'Filters': {'Agents': [AGENT]}} | {'ContactId': None},
        bad={'Filters': {'Queues': [ORDERS] * 101}},
        missing={'Filters': {'Agents': [NOBODY]}},
    ),
    'connect.GetMetricDataV2': Case(
        good=historical, bad={'Metrics': [{'Name': 'LUCK'}]}, missing={'ResourceArn': 'arn:none'}
    ),
    'connect.ListRealtimeContactAnalysisSegmentsV2': Case(
        good=lambda box: {
            **chat(box),
            'OutputType': 'Raw',
            'SegmentTypes': ['Transcript', 'Event'],
        },
        bad={'OutputType': 'Cooked'},
        missing=NO_CONTACT,
    ),
    'connect-contact-lens.ListRealtimeContactAnalysisSegments': Case(
        good=spoken, bad={'MaxResults': 101}, missing=NO_CONTACT
    ),
    'connectparticipant.CreateParticipantConnection': Case(
        good=lambda box: {
            'ParticipantToken': box.start_chat()['ParticipantToken'],
            'Type': ['WEBSOCKET', 'CONNECTION_CREDENTIALS'],
        },
        bad={'Type': ['WEBRTC_CONNECTION']},
        missing={'ParticipantToken': 'nobody'},
        missing_is=DENIED,
    ),
    'connectparticipant.SendMessage': Case(
        good=lambda box: {**customer(box), 'ContentType': 'text/plain', 'Content': '안녕하세요'},
        bad={'Content': '가' * 5_462},  # 16,386 bytes
        missing=NO_TOKEN,
        missing_is=DENIED,
    ),
    'connectparticipant.SendEvent': Case(
        good=receipt_free, bad={'ContentType': 'text/plain'}, missing=NO_TOKEN, missing_is=DENIED
    ),
    'connectparticipant.GetTranscript': Case(
        good=customer, bad={'MaxResults': 101}, missing=NO_TOKEN, missing_is=DENIED
    ),
    'connectparticipant.StartAttachmentUpload': Case(
        good=upload, bad={'ContentType': 'application/x-sh'}, missing=NO_TOKEN, missing_is=DENIED
    ),
    'connectparticipant.CompleteAttachmentUpload': Case(
        good=uploaded, bad={'AttachmentIds': [NOBODY]}, missing=NO_TOKEN, missing_is=DENIED
    ),
    'connectparticipant.GetAttachment': Case(
        good=completed, bad={'UrlExpiryInSeconds': 4}, missing=NO_TOKEN, missing_is=DENIED
    ),
    'connectparticipant.DisconnectParticipant': Case(
        good=customer, bad={'ClientToken': LONG}, missing=NO_TOKEN, missing_is=DENIED
    ),
    'comprehend.DetectSentiment': Case(
        good=lambda _box: {'Text': '감사합니다', 'LanguageCode': 'ko'}, bad={'LanguageCode': 'kr'}
    ),
    'comprehend.BatchDetectSentiment': Case(
        good=lambda _box: {'TextList': ['감사합니다', '가' * 2_000], 'LanguageCode': 'ko'},
        bad={'LanguageCode': 'kr'},
    ),
}
WITHOUT_GOOD = {'connectparticipant.DescribeView'}  # there are no views


def given(parameters: Parameters) -> Parameters:
    return {name: value for name, value in parameters.items() if value is not None}


@contextmanager
def refused() -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {}
    with pytest.raises(ClientError) as caught:
        yield found
    found['code'], found['status'] = code_of(caught.value)


def test_every_simulated_operation_has_a_case() -> None:
    assert set(CASES) == set(HANDLERS) - WITHOUT_GOOD


@pytest.mark.parametrize('key', CASES)
def test_good_request_is_answered_by_the_model(box: Box, key: str) -> None:
    parameters = given(CASES[key].good(box))

    answer = box.call(key, **parameters)  # checks it against the model

    shape = catalogue().operations[key].model.output_shape
    assert set(answer) <= set(shape.members if shape else {})


@pytest.mark.parametrize('key', CASES)
def test_bad_value_is_refused(box: Box, key: str) -> None:
    parameters = given(CASES[key].good(box) | CASES[key].bad)

    with refused() as error:
        box.unchecked(key, **parameters)

    assert error['code'] in INVALID
    assert error['status'] == 400


@pytest.mark.parametrize('key', [key for key, case in CASES.items() if case.missing])
def test_what_is_not_there_is_not_found(box: Box, key: str) -> None:
    case = CASES[key]
    parameters = given(case.good(box) | (case.missing or {}))

    with refused() as error:
        box.call(key, **parameters)

    assert (error['code'], error['status']) == case.missing_is


@pytest.mark.parametrize('key', CASES)
def test_lacking_parameter_is_refused(box: Box, key: str) -> None:
    shape = catalogue().operations[key].model.input_shape
    assert shape is not None
    in_body = [
        n for n in shape.required_members if not shape.members[n].serialization.get('location')
    ]
    if not in_body:
        return
    parameters = given(CASES[key].good(box))
    del parameters[in_body[0]]

    with refused() as error:
        box.unchecked(key, **parameters)

    assert error['code'] in INVALID
    assert error['status'] == 400


@pytest.mark.parametrize('key', CASES)
def test_too_many_requests_are_throttled(box: Box, key: str) -> None:
    parameters = given(CASES[key].good(box) | CASES[key].bad)
    box.hand('PUT', 'throttles', on=True)
    for _ in range(RATES.get(key, DEFAULT)[1]):
        with refused() as error:
            box.unchecked(key, **parameters)
        assert error['status'] == 400

    with refused() as error:
        box.unchecked(key, **parameters)

    known = catalogue().operations[key].error_names
    expected = 'ThrottlingException'
    if key.startswith('connect.') and expected not in known:
        expected = 'TooManyRequestsException'
    assert (error['code'], error['status']) == (expected, 429)
