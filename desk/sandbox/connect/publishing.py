"""Publishes events: contact events to SQS, agent events to Kinesis, chats to SNS, in AWS's wire formats.

Some events are lost, late or repeated on purpose (``Faults.events``), the same ones for the same
seed. While moto is away events are dropped: AWS's own delivery is best effort too.

moto scans all messages of a queue whenever one is sent, so an unread queue would slow down the
whole simulator. At most ``WINDOW`` unread messages are in it at a time; the rest waits here, the
newest ``MAX_UNREAD``.
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from desk.sandbox.connect.aws.operations.items import item_words
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.faults import EventFaults
from desk.sandbox.connect.seed import AGENT_STREAM, CONTACT_QUEUE
from desk.sandbox.connect.world.events import Event, Json
from desk.sandbox.connect.world.room import Item, Room

log = structlog.get_logger()

MAX_WAITING = 50_000
MAX_BATCH = 200
LOOK_SECONDS = 0.1  # how often late events and the queue's length are checked
WINDOW, MAX_UNREAD = 20, 10_000
CONTACT, AGENT = 'contact', 'agent'
AT_ONCE = {CONTACT: 10, AGENT: 100}  # SQS and Kinesis accept several at once


UNHARMED = EventFaults()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One event with its destination."""

    to: str
    body: Json
    key: str = ''
    attributes: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None
    how: EventFaults = UNHARMED  # the faults of events when it was written
    world: object = field(default=None, compare=False, repr=False)  # which centre tells it


class Disorder:
    """Loses, delays and repeats letters, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self._late: list[tuple[datetime, Letter]] = []

    @property
    def holds_back(self) -> bool:
        """Whether delayed letters remain."""
        return bool(self._late)

    def forget(self) -> None:
        """Drop all delayed letters."""
        self._late.clear()

    def mixed(self, letters: list[Letter], now: datetime) -> list[Letter]:
        """Return the letters to send now, some repeated, with due delayed ones at the end."""
        told: list[Letter] = []
        for letter in letters:
            how = letter.how
            drawn, again = self._random.random(), self._random.random() < how.repeated
            if drawn < how.lost:
                continue
            if drawn < how.lost + how.late:
                self._late.append((now + timedelta(seconds=how.late_seconds), letter))
            else:
                told.extend([letter] * (2 if again else 1))
        return told + self._due(now)

    def _due(self, now: datetime) -> list[Letter]:
        due = [letter for at, letter in self._late if at <= now]
        self._late = [(at, letter) for at, letter in self._late if at > now]
        return due


class Publisher:
    """Sends a centre's events to moto (or any AWS endpoint at the address)."""

    def __init__(self, centre: Centre, endpoint_url: str, *, seed: int = 0) -> None:
        self._centre = centre
        self._letters: asyncio.Queue[Letter] = asyncio.Queue(MAX_WAITING)
        self._disorder = Disorder(seed)
        self._endpoint_url = endpoint_url
        self._clients: dict[str, Any] = {}
        self._queue_url = ''
        self._unread: deque[Letter] = deque(maxlen=MAX_UNREAD)
        self._room = 0  # free places in the queue
        self._sending = asyncio.Lock()
        self.told_listeners: list[Callable[[list[datetime]], None]] = []
        centre.event_listeners.append(self._hear_event)
        centre.item_listeners.append(self._hear_item)
        centre.settling.append(self.settle)

    def prepare(self) -> None:
        """Create the queue and the stream for events. Blocks; call it before serving."""
        self._queue_url = self._client('sqs').create_queue(QueueName=CONTACT_QUEUE)['QueueUrl']
        kinesis = self._client('kinesis')
        if AGENT_STREAM not in kinesis.list_streams()['StreamNames']:
            kinesis.create_stream(StreamName=AGENT_STREAM, ShardCount=1)

    async def carry(self) -> None:
        """Send letters, until cancelled."""
        world = self._centre.world
        while True:
            letters = await self._next()
            if world is not self._centre.world:  # another centre's letters have no readers
                world = self._centre.world
                self._unread.clear()
                self._disorder.forget()
            letters = [letter for letter in letters if letter.world is world]
            mixed = self._disorder.mixed(letters, self._centre.clock.now())
            self._unread.extend(letter for letter in mixed if letter.to == CONTACT)
            others = [letter for letter in mixed if letter.to != CONTACT]
            if others or self._unread:
                async with self._sending:
                    told = await asyncio.to_thread(self._send_now, others)
                for listener in self.told_listeners:
                    listener([letter.at for letter in told if letter.at])

    async def settle(self) -> None:
        """Wait until what is being sent has been sent: after a fresh start it would be another centre's."""
        async with self._sending:
            return

    async def _next(self) -> list[Letter]:
        """Wait for letters, at most until delayed ones must be checked."""
        try:
            looks = self._disorder.holds_back or self._unread
            async with asyncio.timeout(LOOK_SECONDS if looks else None):
                letters = [await self._letters.get()]
        except TimeoutError:
            return []
        while not self._letters.empty() and len(letters) < MAX_BATCH:
            letters.append(self._letters.get_nowait())
        return letters

    def _hear_event(self, event: Event) -> None:
        now = self._centre.world.now
        self._put(Letter(to=event.kind, body=event.body, key=event.subject_id, at=now))

    def _hear_item(self, room: Room, item: Item) -> None:
        state = self._centre.world.state
        body = item_words(state, item) | {'InitialContactId': room.id}
        attributes = {
            'InitialContactId': room.id,
            'ContactId': item.contact_id,
            'ParticipantRole': item.role.value,
            'InstanceId': state.instance.id,
            'AccountId': state.instance.account,
            'Type': 'MESSAGE' if item.type.value == 'MESSAGE' else 'EVENT',
            'ContentType': item.content_type,
            'MessageVisibility': 'ALL',
        }
        for stream in room.streams:
            self._put(Letter(to=stream.topic_arn, body=body, attributes=attributes))

    def _put(self, letter: Letter) -> None:
        if not self._letters.full():
            how, world = self._centre.faults.events, self._centre.world
            self._letters.put_nowait(replace(letter, how=how, world=world))

    def _send_now(self, others: list[Letter]) -> list[Letter]:
        """Send these, and as many unread ones as there is room for; return the sent ones."""
        if self._unread and self._room < 1:
            self._room = WINDOW - self._in_queue()
        count = max(0, min(self._room, len(self._unread), MAX_BATCH))
        letters = others + [self._unread.popleft() for _ in range(count)]
        self._room -= count
        self._send_all(letters)
        return letters

    def _in_queue(self) -> int:
        """Return the number of unread messages in the queue."""
        name = 'ApproximateNumberOfMessages'
        try:
            answer = self._client('sqs').get_queue_attributes(
                QueueUrl=self._queue_url, AttributeNames=[name]
            )
        except (BotoCoreError, ClientError):
            return 0  # moto is away, so messages are lost
        return int(answer['Attributes'][name])

    def _send_all(self, letters: list[Letter]) -> None:
        """Send letters to each destination in order, in the largest batches."""
        by_receiver = sorted(letters, key=lambda letter: letter.to)
        for to, same in groupby(by_receiver, key=lambda letter: letter.to):
            waiting = list(same)
            size = AT_ONCE.get(to, 1)
            for start in range(0, len(waiting), size):
                try:
                    self._send(to, waiting[start : start + size])
                except (BotoCoreError, ClientError) as error:
                    log.warning('sandbox_events_lost', to=to, error=type(error).__name__)

    def _send(self, to: str, letters: list[Letter]) -> None:
        if to == CONTACT:
            entries = [{'Id': str(n), 'MessageBody': _text(each)} for n, each in enumerate(letters)]
            self._client('sqs').send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        elif to == AGENT:
            records = [{'Data': _text(e).encode(), 'PartitionKey': e.key} for e in letters]
            self._client('kinesis').put_records(StreamName=AGENT_STREAM, Records=records)
        else:
            for letter in letters:
                self._client('sns').publish(
                    TopicArn=to,
                    Message=_text(letter),
                    MessageAttributes={
                        name: {'DataType': 'String', 'StringValue': value}
                        for name, value in letter.attributes.items()
                    },
                )

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = Session().create_client(
                service,
                region_name=self._centre.world.state.instance.region,
                endpoint_url=self._endpoint_url,
                aws_access_key_id='sandbox',
                aws_secret_access_key='sandbox',  # noqa: S106 - moto requires one
                config=Config(connect_timeout=2, read_timeout=5, retries={'total_max_attempts': 1}),
            )
        return self._clients[service]


def _text(letter: Letter) -> str:
    return json.dumps(letter.body, ensure_ascii=False)
