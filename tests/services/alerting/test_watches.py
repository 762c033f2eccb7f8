"""What one desk sees by itself and tells: Connect, Valkey and the database away, certificates that end."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desk import clock, metrics
from desk.errors import NotFoundError, UpstreamError
from desk.settings import Settings
from services.alerting import watches
from services.alerting.alerts import CALM_SECONDS
from services.alerting.certificates import CertificateWatch
from services.alerting.setup import AlertSetup
from services.alerting.watches import ConnectWatch
from services.aws.client import AwsClient, AwsPlace
from services.aws.connect_api import ConnectSettings
from services.aws.connection import ConnectConnection, Feeds
from services.aws.operations import Operation
from services.registry import Services
from tests.conftest import assembled
from tests.services.alerting.conftest import StartTelling
from tests.support import databases
from tests.support.centre import connected_to
from tests.support.make import Make
from tests.support.ports import free_port
from tests.support.readers import REGION, Reader, subscribed
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import box, contact_queue, running
from tests.support.valkey import PrivateValkey

__all__ = ['box', 'contact_queue', 'running']

pytestmark = pytest.mark.slow

NOBODYS_CONTACT = '00000000-0000-4000-8000-000000000000'

STEP = timedelta(seconds=CALM_SECONDS / 2)


async def look(*desks: Services, ahead: timedelta = timedelta(), steps: int = 1) -> None:
    for number in range(steps):
        with clock.moved(ahead + STEP * number):
            for desk in desks:
                await desk.operator_alerts.look()
            for desk in desks:
                await desk.alert_deliveries.send_due()


async def test_connect_that_does_not_answer_is_told_and_its_return_too(
    desk: Services, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real client at a port where nothing listens, and then SQS."""
    port = free_port()
    place = AwsPlace(region=REGION, endpoints={'': f'http://127.0.0.1:{port}'})
    api = ConnectSettings(instance_id='i', contact_flow_id='f', source_phone_number='+82212345678')
    feeds = Feeds(contact_queue='reader', agent_stream='s', wait_seconds=1)
    connect = ConnectConnection.of(place, api, feeds)
    desk.operator_alerts._watches = (ConnectWatch(connect.clients),)

    with pytest.raises(UpstreamError):
        await connect.contact_feed.wait()
    await look(desk)
    early = reader.read()  # it may be back within the minute
    monkeypatch.setattr(watches, 'CONNECT_SECONDS', 0.0)
    await look(desk, ahead=STEP, steps=4)
    risen = reader.read()
    with subscribed(port):
        await connect.contact_feed.wait()
    await look(desk, ahead=STEP * 5, steps=4)
    over = reader.read()
    await connect.close()

    assert early == []
    assert [(one.what, one.body['subject']) for one in risen] == [(('connect', 'raised'), 'sqs')]
    assert [(one.what, one.body['subject']) for one in over] == [(('connect', 'resolved'), 'sqs')]


@pytest.mark.parametrize(
    'code',
    [
        'AccessDeniedException',
        'ExpiredTokenException',
        'InvalidSignatureException',
        'UnrecognizedClientException',
    ],
)
async def test_connect_that_denies_access_is_told_by_a_sentence_of_its_own(
    desk: Services, reader: Reader, box: Box, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    box.hand('PATCH', 'faults', errors=[{'operation': '*', 'error': code, 'times': None}])
    async with connected_to(box) as connect:
        desk.operator_alerts._watches = (ConnectWatch(connect.clients),)

        with pytest.raises(UpstreamError, match=r'connect\.denied'):
            await connect.api.contact(NOBODYS_CONTACT)
        await look(desk)
        early = reader.read()  # a single call may be denied
        monkeypatch.setattr(watches, 'CONNECT_SECONDS', 0.0)
        await look(desk, ahead=STEP, steps=4)
        risen = reader.read()
        box.hand('DELETE', 'faults')
        with pytest.raises(NotFoundError):  # answered: the desk is let in again
            await connect.api.contact(NOBODYS_CONTACT)
        await look(desk, ahead=STEP * 5, steps=4)
        over = reader.read()

    assert early == []
    [told] = risen
    assert told.what == ('connect', 'raised')
    assert told.body['severity'] == 'critical'
    assert 'Amazon Connect denies access' in told.headline
    assert told.body['en'].startswith('Amazon Connect (connect) has denied the desk access')
    assert '접근을 거부합니다' in told.body['ko']
    assert [one.what for one in over] == [('connect', 'resolved')]


async def test_connect_that_denies_one_act_and_answers_others_is_no_alert(
    desk: Services, reader: Reader, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watches, 'CONNECT_SECONDS', 0.0)
    denied = {'operation': 'connect.DescribeContact', 'error': 'AccessDeniedException'}
    box.hand('PATCH', 'faults', errors=[denied | {'times': None}])
    async with connected_to(box) as connect:
        desk.operator_alerts._watches = (ConnectWatch(connect.clients),)

        with pytest.raises(UpstreamError):
            await connect.api.contact(NOBODYS_CONTACT)
        await connect.api.queues()
        await look(desk, steps=4)

    assert reader.read() == []


async def test_desk_without_credentials_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine whose role was taken away: boto3 finds nothing to sign with."""
    for name in ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('AWS_EC2_METADATA_DISABLED', 'true')
    monkeypatch.setenv('AWS_SHARED_CREDENTIALS_FILE', '/nothing')
    monkeypatch.setenv('AWS_CONFIG_FILE', '/nothing')
    client = AwsClient('sqs', AwsPlace(region=REGION))

    with pytest.raises(UpstreamError, match=r'connect\.denied'):
        await client.call(Operation.QUEUE_ADDRESS, QueueName='q')

    counted = {
        sample.labels['outcome']: sample.value
        for metric in metrics.AWS_CALLS.collect()
        for sample in metric.samples
        if sample.name.endswith('_total') and sample.labels['service'] == 'sqs'
    }
    assert counted['denied'] >= 1
    assert client.denied_seconds == 0.0
    assert client.failing_seconds == 0.0
    await client.close()


async def test_valkey_away_is_told_once_by_two_desks_and_its_return_too(
    settings: Settings, valkey: PrivateValkey, reader: Reader
) -> None:
    own = settings.model_copy(update={'redis_url': valkey.url})
    setups = [AlertSetup(topic=reader.topic()) for _ in range(2)]
    async with assembled(own, alerts=setups[0]) as one, assembled(own, alerts=setups[1]) as two:
        await look(one, two)
        valkey.kill()
        await look(one, two, ahead=STEP, steps=4)
        risen = reader.read()
        valkey.start()
        await look(one, two, ahead=STEP * 5, steps=5)
        over = reader.read()
        for desk in (one, two):
            await desk.alert_deliveries.close()

    assert [(told.what, told.body['subject']) for told in risen] == [(('valkey', 'raised'), 'away')]
    assert [(told.what, told.body['subject']) for told in over] == [
        (('valkey', 'resolved'), 'away')
    ]
    assert risen[0].body['severity'] == 'critical'


async def test_database_away_is_told_past_it_once_and_its_return_too(
    telling: StartTelling, settings: Settings, reader: Reader
) -> None:
    desks = [await telling(), await telling()]
    await look(*desks)

    with databases.away(settings):
        for number in range(1, 5):
            with clock.moved(STEP * number):
                await asyncio.gather(*(desk.operator_alerts.look() for desk in desks))
        risen = reader.read()
    redis = desks[0].operator_alerts._outage._redis
    await redis.delete(desks[0].operator_alerts._outage._seen_key)  # it would end in 15 s
    await look(*desks, ahead=STEP * 5, steps=6)
    over = reader.read()

    assert [told.what for told in risen] == [('database', 'raised')]
    assert [told.what for told in over] == [('database', 'resolved')]
    assert over[0].body['alert_id'] == risen[0].body['alert_id']
    assert over[0].body['since'] == risen[0].body['since']


async def test_desk_alone_cut_off_from_the_database_is_one_alert(
    settings: Settings, telling: StartTelling, reader: Reader
) -> None:
    other = await telling()
    setup = AlertSetup(topic=reader.topic())
    async with assembled(settings, alerts=setup) as cut_off:
        cut_off.operator_alerts._watches[0]._ask = refused  # type: ignore[attr-defined]  # the first asks the database
        for number in range(8):
            with clock.moved(STEP * number):
                await asyncio.gather(*(one.operator_alerts.look() for one in (cut_off, other)))
                await other.alert_deliveries.send_due()
        await cut_off.alert_deliveries.close()

    assert [told.what for told in reader.read()] == [('database', 'raised')]


async def refused() -> None:
    raise ConnectionRefusedError


@asynccontextmanager
async def serving(folder: Path, *, ends_in: timedelta, port: int = 0) -> AsyncIterator[int]:
    """Serve TLS with a certificate that ends in so much time; gives the port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'localhost')])
    ends_at = clock.now() + ends_in
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(clock.now(), ends_at) - timedelta(days=90))
        .not_valid_after(ends_at)
        .sign(key, hashes.SHA256())
    )
    path = folder / 'both.pem'
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    path.write_bytes(
        key.private_bytes(*form, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(talk, '127.0.0.1', port, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ('days', 'level'), [(45, 0), (29.5, 1), (6.5, 2), (0.5, 3), (-2, 3)]
)  # fmt: skip
async def test_certificate_is_the_graver_the_sooner_it_ends(
    tmp_path: Path, days: float, level: int
) -> None:
    async with serving(tmp_path, ends_in=timedelta(days=days)) as port:
        found = await CertificateWatch([f'https://localhost:{port}', 'http://localhost']).look()

    assert [(one.subject, one.level) for one in found] == (
        [(f'localhost:{port}', level)] if level else []
    )


async def test_ending_certificate_is_told_again_when_it_gets_graver_and_once_when_it_is_renewed(
    settings: Settings, reader: Reader, tmp_path: Path
) -> None:
    setups: list[AlertSetup] = []
    async with serving(tmp_path, ends_in=timedelta(days=29)) as port:
        address = f'https://localhost:{port}'
        setups = [AlertSetup(topic=reader.topic(), addresses=(address,)) for _ in range(2)]
        async with assembled(settings, alerts=setups[0]) as one, assembled(settings, alerts=setups[1]) as two:  # fmt: skip
            for days in (0, 10, 23, 27, 29):
                await look(one, two, ahead=timedelta(days=days), steps=2)
            told = reader.read()
    async with (
        serving(tmp_path, ends_in=timedelta(days=400), port=port),
        assembled(settings, alerts=setups[0]) as renewed,
    ):
        await look(renewed, ahead=timedelta(days=30), steps=4)
        over = reader.read()
    for setup in setups:
        assert setup.topic
        await setup.topic.close()

    assert [(one.what, one.body['severity']) for one in told] == [
        (('certificate', 'raised'), 'warning'),
        (('certificate', 'raised'), 'warning'),
        (('certificate', 'raised'), 'critical'),
    ]
    assert len({one.body['alert_id'] for one in told}) == 1
    assert '28일 뒤' in told[0].body['ko']
    assert [one.what for one in over] == [('certificate', 'resolved')]


async def test_certificate_that_cannot_be_read_raises_no_alert_and_ends_none(
    settings: Settings, reader: Reader, tmp_path: Path, make: Make
) -> None:
    async with serving(tmp_path, ends_in=timedelta(days=5)) as port:
        setup = AlertSetup(topic=reader.topic(), addresses=(f'https://localhost:{port}',))
        async with assembled(settings, alerts=setup) as desk:
            await look(desk)
    async with assembled(settings, alerts=setup) as restarted:
        await look(restarted, ahead=STEP, steps=6)
        state = await restarted.alert_deliveries.state(await make.admin())
        await restarted.alert_deliveries.close()

    assert [one.what for one in reader.read()] == [('certificate', 'raised')]
    assert [one.kind for one in state.open] == ['certificate']
