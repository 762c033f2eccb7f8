"""NiceGUI's socket: what no page says is dropped and counted, and closes its connection, without a stack trace."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from nicegui import Client, core
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from desk import metrics
from desk.settings import Settings
from pages.web import socket_packets
from services.chats.visits import ChatStart
from services.registry import Services
from tests.attack.server import Served, served
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

MALFORMED = (
    '', 'x', '0', '4', '44', '42', '4"', '4{}', '42"event"', '42[]', '42[1]', '42["event"]', '42["event",1]',
    '42["event",{}]', '42["event",null]', '42["nothing",{}]', '42["handshake",{}]', '42["ack",{"client_id":"C"}]',
    '42["ack",{"client_id":"C","next_message_id":"x"}]', '42["javascript_response",{"client_id":"C"}]',
    '42["log",{"client_id":"C","level":"fatal","message":"x"}]', '42["event",{"client_id":["C"],"id":1}]',
    '42["event",{"client_id":"C","id":1,"listener_id":"L","args":["{"]}]',
    '42["event",{"client_id":"C","id":1,"listener_id":"L","args":[1]}]',
    '42["event",{"client_id":"C","id":1,"listener_id":{},"args":[]}]',
    '42["event",{"client_id":"C","id":1e999,"listener_id":"L"}]', '42' + '[' * 60_000, '42[' + '{"a":' * 12_000,
    '42["event",{"client_id":"C","id":1,"listener_id":"L","args":["' + '[' * 30_000 + '"]}]',
    '43', '43[]', '430[]', '431["x"]', '45', '451-["event",{"_placeholder":true,"num":0}]', '459999999999-[]',
    '46', '47', '40/admin,', '40{', '40[]', '4999', '42' + '9' * 200 + '["event"]', 'bAAAA', 'b', '2x', '7', '8', '9',
)  # fmt: skip
"""C, L and the like are put in place of a page's own; each is more than a page of ours would say."""


@dataclass
class Page:
    """A customer's page on the server, and the cookie that opened it."""

    port: int
    cookie: str
    client_id: str

    @property
    def client(self) -> Client:
        return Client.instances[self.client_id]

    @asynccontextmanager
    async def socket(self, *, joins: bool = True) -> AsyncIterator[ClientConnection]:
        """Connect as the page's browser would."""
        address = f'ws://127.0.0.1:{self.port}/_nicegui_ws/socket.io/?EIO=4&transport=websocket'
        headers = {'Cookie': f'desk_chat={self.cookie}', 'Origin': f'http://127.0.0.1:{self.port}'}
        async with connect(address, additional_headers=headers, proxy=None) as socket:
            await socket.recv()  # engine.io's greeting
            if joins:
                await socket.send('40')
                await socket.recv()
                await self.say(socket, 'handshake', tab_id='t', document_id='d', next_message_id=0)
            yield socket

    async def say(self, socket: ClientConnection, event: str, **said: object) -> None:
        """Say something well-formed."""
        await socket.send('42' + json.dumps([event, {'client_id': self.client_id, **said}]))


@pytest.fixture
async def desk(web: FastAPI, settings: Settings) -> AsyncIterator[Served]:
    async with served(web, settings) as desk:
        yield desk


@pytest.fixture
async def page(desk: Served, services: Services, make: Make) -> Page:
    """A customer's page."""
    await make.agent()
    form = ChatStart(name='최유진', phone='010-9876-5432', department=DEPARTMENT)
    token = (await services.visits.start(form)).token
    address = f'http://127.0.0.1:{desk.port}'
    async with httpx.AsyncClient(base_url=address, cookies={'desk_chat': token}) as browser:
        answer = await browser.get('/talk/chat')
    found = re.search(r"'client_id': '([0-9a-f-]+)'", answer.text)
    assert found, answer.status_code
    return Page(desk.port, token, found[1])


def malformed() -> float:
    """How many malformed messages were counted."""
    return sum(
        one.value
        for metric in metrics.MALFORMED.collect()
        for one in metric.samples
        if one.name.endswith('_total')
    )


def traces(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as an error, or with a stack trace."""
    return [
        one.getMessage() for one in caplog.records if one.exc_info or one.levelno >= logging.ERROR
    ]


async def closed_with(socket: ClientConnection) -> int:
    """Return the code that a connection is closed with; 0 when it stays open."""
    try:
        async with asyncio.timeout(5):
            while True:
                await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0
    except TimeoutError:
        return 0


async def test_what_no_page_says_closes_its_connection(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    before, left_open = malformed(), []

    for frame in MALFORMED:
        async with page.socket() as socket:
            await socket.send(frame.replace('"C"', f'"{page.client_id}"'))
            if await closed_with(socket) != socket_packets.CLOSED:
                left_open.append(frame)

    await until(lambda: not core.sio.eio.sockets)
    assert left_open == []
    assert malformed() - before >= len(MALFORMED)
    assert traces(caplog) == []


async def test_bytes_and_broken_text_close_the_connection(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    codes = []
    for frame, is_text in ((b'\x00\x01', False), (b'42["\xff"]', True), (b'4' * 300_000, True)):
        async with page.socket() as socket:
            await socket.send(frame, text=is_text)
            codes.append(await closed_with(socket))

    assert codes == [socket_packets.CLOSED, 1007, 1009]
    assert traces(caplog) == []


async def test_one_connection_joins_once(page: Page) -> None:
    async with page.socket() as socket:
        await socket.send('40')

        assert await closed_with(socket) == socket_packets.CLOSED


async def test_flood_of_events_is_closed(page: Page) -> None:
    async with page.socket() as socket:
        for _ in range(socket_packets.EVENTS_LIMIT):
            await page.say(socket, 'ack', next_message_id=0)

        assert await closed_with(socket) == socket_packets.CLOSED


async def test_nobody_writes_into_the_log(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    async with page.socket() as socket:
        for level in ('debug', 'info', 'warning', 'error'):
            await page.say(socket, 'log', level=level, message='FORGED\nLINE')
        await page.say(socket, 'ack', next_message_id=0)
        await socket.send('2probe')
        await asyncio.wait_for(socket.recv(), 5)

    assert not [one for one in caplog.records if 'FORGED' in one.getMessage()]


async def test_listener_that_is_not_there_is_not_called(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    before = malformed()

    async with page.socket() as socket:
        for element in (0, 1, 10**6):
            await page.say(socket, 'event', id=element, listener_id='unknown', args=[])
        await until(lambda: malformed() - before == 3)

    assert traces(caplog) == []


@pytest.mark.parametrize('said', ['7', 'null', '{}', '["/talk"]'])
async def test_event_that_its_element_cannot_send_closes_the_connection(
    page: Page, caplog: pytest.LogCaptureFixture, said: str
) -> None:
    before, layout = malformed(), page.client.layout
    [listener] = [one for one in layout._event_listeners.values() if one.type == 'sub_pages_open']

    async with page.socket() as socket:
        await page.say(socket, 'event', id=layout.id, listener_id=listener.id, args=[said])

        assert await closed_with(socket) == socket_packets.CLOSED

    assert malformed() - before == 1
    assert traces(caplog) == []


async def test_polling_browsers_are_looked_at_as_well(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    address = f'http://127.0.0.1:{page.port}'
    path = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'
    statuses = {}
    async with httpx.AsyncClient(base_url=address, cookies={'desk_chat': page.cookie}) as browser:
        for frame in (*MALFORMED, '40\x1e40', '\x1e'.join(['3'] * 17), 'd=4'):
            begun = await browser.get(path)
            sid = json.loads(begun.text[1:])['sid']
            answer = await browser.post(
                f'{path}&sid={sid}', content=frame.replace('"C"', f'"{page.client_id}"')
            )
            statuses[frame] = answer.status_code
        joined = await browser.post(f'{path}&sid={sid}', content='40')
        again = await browser.post(f'{path}&sid={sid}', content='40')

    assert set(statuses.values()) == {422}
    assert (joined.status_code, again.status_code) == (200, 200)
    assert traces(caplog) == []


@pytest.mark.parametrize(
    'query',
    ['implicit_handshake=true', 'implicit_handshake=true&client_id={}', 'implicit_handshake=true&client_id={}&tab_id=t',
     'implicit_handshake=true&client_id={}&tab_id=t&document_id=d&next_message_id=x',
     'implicit_handshake=true&client_id={}&tab_id=t&document_id=d&next_message_id=' + '9' * 5_000],
)  # fmt: skip
async def test_half_a_handshake_is_refused(
    page: Page, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    address = f'ws://127.0.0.1:{page.port}/_nicegui_ws/socket.io/?EIO=4&transport=websocket'
    headers = {'Cookie': f'desk_chat={page.cookie}', 'Origin': f'http://127.0.0.1:{page.port}'}

    async with connect(
        f'{address}&{query.format(page.client_id)}', additional_headers=headers, proxy=None
    ) as socket:
        await socket.recv()
        await socket.send('40')
        answer = await socket.recv()

    assert str(answer).startswith('44')
    assert traces(caplog) == []
