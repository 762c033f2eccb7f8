"""What one process holds: its connections, and the services that are built on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from desk.db import Database
from desk.events import Topics
from desk.redis_client import redis_client
from desk.settings import Settings
from desk.stream import EventStream
from services import assembly
from services.alerting.setup import AlertSetup
from services.aws.connection import ConnectConnection, connection_for
from services.calls.dial_rules import QuietHours
from services.files.intake import FileSetup
from services.identity.setup import IdentitySetup
from services.registry import Services
from services.sentiment.setup import SentimentSetup
from services.settings.connections import OutsideServices


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResources:
    """Hold one process's connections and the services that use them. Creating it opens nothing."""

    db: Database
    redis: 'Redis'
    stream: EventStream
    services: Services
    connect: ConnectConnection | None

    @classmethod
    def of(cls, settings: Settings, *, has_softphone: bool = False) -> 'ProcessResources':
        """Create the connections and services that the settings ask for."""
        db = Database(
            settings.database_url,
            pool_size=settings.pool_size,
            pool_overflow=settings.pool_overflow,
        )
        redis = redis_client(settings.redis_url)
        topics = Topics()
        stream = EventStream(redis, topics, prefix=settings.redis_prefix)
        connect = connection_for(settings)
        services = assembly.assemble(
            db,
            topics,
            stream,
            redis=redis,
            jwt_secret=settings.jwt_secret_key.get_secret_value(),
            session_hours=settings.session_hours,
            sentiment=SentimentSetup.of(settings),
            connect=connect,
            quiet_hours=QuietHours.of(settings.quiet_hours),
            has_softphone=has_softphone,
            identity=IdentitySetup.of(settings),
            outside=OutsideServices.of(settings),
            files=FileSetup.of(settings),
            alerts=AlertSetup.of(settings),
        )
        return cls(db=db, redis=redis, stream=stream, services=services, connect=connect)

    async def close(self) -> None:
        """Close every connection."""
        services = self.services
        for one in (
            self.connect,
            services.files,
            services.alert_deliveries,
            services.sentiment_judge,
            services.single_sign_on,
        ):
            if one is not None:
                await one.close()
        await self.redis.aclose()
        await self.db.close()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[ProcessResources]:
    """Give a command the connections and services, and close them after it."""
    resources = ProcessResources.of(settings)
    try:
        yield resources
    finally:
        await resources.close()
