"""All AWS connections of one process, built from the settings."""

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
    """The sources of Connect's events: an SQS queue by name or URL, a Kinesis stream by name."""

    contact_queue: str
    agent_stream: str
    wait_seconds: int = WAIT_SECONDS
    """How long a request waits for contact events; also the longest that it delays the end of the
    process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectConnection:
    """One Connect instance: its API and its event feeds."""

    api: ConnectApi
    contact_feed: ContactFeed
    agent_feed: AgentFeed
    clients: tuple[AwsClient, ...]

    @classmethod
    def of(cls, place: AwsPlace, settings: ConnectSettings, feeds: Feeds) -> 'ConnectConnection':
        """Build the connection; opens nothing."""
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
        """Close all threads and connections, once their pending calls return."""
        await asyncio.gather(*(client.close() for client in self.clients))


def connection_for(settings: Settings) -> ConnectConnection | None:
    """Return the connection to Amazon Connect, or ``None`` when no instance is configured.

    Opens nothing.
    """
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
