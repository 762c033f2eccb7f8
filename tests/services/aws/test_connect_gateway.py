"""The gateway against the sandbox, by real boto3: what it does, what it makes of refusals, and how long it waits."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from desk.errors import (
    ConflictError,
    DeskError,
    InvalidInputError,
    NotFoundError,
    TooManyError,
    UpstreamError,
)
from desk.sandbox.connect.objects import PREFIX
from services.aws import client as aws_client
from services.aws import comprehend
from services.aws.alert_topic import SnsTopic
from services.aws.client import AwsPlace
from services.aws.connect_api import ConnectApi, QuickConnectKind
from services.aws.connection import ConnectConnection
from services.aws.operations import Operation
from services.aws.policy import PolicyPlace, as_file, iam_policy
from services.aws.probes import ask_bucket, ask_topic
from tests.support import objects
from tests.support.readers import ARN
from tests.support.sandbox.box import LUNCH, NUMBER, ORDERS, SUPPORT, Box

pytestmark = pytest.mark.slow

SILENT = '+821099990000'


async def do(act: Callable[..., Any], *args: Any, **more: Any) -> Any:
    return await asyncio.to_thread(act, *args, **more)


async def always(box: Box, operation: str, error: str) -> None:
    """Let an operation fail until further notice."""
    fault = {'operation': operation, 'error': error, 'times': None}
    await do(box.hand, 'POST', 'faults/errors', **fault)


async def talking(box: Box) -> str:
    """A call that agent1 has taken."""
    await do(box.sign_in)
    contact_id = str(await do(box.ring))
    await do(box.act, 'accept', contact_id)
    return contact_id


async def test_one_token_is_one_call(box: Box, connect: ConnectConnection) -> None:
    token = uuid4()

    first = await connect.api.initiate_outbound_call(NUMBER, token=token, attributes={'a': 'b'})
    again = await connect.api.initiate_outbound_call(NUMBER, token=token, attributes={'a': 'b'})
    other = await connect.api.initiate_outbound_call(NUMBER, token=uuid4(), attributes={})

    assert first == again != other
    assert await connect.api.attributes(first) == {'a': 'b'}


async def test_what_is_known_of_a_contact_is_read(box: Box, connect: ConnectConnection) -> None:
    contact_id = await talking(box)
    await connect.api.set_attributes(contact_id, {'order': 'A-1'})
    await do(box.advance, 5)
    await connect.api.stop(contact_id)
    await connect.api.stop(contact_id)  # over already: no error

    facts = await connect.api.contact(contact_id)

    assert (facts.contact_id, facts.root_id, facts.initiation) == (
        contact_id,
        contact_id,
        'INBOUND',
    )
    assert (facts.phone, facts.queue_id, facts.reason) == (NUMBER, ORDERS, 'API')
    assert facts.answered_at is not None
    assert facts.ended_at is not None
    assert (facts.ended_at - facts.answered_at).total_seconds() == 5
    assert await connect.api.attributes(contact_id) == {'order': 'A-1'}


async def test_recording_is_paused_and_resumed(box: Box, connect: ConnectConnection) -> None:
    contact_id = await talking(box)
    with pytest.raises(ConflictError) as refused:
        await connect.api.pause_recording(contact_id, contact_id)
    assert refused.value.key == 'call.not_recorded'
    await do(
        box.connect.start_contact_recording,
        ContactId=contact_id,
        InitialContactId=contact_id,
        VoiceRecordingConfiguration={'VoiceRecordingTrack': 'ALL'},
        **box.instance,
    )

    await connect.api.pause_recording(contact_id, contact_id)
    await connect.api.resume_recording(contact_id, contact_id)
    await connect.api.stop(contact_id)

    assert (await connect.api.contact(contact_id)).recording.endswith(f'{contact_id}.wav')


async def test_supervisor_listens(box: Box, connect: ConnectConnection) -> None:
    contact_id = await talking(box)
    supervisor = await do(box.sign_in, 'supervisor1')

    listening = await connect.api.monitor(contact_id, supervisor, may_barge=True, token=uuid4())

    facts = await connect.api.contact(listening)
    assert (facts.initiation, facts.root_id, facts.user_id) == ('MONITOR', contact_id, supervisor)


async def test_status_is_set_and_what_was_missed_is_cleared(
    box: Box, connect: ConnectConnection
) -> None:
    user_id = await do(box.sign_in)
    contact_id = str(await do(box.ring))
    await do(box.act, 'reject', contact_id)

    await connect.api.set_user_status(user_id, LUNCH)
    await connect.api.dismiss(user_id, contact_id)

    [agent] = [one for one in await do(box.hand, 'GET', 'agents') if one['username'] == 'agent1']
    assert agent['status'] == '점심'
    assert await do(box.stage_with) == {}


async def test_what_is_set_up_is_listed_once_and_remembered(
    box: Box, connect: ConnectConnection
) -> None:
    users, queues = await connect.api.users(), await connect.api.queues()
    statuses, quick = await connect.api.statuses(), await connect.api.quick_connects()
    await always(box, '*', 'InternalServiceException')

    assert await connect.api.users() is users  # nobody was asked again
    assert {'agent1', 'supervisor1'} <= {one.username for one in users}
    assert {one.name for one in queues} == {'주문·배송', '결제·환불', '기술지원'}
    assert '점심' in {one.name for one in statuses}
    assert QuickConnectKind.PHONE_NUMBER in {one.kind for one in quick}


async def test_queues_are_counted_with_ages_in_seconds(
    box: Box, connect: ConnectConnection
) -> None:
    await do(box.ring)
    await do(box.advance, 12)

    counted = {one.queue_id: one.counts for one in await connect.api.queues_now([ORDERS, SUPPORT])}

    assert counted[ORDERS]['CONTACTS_IN_QUEUE'] == 1
    assert counted[ORDERS]['OLDEST_CONTACT_AGE'] == 12
    assert counted[SUPPORT]['CONTACTS_IN_QUEUE'] == 0


REFUSALS = {
    'DestinationNotAllowedException': (InvalidInputError, 'call.destination'),
    'OutboundContactNotPermittedException': (InvalidInputError, 'call.unwanted'),
    'ResourceNotFoundException': (NotFoundError, 'connect.not_found'),
    'InternalServiceException': (UpstreamError, 'connect.away'),
    'LimitExceededException': (TooManyError, 'connect.quota'),
    'InvalidRequestException': (ConflictError, 'connect.refused'),
}


@pytest.mark.parametrize('name', REFUSALS)
async def test_refusals_are_the_desks_own(box: Box, connect: ConnectConnection, name: str) -> None:
    await always(box, 'connect.StartOutboundVoiceContact', name)
    kind, key = REFUSALS[name]

    with pytest.raises(DeskError) as refused:
        await connect.api.initiate_outbound_call(NUMBER, token=uuid4(), attributes={})

    assert (type(refused.value), refused.value.key) == (kind, key)


async def test_passing_fault_is_tried_again_and_is_one_call(
    box: Box, connect: ConnectConnection
) -> None:
    await do(
        box.hand, 'POST', 'faults/errors',
        operation='connect.StartOutboundVoiceContact', error='InternalServiceException', times=2,
    )  # fmt: skip

    contact_id = await connect.api.initiate_outbound_call(NUMBER, token=uuid4(), attributes={})

    assert [one['id'] for one in await do(box.hand, 'GET', 'contacts')] == [contact_id]


async def test_outage_is_asked_a_few_times_and_then_left_alone(
    box: Box, connect: ConnectConnection
) -> None:
    await always(box, '*', 'InternalServiceException')
    for _ in range(5):
        with pytest.raises(UpstreamError):
            await connect.api.attributes(NUMBER)
    await do(box.hand, 'DELETE', 'faults')

    begun = time.monotonic()
    with pytest.raises(UpstreamError):
        await connect.api.attributes(NUMBER)

    assert time.monotonic() - begun < 0.1  # nobody was asked


async def test_nobody_waits_beyond_the_deadline(
    box: Box, connect: ConnectConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect.clients[0], '_deadline_seconds', 0.5)
    await do(box.hand, 'PATCH', 'faults', latency_seconds=2)

    begun = time.monotonic()
    with pytest.raises(UpstreamError):
        await connect.api.attributes(NUMBER)

    assert time.monotonic() - begun < 1.5
    await do(box.hand, 'DELETE', 'faults')


async def test_policy_allows_what_is_called_and_nothing_more(
    box: Box, connect: ConnectConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that the gateway and the feeds can do is done; what reaches the wire is what the policy names."""
    called: set[str] = set()
    make = aws_client.AwsClient._made_client

    def listening(self: aws_client.AwsClient) -> Any:
        client: Any = make(self)
        events = client.meta.events
        events.register('before-call', lambda model, **_: called.add(action_of(model)), 'policy')
        return client

    monkeypatch.setattr(aws_client.AwsClient, '_made_client', listening)
    contact_id = await talking(box)

    place = AwsPlace(region='ap-northeast-2', endpoints={'comprehend': box.url})
    judging = comprehend.at(place, is_stand_in=True)
    sentiments = judging.sentiments(['네'], 'ko')

    there = AwsPlace(region='ap-northeast-2', endpoints={'': box.moto_url})
    topic = SnsTopic(aws_client.AwsClient('sns', there), ARN)
    outside = [ask_bucket(there, 'files'), ask_topic(there, ARN), topic.publish('test', '{}', {})]

    for use in [*uses_of(connect.api, contact_id), *feed_uses(connect), sentiments, *outside]:
        with suppress(ConflictError, NotFoundError):
            await use
    await judging.close()
    await topic.close()
    bucket = objects.bucket_at(f'{box.url}{PREFIX}')
    await bucket.put('a file', b'x', 'text/plain')
    assert await bucket.get('a file') == b'x'
    await bucket.delete(['a file'])
    await bucket.close()

    allowed = {one for part in iam_policy(PolicyPlace())['Statement'] for one in part['Action']}
    assert called == allowed == {one.value for one in Operation}


def uses_of(api: ConnectApi, contact_id: str) -> list[Awaitable[Any]]:
    """One use of each method of the port."""
    uses = {
        'initiate_outbound_call': api.initiate_outbound_call(SILENT, token=uuid4(), attributes={}),
        'contact': api.contact(contact_id),
        'attributes': api.attributes(contact_id),
        'set_attributes': api.set_attributes(contact_id, {'a': 'b'}),
        'pause_recording': api.pause_recording(contact_id, contact_id),
        'resume_recording': api.resume_recording(contact_id, contact_id),
        'monitor': api.monitor(contact_id, 'nobody', may_barge=False, token=uuid4()),
        'set_user_status': api.set_user_status('nobody', LUNCH),
        'dismiss': api.dismiss('nobody', contact_id),
        'users': api.users(),
        'queues': api.queues(),
        'statuses': api.statuses(),
        'quick_connects': api.quick_connects(),
        'queues_now': api.queues_now([ORDERS]),
        'stop': api.stop(contact_id),
    }
    assert set(uses) == {name for name in vars(ConnectApi) if not name.startswith('_')}
    return [forgiving(one) for one in uses.values()]


async def forgiving(use: Awaitable[Any]) -> None:
    """Whether it is refused does not matter."""
    with suppress(DeskError):
        await use


def feed_uses(connect: ConnectConnection) -> list[Awaitable[Any]]:
    async def letters() -> None:
        for letter in await connect.contact_feed.wait():
            await connect.contact_feed.take_out(letter)

    async def records() -> None:
        [shard, *_] = await connect.agent_feed.shards()
        async for _some in connect.agent_feed.records(shard, ''):
            return

    return [letters(), records()]


def action_of(model: Any) -> str:
    return f'{model.service_model.service_name}:{model.name}'


def test_policy_file_is_the_generated_one() -> None:
    file = Path('deploy/iam-policy.json').read_text()

    assert file == as_file(PolicyPlace())
    parts = {part['Sid']: part for part in json.loads(file)['Statement']}
    assert parts['DeskComprehend']['Resource'] == ['*']  # it knows no resources there
    assert parts['DeskConnect']['Resource'] == [
        'arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE_ID',
        'arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE_ID/*',
    ]
