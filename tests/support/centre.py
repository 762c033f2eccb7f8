"""A desk that is connected to the sandbox's contact centre."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from desk.sandbox.connect.publishing import AGENT_STREAM, CONTACT_QUEUE
from desk.settings import Settings
from models import Agent, Call, ContactStep
from services.aws.client import AwsPlace
from services.aws.connect_api import ConnectSettings
from services.aws.connection import ConnectConnection, Feeds
from services.registry import Services
from tests.support.sandbox.box import NUMBER, ORDERS_FLOW, Box
from tests.support.until import until

REGION = 'ap-northeast-2'
SOURCE_NUMBER = '+8215880000'
SECONDS = 30.0


def place_of(box: Box) -> AwsPlace:
    """Where the sandbox stands for AWS."""
    endpoints = {'connect': box.url, 'sqs': box.moto_url, 'kinesis': box.moto_url}
    return AwsPlace(region=REGION, endpoints=endpoints)


def connect_settings(box: Box) -> dict[str, str]:
    """Return the settings of a desk that calls the sandbox, and hears of its contacts and agents."""
    return {
        'connect_instance_id': box.instance['InstanceId'],
        'contact_flow_id': ORDERS_FLOW,
        'source_phone_number': SOURCE_NUMBER,
        'aws_endpoint_url_connect': box.url,
        'aws_endpoint_url_sqs': box.moto_url,
        'aws_endpoint_url_kinesis': box.moto_url,
    }


@asynccontextmanager
async def connected_to(box: Box) -> AsyncIterator[ConnectConnection]:
    """A process's way to the sandbox."""
    connection = ConnectConnection.of(
        place_of(box),
        ConnectSettings(
            instance_id=box.instance['InstanceId'],
            contact_flow_id=ORDERS_FLOW,
            source_phone_number=SOURCE_NUMBER,
        ),
        Feeds(contact_queue=CONTACT_QUEUE, agent_stream=AGENT_STREAM, wait_seconds=1),
    )
    yield connection
    await connection.close()  # or its last request would take away the next test's events


async def skip_earlier_agent_events(box: Box, settings: Settings) -> None:
    """Let a desk begin behind what other tests' centres told: their contacts have the same ids."""
    last = await asyncio.to_thread(_last_places, box)
    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    for shard, place in last.items():
        await redis.set(f'{settings.redis_prefix}:connect:agent-events:{shard}', place)
    await redis.aclose()


def _last_places(box: Box) -> dict[str, str]:
    kinesis: Any = box.client('kinesis')
    found = {}
    for shard in kinesis.list_shards(StreamName=AGENT_STREAM)['Shards']:
        at = kinesis.get_shard_iterator(
            StreamName=AGENT_STREAM, ShardId=shard['ShardId'], ShardIteratorType='TRIM_HORIZON'
        )['ShardIterator']
        while records := (answer := kinesis.get_records(ShardIterator=at))['Records']:
            found[shard['ShardId']] = records[-1]['SequenceNumber']
            at = answer['NextShardIterator']
    return found


@dataclass
class Centre:
    """What a test does at Connect, and sees at the desk."""

    box: Box
    services: Services
    boss: Agent

    async def do(self, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Act at the sandbox without stopping the desk's own loop."""
        return await asyncio.to_thread(act, *args, **more)

    async def ring(self, number: str = NUMBER) -> str:
        """A customer calls 주문·배송; the contact's id. As before each act a second passes."""
        await self.do(self.box.advance, 1)
        return str(await self.do(self.box.ring, number=number))

    async def act(self, verb: str, contact_id: str, username: str = 'agent1', **more: Any) -> Any:
        """What an agent does with a contact, a second later."""
        await self.do(self.box.advance, 1)
        return await self.do(self.box.act, verb, contact_id, username, **more)

    async def hang_up(self, contact_id: str) -> None:
        """The customer hangs up, a second later."""
        await self.do(self.box.advance, 1)
        await self.do(self.box.hand, 'POST', f'contacts/{contact_id}/hang-up')

    async def calls(self) -> list[Call]:
        """All calls that the desk knows, the newest first."""
        return list(await self.services.calls.page(self.boss))

    async def call(
        self,
        claim: Callable[[Call], bool | Awaitable[bool]] = lambda _: True,
        *,
        contact_id: str = '',
    ) -> Call:
        """The one call (of a contact), as soon as the claim holds of it."""
        found: list[Call] = []

        async def holds() -> bool:
            found[:] = [
                one for one in await self.calls() if contact_id in ('', one.contact_id or '')
            ]
            if len(found) != 1:
                return False
            held = claim(found[0])
            return held if isinstance(held, bool) else await held

        await until(holds, seconds=SECONDS)
        return found[0]


def kinds(steps: list[ContactStep]) -> list[str]:
    """What happened, in order of time."""
    return [step.kind.value for step in sorted(steps, key=lambda one: (one.at, one.id or 0))]
