"""Tests of the desk's connections, each with what to mend when it does not answer."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from uuid import uuid4

import structlog
from psycopg import Error as DriverError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from desk.db import Database
from desk.errors import DeskError, NotAllowedError, NotFoundError
from desk.settings import Settings
from models import Agent, AgentRole
from services.aws.client import AwsPlace
from services.aws.comprehend import SentimentApi
from services.aws.connect_api import ConnectApi
from services.aws.probes import ask_bucket, ask_topic
from services.settings.clamd import ask_clamd

log = structlog.get_logger()

Test = Callable[[], Awaitable[object]]
AWAY = 'away'
"""The service did not answer."""
DENIED = 'denied'
"""The service refuses the desk's credentials."""
REFUSED = 'refused'
"""The service answers, and does not know what the settings name."""
BUSY = 'busy'
"""The service answers that it is asked too often."""
FAULTS = {
    'connect.denied': DENIED,
    'connect.refused': REFUSED,
    'connect.busy': BUSY,
    'connect.quota': BUSY,
    'connect.not_found': REFUSED,
    'sso.refused': REFUSED,
    'clamd.refused': REFUSED,
}


class Connection(StrEnum):
    """What the desk is connected to."""

    POSTGRESQL = 'postgresql'
    VALKEY = 'valkey'
    CONNECT = 'connect'
    COMPREHEND = 'comprehend'
    S3 = 's3'
    SNS = 'sns'
    OIDC = 'oidc'
    CLAMD = 'clamd'


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideServices:
    """What the settings name beside what is connected all the time; an empty name is not set up."""

    aws: AwsPlace
    bucket: str = ''
    topic: str = ''
    clamd: str = ''

    @classmethod
    def of(cls, settings: Settings) -> 'OutsideServices':
        """Return what the settings of the process name."""
        return cls(
            aws=AwsPlace(region=settings.aws_region, endpoints=settings.aws_endpoints),
            bucket=settings.files_bucket,
            topic=settings.alerts_topic,
            clamd=settings.clamd_url,
        )

    def tests(self) -> dict[Connection, Test]:
        """Return a test of each that is set up."""
        found: dict[Connection, Test] = {}
        if self.bucket:
            found[Connection.S3] = partial(ask_bucket, self.aws, self.bucket)
        if self.topic:
            found[Connection.SNS] = partial(ask_topic, self.aws, self.topic)
        if self.clamd:
            found[Connection.CLAMD] = partial(ask_clamd, self.clamd)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcome of a test: how long it took, and what was wrong (empty when nothing)."""

    milliseconds: int
    fault: str = ''


class Connections:
    """The connections that are configured. For administrators; all others get ``NotAllowedError``."""

    def __init__(self, tests: Mapping[Connection, Test]) -> None:
        self._tests = tests

    def configured(self, by: Agent) -> list[Connection]:
        """Return the connections that the settings ask for."""
        if by.role is not AgentRole.ADMIN:
            raise NotAllowedError('settings.admins_only')
        return list(self._tests)

    async def test(self, by: Agent, connection: Connection) -> Answer:
        """Ask a service for an answer. Raises ``NotAllowedError``, and ``NotFoundError`` for one that is not configured."""
        if connection not in self.configured(by):
            raise NotFoundError('settings.not_found')
        began, fault = time.monotonic(), ''
        try:
            await self._tests[connection]()
        except (SQLAlchemyError, DriverError, RedisError, OSError, TimeoutError):
            fault = AWAY
        except DeskError as error:
            fault = FAULTS.get(error.key, AWAY)
        if fault:
            log.warning('connection_test_failed', connection=connection.value, fault=fault)
        return Answer(milliseconds=round((time.monotonic() - began) * 1_000), fault=fault)


def configured_tests(
    db: Database, ping: Test, connect: ConnectApi | None, sentiment: SentimentApi | None
) -> dict[Connection, Test]:
    """Return the tests of what is configured; ``ping`` asks Valkey."""
    tests: dict[Connection, Test] = {Connection.POSTGRESQL: db.ping, Connection.VALKEY: ping}
    if connect is not None:
        api = connect

        async def ask_connect() -> None:
            try:
                await api.contact(str(uuid4()))
            except NotFoundError:  # it looked: the instance and the permissions are right
                return

        tests[Connection.CONNECT] = ask_connect
    if sentiment is not None:
        judge = sentiment

        async def ask_comprehend() -> None:
            await judge.sentiments(['연결 확인'], 'ko')

        tests[Connection.COMPREHEND] = ask_comprehend
    return tests
