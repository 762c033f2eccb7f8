"""What is said of S3, SNS, the single sign-on provider and clamd, when they are there, wrong, or away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import boto3
import pytest

from desk.errors import NotAllowedError, NotFoundError
from desk.sandbox.connect import moto_server
from models import Agent, AgentRole
from services.aws.client import AwsPlace
from services.identity.provider import Provider, ProviderPlace
from services.settings import clamd
from services.settings.connections import (
    AWAY,
    REFUSED,
    Connection,
    Connections,
    OutsideServices,
    Test,
)
from tests.support.ports import free_port
from tests.support.provider import serving

pytestmark = pytest.mark.slow

REGION = 'ap-northeast-2'
BOSS = Agent(username='boss', email='', password_hash='', first_name='', last_name='', department='', role=AgentRole.ADMIN)  # fmt: skip
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope='module')
def aws() -> Iterator[AwsPlace]:
    """S3 and SNS, by moto."""
    port = free_port()
    with moto_server.running('127.0.0.1', port):
        yield AwsPlace(region=REGION, endpoints={'': f'http://127.0.0.1:{port}'})


async def fault(connection: Connection, *tests: dict[Connection, Test]) -> str:
    connections = Connections({name: test for one in tests for name, test in one.items()})
    return (await connections.test(BOSS, connection)).fault


async def test_bucket_and_topic_are_there_or_it_is_said_what_is_not(aws: AwsPlace) -> None:
    def made() -> str:
        keys = {'aws_access_key_id': 'local', 'aws_secret_access_key': 'local', 'region_name': REGION}  # fmt: skip
        clients = [boto3.client(name, endpoint_url=aws.endpoints[''], **keys) for name in ('s3', 'sns')]  # type: ignore[call-overload]  # fmt: skip
        clients[0].create_bucket(
            Bucket='files', CreateBucketConfiguration={'LocationConstraint': REGION}
        )
        return str(clients[1].create_topic(Name='alerts')['TopicArn'])

    topic = await asyncio.to_thread(made)
    right = OutsideServices(aws=aws, bucket='files', topic=topic)
    wrong = OutsideServices(aws=aws, bucket='no-such-files', topic=f'{topic}-of-nobody')
    away = replace(right, aws=AwsPlace(region=REGION, endpoints={'': f'http://127.0.0.1:{free_port()}'}))  # fmt: skip

    said = {
        (name, one): await fault(one, place.tests())
        for name, place in (('right', right), ('wrong', wrong), ('away', away))
        for one in (Connection.S3, Connection.SNS)
    }

    assert said == {
        ('right', Connection.S3): '',
        ('right', Connection.SNS): '',
        ('wrong', Connection.S3): REFUSED,
        ('wrong', Connection.SNS): REFUSED,
        ('away', Connection.S3): AWAY,
        ('away', Connection.SNS): AWAY,
    }


async def test_what_is_not_set_up_is_not_tested_and_nobody_else_asks(aws: AwsPlace) -> None:
    connections = Connections(OutsideServices(aws=aws, clamd='tcp://127.0.0.1').tests())
    supervisor = BOSS.model_copy(update={'role': AgentRole.SUPERVISOR})

    assert connections.configured(BOSS) == [Connection.CLAMD]
    with pytest.raises(NotFoundError):
        await connections.test(BOSS, Connection.S3)
    with pytest.raises(NotAllowedError):
        await connections.test(supervisor, Connection.CLAMD)


async def test_provider_describes_itself_or_it_is_said_what_is_wrong() -> None:
    with serving() as running:
        issuers = {
            'right': running.issuer,
            'another': f'{running.issuer}/realms/desk',
            'away': f'http://127.0.0.1:{free_port()}',
        }
        said = {}
        for name, issuer in issuers.items():
            place = ProviderPlace(issuer=issuer, client_id='desk', client_secret='secret')
            provider = Provider(place)
            said[name] = await fault(Connection.OIDC, {Connection.OIDC: provider.probe})
            await provider.close()

    assert said == {'right': '', 'another': REFUSED, 'away': AWAY}


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[str]:
    """Serve one conversation after the other; gives the address."""
    server = await asyncio.start_server(talk, '127.0.0.1', 0)
    async with server:
        yield f'tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}'


def clamd_saying(scanned: bytes) -> Talk:
    """clamd as its manual describes it, with this answer to a stream."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = await reader.readuntil(b'\0')
        if command == b'zPING\0':
            writer.write(b'PONG\0')
        elif command == b'zINSTREAM\0':
            while size := int.from_bytes(await reader.readexactly(4), 'big'):
                await reader.readexactly(size)
            writer.write(scanned)
        await writer.drain()
        writer.close()

    return talk


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 400 Bad Request ' * 1_000)
    writer.close()


async def test_clamd_scans_or_it_is_said_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamd, 'SECONDS', 0.5)
    talks: dict[str, Talk] = {
        'right': clamd_saying(b'stream: OK\0'),
        'without signatures': clamd_saying(b'INSTREAM size limit exceeded. ERROR\0'),
        'silent': silence,
        'another program': endless,
    }
    said = {}
    for name, talk in talks.items():
        async with listening(talk) as address:
            said[name] = await fault(Connection.CLAMD, set_up_at(address))
    for name, address in (
        ('away', f'tcp://127.0.0.1:{free_port()}'),
        ('no socket', 'unix:///nowhere/clamd.sock'),
        ('no address', '127.0.0.1:3310'),
        ('no port', 'tcp://127.0.0.1:many'),
    ):
        said[name] = await fault(Connection.CLAMD, set_up_at(address))

    assert said == {
        'right': '',
        'without signatures': REFUSED,
        'silent': AWAY,
        'another program': REFUSED,
        'away': AWAY,
        'no socket': AWAY,
        'no address': REFUSED,
        'no port': REFUSED,
    }


def set_up_at(address: str) -> dict[Connection, Test]:
    return OutsideServices(aws=AwsPlace(region=REGION), clamd=address).tests()
