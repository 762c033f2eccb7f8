"""Where Connect tells what happens: contact events in a queue of SQS, agent events in a data stream of Kinesis."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from typing_extensions import override

from services.aws.client import AwsClient
from services.aws.operations import Operation

MESSAGES_AT_ONCE = 10  # SQS
WAIT_SECONDS = 5
RECORDS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A contact event that waits until it is taken out of its queue."""

    body: str
    receipt: str


class ContactFeed(Protocol):
    """Contact events: at least once, in no order. What is not taken out comes again."""

    async def wait(self) -> Sequence[Letter]:
        """Return what has come, at most ten; waits a few seconds for the first."""

    async def take_out(self, letter: Letter) -> None:
        """Let an event that was dealt with not come again."""


@dataclass(frozen=True, slots=True)
class Record:
    """An agent event, and its place in its shard."""

    data: bytes
    place: str


class AgentFeed(Protocol):
    """Agent events, kept for a day: read by one process, from the place where the one before it stopped."""

    async def shards(self) -> Sequence[str]:
        """Return the names of the stream's shards."""

    def records(self, shard: str, after: str) -> AsyncIterator[Sequence[Record]]:
        """Return what a shard holds behind a place (the whole day when it is empty), again and again, for ever."""


class SqsContactFeed(ContactFeed):
    """The queue that a rule of EventBridge brings contact events to."""

    def __init__(self, client: AwsClient, queue: str, *, wait_seconds: int = WAIT_SECONDS) -> None:
        """Read a queue, named by its name or its address; one request waits for so long."""
        self._client = client
        self._queue = queue
        self._wait_seconds = wait_seconds
        self._address = queue if queue.startswith('http') else ''

    @override
    async def wait(self) -> Sequence[Letter]:
        answer = await self._client.call(
            Operation.RECEIVE_EVENTS,
            QueueUrl=await self._queue_address(),
            MaxNumberOfMessages=MESSAGES_AT_ONCE,
            WaitTimeSeconds=self._wait_seconds,
        )
        return [Letter(one['Body'], one['ReceiptHandle']) for one in answer.get('Messages', ())]

    @override
    async def take_out(self, letter: Letter) -> None:
        await self._client.call(
            Operation.DELETE_EVENT,
            QueueUrl=await self._queue_address(),
            ReceiptHandle=letter.receipt,
        )

    async def _queue_address(self) -> str:
        if not self._address:
            answer = await self._client.call(Operation.QUEUE_ADDRESS, QueueName=self._queue)
            self._address = str(answer['QueueUrl'])
        return self._address


class KinesisAgentFeed(AgentFeed):
    """The data stream of agent events."""

    def __init__(self, client: AwsClient, stream: str) -> None:
        self._client = client
        self._stream = {'StreamName': stream}

    @override
    async def shards(self) -> Sequence[str]:
        answer = await self._client.call(Operation.LIST_SHARDS, **self._stream)
        return [str(one['ShardId']) for one in answer['Shards']]

    @override
    async def records(self, shard: str, after: str) -> AsyncIterator[Sequence[Record]]:
        start: dict[str, Any] = {'ShardIteratorType': 'TRIM_HORIZON'}
        if after:
            start = {
                'ShardIteratorType': 'AFTER_SEQUENCE_NUMBER',
                'StartingSequenceNumber': after,
            }
        answer = await self._client.call(
            Operation.SHARD_PLACE, ShardId=shard, **self._stream, **start
        )
        place = answer['ShardIterator']
        while place:
            answer = await self._client.call(
                Operation.READ_SHARD, ShardIterator=place, Limit=RECORDS_AT_ONCE
            )
            yield [Record(one['Data'], one['SequenceNumber']) for one in answer['Records']]
            place = answer.get('NextShardIterator')
