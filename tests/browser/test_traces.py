"""From a key at one server to the screen at the other, each way: one trace, at a collector that reads OTLP."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser import live
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre
from tests.support.browser.talking import begin
from tests.support.collector import Collector, Seen, collecting
from tests.support.make import PASSWORD
from tests.support.until import until

WORDS = '제 번호는 010-5555-6666 이고 이름은 홍길동입니다'
ANSWER = '홍길동 님, 010-5555-6666으로 전화드리겠습니다'
SECRETS = ('홍길동', '5555', '최유진', '9876', '제 번호는')


@pytest.fixture(scope='module')
def collector() -> Iterator[Collector]:
    """Where both servers send their traces."""
    with collecting() as collector:
        yield collector


@pytest.fixture
def settings(
    backing: BackingUrls, template: str, tmp_path: Path, collector: Collector
) -> Iterator[Settings]:
    """A desk that traces everything."""
    with live.database(backing, template, tmp_path) as settings:
        yield settings.model_copy(
            update={
                'otel_exporter_otlp_endpoint': collector.address,
                'otel_traces_sampler_arg': 1.0,
                'otel_service_name': 'agents-server',
            }
        )


@pytest.fixture
def servers(settings: Settings, tmp_path: Path) -> Iterator[tuple[LiveDesk, LiveDesk]]:
    """Two processes on one data: the agents' and the customers'."""
    customers = settings.model_copy(update={'otel_service_name': 'customers-server'})
    with (
        live.served(settings, tmp_path / 'one.log') as one,
        live.served(customers, tmp_path / 'two.log') as other,
    ):
        yield one, other


async def test_keys_and_screens_of_both_are_one_trace_each_way(
    servers: tuple[LiveDesk, LiveDesk], person: Contexts, agent: Agent, collector: Collector
) -> None:
    desks, customers = servers
    centre = Centre(desks.address)
    context = await person()
    await centre.sign_in(context, agent.username)
    desk = await centre.desk(context)
    talk = await Centre(customers.address).talk(await person())
    await begin(desk, talk, agent)

    collector.forget()
    await talk.sends(WORDS)
    await desk.reads('안녕하세요', WORDS)

    way = await way_to_the_screen(collector, 'page event', 'agent')
    assert [(one.name, one.service) for one in way] == [
        ('page event', 'customers-server'),
        ('message stored', 'customers-server'),
        ('event sent', 'customers-server'),
        ('event heard', 'agents-server'),
        ('drawn on page', 'agents-server'),
    ]
    names = {one.name for one in collector.spans() if one.trace_id == way[0].trace_id}
    assert {'WITH', 'XADD'} <= names

    collector.forget()
    traceparent = f'00-{"a1" * 16}-{"b2" * 8}-01'
    await send_by_program(desks.address, agent, desk.chat_id, traceparent)
    await talk.reads('안녕하세요', WORDS, ANSWER)

    way = await way_to_the_screen(collector, 'program frame', 'customer')
    assert [(one.name, one.service) for one in way] == [
        ('program frame', 'agents-server'),
        ('message stored', 'agents-server'),
        ('event sent', 'agents-server'),
        ('event heard', 'customers-server'),
        ('drawn on page', 'customers-server'),
    ]
    assert (way[0].trace_id, way[0].parent_id) == ('a1' * 16, 'b2' * 8)
    assert not [secret for secret in SECRETS if secret in collector.everything]
    assert desks.complaints() + customers.complaints() == ''


async def send_by_program(address: str, agent: Agent, chat_id: UUID, traceparent: str) -> None:
    """Send ``ANSWER`` as a program of the agent does, as a part of its own trace."""
    async with httpx.AsyncClient(base_url=address) as client:
        who = {'username': agent.username, 'password': PASSWORD}
        signed_in = await client.post('/auth/login', json=who)
    bearer = {'Authorization': f'Bearer {signed_in.json()["access_token"]}'}
    socket = f'{address.replace("http", "ws", 1)}/ws/{agent.username}'
    said = {'chat_session_id': str(chat_id), 'content': ANSWER}
    async with connect(socket, additional_headers=bearer, proxy=None) as connection:
        await connection.send(
            json.dumps({'type': 'message', 'data': said, 'traceparent': traceparent})
        )
        await until(partial(hears_ack, connection), seconds=10)


async def hears_ack(connection: ClientConnection) -> bool:
    """Whether the next frame is the receipt of what was sent."""
    return json.loads(await connection.recv())['type'] == 'ack'


async def way_to_the_screen(collector: Collector, beginning: str, reader: str) -> list[Seen]:
    """Return the spans from what sent a message to the screen of this reader that shows it."""
    found: list[list[Seen]] = []

    def is_whole() -> bool:
        found[:] = [one for one in ways(collector, reader) if one[0].name == beginning]
        return bool(found)

    await until(is_whole, seconds=20)
    whole = found[-1]
    assert whole[-1].attributes['desk.browser'] == 'drawn'
    assert whole[1].attributes['desk.message_id'] == whole[-1].attributes['desk.message_id']
    return whole


def ways(collector: Collector, reader: str) -> Iterator[list[Seen]]:
    """Yield for each drawing the spans that lead to it, as far as they have come."""
    spans = {one.span_id: one for one in collector.spans()}
    for drawn in spans.values():
        if drawn.name == 'drawn on page' and drawn.attributes['desk.reader'] == reader:
            way = [drawn]
            while way[0].parent_id in spans:
                way.insert(0, spans[way[0].parent_id])
            yield way
