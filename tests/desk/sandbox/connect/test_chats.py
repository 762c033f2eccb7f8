"""Chats by connectparticipant's REST and by the aws/chat WebSocket."""

import asyncio
import json
from typing import Any
from urllib.request import urlopen

import pytest
import websockets
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from tests.support.sandbox.box import Box, code_of

EVENT = 'application/vnd.amazonaws.connect.event.'


class Talk:
    """A chat that agent1 has taken: tokens of both."""

    def __init__(self, box: Box) -> None:
        box.sign_in(auto_accept=True)
        started = box.start_chat()
        self.box = box
        self.contact_id = str(started['ContactId'])
        self.customer_participant = str(started['ParticipantToken'])
        self.customer = box.token_of(self.customer_participant)
        self.agent = box.token_of(box.act('token', self.contact_id)['token'])

    def say(self, token: str, text: str) -> str:
        return str(
            self.box.chat.send_message(
                ConnectionToken=token, ContentType='text/plain', Content=text
            )['Id']
        )

    def lines(self, token: str, **how: Any) -> list[dict[str, Any]]:
        return list(
            self.box.call(
                'connectparticipant.GetTranscript',
                ConnectionToken=token,
                **{'SortOrder': 'ASCENDING', 'MaxResults': 100, **how},
            )['Transcript']
        )

    def socket(self, participant_token: str) -> Any:
        answer = self.box.chat.create_participant_connection(
            ParticipantToken=participant_token, Type=['WEBSOCKET']
        )
        return websockets.connect(answer['Websocket']['Url'])


@pytest.fixture
def talk(box: Box) -> Talk:
    return Talk(box)


async def read_until(socket: Any, topic: str, **wanted: str) -> dict[str, Any]:
    """Read frames until one of a topic has the wanted members."""
    async with asyncio.timeout(5):
        while True:
            frame = json.loads(await socket.recv())
            content = frame.get('content')
            words = json.loads(content) if topic == 'aws/chat' and content else {}
            if frame['topic'] == topic and wanted.items() <= words.items():
                return dict(words or frame)


async def all_until(socket: Any, **wanted: str) -> list[dict[str, Any]]:
    """Read what is told of a chat, up to the first that has the wanted members."""
    heard: list[dict[str, Any]] = []
    while not heard or not wanted.items() <= heard[-1].items():
        heard.append(await read_until(socket, 'aws/chat'))
    return heard


async def subscribe(socket: Any) -> None:
    await socket.send(json.dumps({'topic': 'aws/subscribe', 'content': {'topics': ['aws/chat']}}))
    answer = await read_until(socket, 'aws/subscribe')
    assert answer['content'] == {'status': 'success', 'topics': ['aws/chat']}


def test_both_read_what_both_wrote_in_order(talk: Talk) -> None:
    talk.say(talk.customer, '안녕하세요')
    talk.say(talk.agent, '무엇을 도와드릴까요?')

    lines = talk.lines(talk.customer)

    assert [(line['Type'], line['ParticipantRole']) for line in lines] == [
        ('EVENT', 'AGENT'),
        ('EVENT', 'CUSTOMER'),
        ('MESSAGE', 'CUSTOMER'),
        ('MESSAGE', 'AGENT'),
    ]
    assert lines[3]['DisplayName'] == '김서연'
    assert lines == talk.lines(talk.agent)


def test_transcript_is_read_from_any_place(talk: Talk) -> None:
    ids = [talk.say(talk.customer, f'{number}번째') for number in range(5)]

    newest = talk.lines(talk.agent, MaxResults=2, SortOrder='DESCENDING')
    after = talk.lines(talk.agent, StartPosition={'Id': ids[2]}, ScanDirection='FORWARD')
    onward = talk.lines(talk.agent, StartPosition={'Id': ids[3]})
    before = talk.lines(
        talk.agent, StartPosition={'Id': ids[1]}, ScanDirection='BACKWARD', MaxResults=2
    )

    assert [line['Id'] for line in newest] == [ids[4], ids[3]]
    assert [line['Id'] for line in after] == ids[2:]
    assert [line['Id'] for line in onward] == ids[3:]  # forward, once a place is named
    assert [line['Id'] for line in before] == ids[:2]


@pytest.mark.parametrize('position', [{}, {'StartPosition': {}}])
def test_future_is_no_place_to_read_a_transcript_from(position: dict[str, Any], talk: Talk) -> None:
    """chatjs#19 (the vendor, 2020-06), and the library's own documentation."""
    with pytest.raises(ClientError) as error:
        talk.lines(talk.customer, ScanDirection='FORWARD', **position)

    assert code_of(error.value) == ('ValidationException', 400)


@pytest.mark.parametrize('direction', ['BACKWARD', 'FORWARD'])
def test_pages_of_a_transcript_hold_each_line_once_while_it_grows(
    direction: str, talk: Talk
) -> None:
    ids = [talk.say(talk.customer, f'{number}번째') for number in range(5)]
    place = {'StartPosition': {'Id': ids[0]}} if direction == 'FORWARD' else {}
    how = {'ConnectionToken': talk.agent, 'MaxResults': 2, 'ScanDirection': direction, **place}

    found: list[str] = []
    page = talk.box.call('connectparticipant.GetTranscript', **how)
    while page['Transcript']:
        ordered = sorted(page['Transcript'], key=lambda line: str(line['AbsoluteTime']))
        found += [line['Id'] for line in ordered if line['Type'] == 'MESSAGE']
        if 'NextToken' not in page:
            break
        ids += [talk.say(talk.agent, '사이에')] if len(ids) < 8 else []
        page = talk.box.call('connectparticipant.GetTranscript', NextToken=page['NextToken'], **how)

    assert len(found) == len(set(found))
    assert set(found) == set(ids[:5] if direction == 'BACKWARD' else ids)


def test_page_of_another_transcript_is_refused(talk: Talk) -> None:
    with pytest.raises(ClientError) as error:
        talk.lines(talk.agent, NextToken='of nobody')

    assert code_of(error.value) == ('ValidationException', 400)


def test_receipts_are_kept_and_refused_under_supervision(talk: Talk) -> None:
    message_id = talk.say(talk.customer, '읽으셨나요?')
    receipt = {
        'ConnectionToken': talk.agent,
        'ContentType': f'{EVENT}message.read',
        'Content': json.dumps({'messageId': message_id}),
    }
    talk.box.chat.send_event(**receipt)
    [line] = [line for line in talk.lines(talk.customer) if line['Id'] == message_id]
    assert line['MessageMetadata']['Receipts'][0]['ReadTimestamp']

    supervisor = talk.box.sign_in('supervisor1')
    talk.box.connect.monitor_contact(
        ContactId=talk.contact_id, UserId=supervisor, **talk.box.instance
    )
    with pytest.raises(ClientError) as error:
        talk.box.chat.send_event(**receipt)

    assert code_of(error.value) == ('ConflictException', 409)


def test_file_goes_from_customer_to_agent(talk: Talk) -> None:
    content = '영수증'.encode()
    started = talk.box.chat.start_attachment_upload(
        ConnectionToken=talk.customer,
        ContentType='text/plain',
        AttachmentSizeInBytes=len(content),
        AttachmentName='영수증.txt',
        ClientToken='one',
    )
    talk.box.put(started['UploadMetadata'], content)
    talk.box.chat.complete_attachment_upload(
        ConnectionToken=talk.customer, AttachmentIds=[started['AttachmentId']], ClientToken='two'
    )

    line = talk.lines(talk.agent)[-1]
    url = talk.box.chat.get_attachment(
        ConnectionToken=talk.agent, AttachmentId=started['AttachmentId']
    )['Url']

    assert line['Type'] == 'ATTACHMENT'
    assert line['Attachments'][0]['AttachmentName'] == '영수증.txt'
    with urlopen(url, timeout=5) as response:
        assert response.read() == content


def test_customer_who_leaves_ends_the_chat_and_every_token(talk: Talk) -> None:
    talk.box.chat.disconnect_participant(ConnectionToken=talk.customer)

    with pytest.raises(ClientError) as error:
        talk.say(talk.agent, '여보세요?')

    assert code_of(error.value) == ('AccessDeniedException', 403)
    assert talk.box.stage_with() == {talk.contact_id: 'ENDED'}


def test_customer_who_never_comes_has_no_chat_after_five_minutes(box: Box) -> None:
    contact_id = box.start_chat()['ContactId']

    box.advance(300)

    contact = box.connect.describe_contact(ContactId=contact_id, **box.instance)['Contact']
    assert contact['DisconnectReason'] == 'EXPIRED'


def test_transfer_keeps_the_room_and_changes_the_contact(talk: Talk) -> None:
    talk.say(talk.customer, '결제 문의예요')
    talk.box.sign_in('agent4', auto_accept=True)
    queue = talk.box.connect.list_queues(QueueTypes=['STANDARD'], **talk.box.instance)
    [queue_id] = [q['Id'] for q in queue['QueueSummaryList'] if q['Name'] == '결제·환불']

    new_id = talk.box.act('transfer', talk.contact_id, type='queue', queue_id=queue_id)['id']

    assert talk.box.stage_with() == {talk.contact_id: 'ENDED'}
    assert talk.box.stage_with('agent4') == {new_id: 'CONNECTED'}
    lines = talk.lines(talk.customer)
    assert '결제 문의예요' in [line.get('Content') for line in lines]
    assert lines[-1]['ContactId'] == new_id
    moved = next(line for line in lines if line['ContentType'] == f'{EVENT}transfer.succeeded')
    assert set(moved) == {'Id', 'AbsoluteTime', 'Type', 'ContentType', 'ContactId'}  # nobody's


async def test_only_who_transfers_is_told_that_it_succeeded(talk: Talk) -> None:
    """chatjs#241 (the vendor, 2024-11)."""
    to = {'type': 'agent', 'user_id': talk.box.sign_in('agent2')}
    own = talk.box.act('token', talk.contact_id)['token']
    async with talk.socket(own) as agent, talk.socket(talk.customer_participant) as customer:
        await subscribe(agent)
        await subscribe(customer)

        await asyncio.to_thread(lambda: talk.box.act('transfer', talk.contact_id, **to))
        told = await read_until(agent, 'aws/chat', ContentType=f'{EVENT}transfer.succeeded')
        await asyncio.to_thread(talk.say, talk.customer, '아직 계신가요?')
        heard = await all_until(customer, Type='MESSAGE')

    assert told['Type'] == 'EVENT'
    assert 'ParticipantId' not in told
    assert [each['ContentType'] for each in heard] == [f'{EVENT}participant.left', 'text/plain']


def test_chat_is_started_connected_and_streamed_in_one_request(box: Box) -> None:
    topic = box.client('sns').create_topic(Name='at-once')['TopicArn']

    started = box.start_chat(
        ConnectionTypes=['CONNECTION_CREDENTIALS', 'WEBSOCKET'],
        ChatStreamingConfiguration={'StreamingEndpointArn': topic},
        InitialMessage={'ContentType': 'text/plain', 'Content': '첫 마디'},
    )

    token = started['ConnectionCredentials']['ConnectionToken']
    [line] = box.chat.get_transcript(ConnectionToken=token)['Transcript']
    assert line['Content'] == '첫 마디'
    assert started['Websocket']['Url'].startswith('ws://127.0.0.1:')
    contact = {'ContactId': started['ContactId'], **box.instance}
    box.connect.stop_contact_streaming(StreamingId=started['StreamingId'], **contact)


def test_participant_service_needs_no_credentials(talk: Talk) -> None:
    unsigned = talk.box.client('connectparticipant', signature_version=UNSIGNED)

    sent = unsigned.send_message(
        ConnectionToken=talk.customer, ContentType='text/plain', Content='서명 없이'
    )

    assert sent['Id'] == talk.lines(talk.agent)[-1]['Id']


def test_custom_participant_gives_way_to_an_agent(box: Box) -> None:
    started = box.start_chat()
    contact = {'ContactId': started['ContactId'], **box.instance}
    topic = box.client('sns').create_topic(Name='bots')['TopicArn']
    box.connect.start_contact_streaming(
        ChatStreamingConfiguration={'StreamingEndpointArn': topic}, ClientToken='one', **contact
    )
    made = box.connect.create_participant(
        ParticipantDetails={'ParticipantRole': 'CUSTOM_BOT', 'DisplayName': '챗봇'}, **contact
    )
    token = box.token_of(made['ParticipantCredentials']['ParticipantToken'])
    box.chat.send_message(ConnectionToken=token, ContentType='text/plain', Content='챗봇이에요')

    box.sign_in(auto_accept=True)

    with pytest.raises(ClientError) as error:
        box.chat.send_message(ConnectionToken=token, ContentType='text/plain', Content='아직')
    assert code_of(error.value) == ('AccessDeniedException', 403)


async def test_socket_tells_what_is_said_typed_and_read(talk: Talk) -> None:
    async with talk.socket(talk.customer_participant) as socket:
        await subscribe(socket)

        message_id = await asyncio.to_thread(talk.say, talk.agent, '반갑습니다')
        said = await read_until(socket, 'aws/chat', Type='MESSAGE')
        typing = {'ConnectionToken': talk.agent, 'ContentType': f'{EVENT}typing'}
        await asyncio.to_thread(lambda: talk.box.chat.send_event(**typing))
        typed = await read_until(socket, 'aws/chat', ContentType=f'{EVENT}typing')
        mine = await asyncio.to_thread(talk.say, talk.customer, '읽어 주세요')
        read = {
            'ConnectionToken': talk.agent,
            'ContentType': f'{EVENT}message.read',
            'Content': json.dumps({'messageId': mine}),
        }
        await asyncio.to_thread(lambda: talk.box.chat.send_event(**read))
        receipt = await read_until(socket, 'aws/chat', Type='MESSAGEMETADATA')

    assert (said['Id'], said['Content']) == (message_id, '반갑습니다')
    assert typed['ParticipantRole'] == 'AGENT'
    assert receipt['MessageMetadata']['MessageId'] == mine


async def test_socket_answers_heartbeats_and_tells_the_end(talk: Talk) -> None:
    async with talk.socket(talk.customer_participant) as socket:
        await subscribe(socket)
        await socket.send(json.dumps({'topic': 'aws/heartbeat'}))
        await socket.send('not json')
        beat = await read_until(socket, 'aws/heartbeat')

        await asyncio.to_thread(
            lambda: talk.box.connect.stop_contact(ContactId=talk.contact_id, **talk.box.instance)
        )
        ended = await read_until(socket, 'aws/chat', ContentType=f'{EVENT}chat.ended')

    assert beat['topic'] == 'aws/heartbeat'
    assert ended['InitialContactId'] == talk.contact_id


async def test_socket_of_nobody_is_refused(box: Box) -> None:
    url = box.url.replace('http', 'ws') + '/participant/socket?token=nobody'

    with pytest.raises(websockets.InvalidStatus) as error:
        async with websockets.connect(url):
            pass

    assert error.value.response.status_code == 403


async def test_reader_comes_back_and_misses_nothing(talk: Talk) -> None:
    async with talk.socket(talk.customer_participant) as socket:
        await subscribe(socket)
    missed = talk.say(talk.agent, '끊긴 사이에')

    async with talk.socket(talk.customer_participant) as socket:
        await subscribe(socket)
        caught_up = talk.lines(talk.customer)[-1]
        later = await asyncio.to_thread(talk.say, talk.agent, '다시 만나서')
        heard = await read_until(socket, 'aws/chat', Type='MESSAGE')

    assert caught_up['Id'] == missed
    assert heard['Id'] == later


async def test_cut_socket_is_closed_and_may_come_back(talk: Talk) -> None:
    async with talk.socket(talk.customer_participant) as socket:
        await subscribe(socket)

        await asyncio.to_thread(talk.box.hand, 'DELETE', 'sockets')

        async with asyncio.timeout(5):
            with pytest.raises(websockets.ConnectionClosed) as error:
                await socket.recv()
    assert error.value.rcvd is not None
    assert error.value.rcvd.code == 1012
    async with talk.socket(talk.customer_participant) as socket:
        await subscribe(socket)


async def test_participant_has_five_sockets_at_most(talk: Talk) -> None:
    sockets = [await talk.socket(talk.customer_participant) for _ in range(5)]

    with pytest.raises(websockets.InvalidStatus):
        await talk.socket(talk.customer_participant)

    for socket in sockets:
        await socket.close()
