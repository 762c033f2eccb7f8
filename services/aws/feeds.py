"""Connect's event feeds: contact events from an SQS queue, agent events from a Kinesis data stream."""

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
    """A contact event that stays in its queue until it is taken out."""

    body: str
    receipt: str


class ContactFeed(Protocol):
    """Contact events: delivered at least once, in no order.

    An event that is not taken out comes again.
    """

    async def wait(self) -> Sequence[Letter]:
        """Return the events that have come, at most ten; waits a few seconds for the first."""

    async def take_out(self, letter: Letter) -> None:
        """Remove a processed event from the queue, so that it does not come again."""


@dataclass(frozen=True, slots=True)
class Record:
    """An agent event, and its position in its shard."""

    data: bytes
    place: str


class AgentFeed(Protocol):
    """Agent events, kept for a day: one process reads them, from the position where the last one stopped."""

    async def shards(self) -> Sequence[str]:
        """Return the names of the stream's shards."""

    def records(self, shard: str, after: str) -> AsyncIterator[Sequence[Record]]:
        """Yield a shard's records after a position (the whole day when it is empty), endlessly."""


class SqsContactFeed(ContactFeed):
    """The SQS queue that an EventBridge rule fills with contact events."""

    def __init__(self, client: AwsClient, queue: str, *, wait_seconds: int = WAIT_SECONDS) -> None:
        """Read a queue, given by name or URL; a request waits at most ``wait_seconds``."""
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
    """The Kinesis data stream of agent events."""

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
