"""Everything of AWS that one process uses, put together out of the settings."""

import asyncio
from dataclasses import dataclass

from desk.settings import Settings
from services.aws.breaker import CircuitBreaker
from services.aws.client import AwsClient, AwsPlace
from services.aws.connect_api import ConnectApi, ConnectSettings
from services.aws.connect_gateway import ConnectGateway
from services.aws.feeds import (
    WAIT_SECONDS,
    AgentFeed,
    ContactFeed,
    KinesisAgentFeed,
    SqsContactFeed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """Where Connect's events come from: a queue of SQS by name or address, a stream of Kinesis by name."""

    contact_queue: str
    agent_stream: str
    wait_seconds: int = WAIT_SECONDS
    """So long one request waits for a contact event, and so long the end of the process for the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectConnection:
    """One instance of Connect, as this process speaks with it and hears of it."""

    api: ConnectApi
    contact_feed: ContactFeed
    agent_feed: AgentFeed
    clients: tuple[AwsClient, ...]

    @classmethod
    def of(cls, place: AwsPlace, settings: ConnectSettings, feeds: Feeds) -> 'ConnectConnection':
        """Put it together; opens nothing."""
        connect = AwsClient('connect', place, breaker=CircuitBreaker())
        sqs = AwsClient('sqs', place, read_seconds=feeds.wait_seconds + 5.0)
        kinesis = AwsClient('kinesis', place)
        return cls(
            api=ConnectGateway(connect, settings),
            contact_feed=SqsContactFeed(sqs, feeds.contact_queue, wait_seconds=feeds.wait_seconds),
            agent_feed=KinesisAgentFeed(kinesis, feeds.agent_stream),
            clients=(connect, sqs, kinesis),
        )

    async def close(self) -> None:
        """Let go of all threads and connections, as soon as what they wait for is there."""
        await asyncio.gather(*(client.close() for client in self.clients))


def connection_for(settings: Settings) -> ConnectConnection | None:
    """Return a process's way to Amazon Connect; nothing where no instance is set up. Opens nothing."""
    if not settings.has_voice:
        return None
    return ConnectConnection.of(
        AwsPlace(region=settings.aws_region, endpoints=settings.aws_endpoints),
        ConnectSettings(
            instance_id=settings.connect_instance_id,
            contact_flow_id=settings.contact_flow_id,
            source_phone_number=settings.source_phone_number,
        ),
        Feeds(
            contact_queue=settings.contact_events_queue, agent_stream=settings.agent_events_stream
        ),
    )
