"""The server's limits: requests that never end, heads without end, answers that nobody reads, bytes that are no HTTP."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect

from desk import server_protocols
from desk.settings import Settings
from services.registry import Services
from tests.attack.server import Served, answered, served, status_of
from tests.support.make import PASSWORD, Make
from tests.support.until import until

HEAD = b'GET /healthz HTTP/1.1\r\nHost: desk\r\n'
FORM = b'POST /preferences HTTP/1.1\r\nHost: desk\r\nContent-Type: application/x-www-form-urlencoded\r\n'
SOCKET = (
    b'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
    b'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
)


@pytest.fixture
async def desk(
    web: FastAPI, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    """The whole desk in its own server, which waits less long than usual."""
    monkeypatch.setattr(server_protocols, 'HEAD_SECONDS', 0.3)
    monkeypatch.setattr(server_protocols, 'BODY_SECONDS', 0.3)
    monkeypatch.setattr(server_protocols, 'LINGER_SECONDS', 0.3)
    monkeypatch.setattr(server_protocols, 'UNREAD_SECONDS', 0.3)
    async with served(web, settings) as desk:
        yield desk


async def test_what_never_ends_is_ended(desk: Served) -> None:
    endless: dict[tuple[bytes, ...], int] = {
        (b'',): 408,
        (HEAD,): 408,
        (b'\r\n',): 408,
        (HEAD + b'\r\n', b'\r\n\r\n'): 200,
        (FORM + b'Content-Length: 100\r\n\r\ntheme=dark',): 408,
        (FORM + b'Transfer-Encoding: chunked\r\n\r\n5\r\ntheme\r\n',): 408,
        (b'POST /healthz HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\n',): 405,
    }

    statuses = {parts: status_of(await answered(desk.port, *parts)) for parts in endless}

    assert statuses == endless
    assert desk.connections == 0


async def test_head_without_end_is_refused(desk: Served) -> None:
    endless = [
        *((HEAD, *[b'X-Pad: ' + b'a' * 8_000 + b'\r\n'] * 100),),
        (HEAD, b'X-Pad: ', *[b'a' * 60_000] * 100),
        (b'GET /', *[b'a' * 60_000] * 100),
        (HEAD + b'A: b\r\n' * 1_000 + b'\r\n',),
        (FORM + b'Transfer-Encoding: chunked\r\n\r\n0\r\n' + b'A: b\r\n' * 1_000 + b'\r\n',),
    ]

    statuses = [status_of(await answered(desk.port, *parts)) for parts in endless]

    assert set(statuses) <= {0, 400, 431}


async def test_socket_outlives_the_limits_of_its_handshake(
    desk: Served, services: Services, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    agent = await make.agent()
    staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    key = {'Authorization': f'Bearer {services.sign_ins.bearer(staff)}'}
    address = f'ws://127.0.0.1:{desk.port}/ws/{agent.id}'

    async with connect(address, additional_headers=key, proxy=None) as program:
        await answered(desk.port, HEAD)  # waits for as long as a head may take

        await program.send('{"type": "ping"}')
        async with asyncio.timeout(5):
            while json.loads(await program.recv())['type'] != 'pong':
                pass

    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


async def test_body_at_a_fair_pace_may_take_its_time(desk: Served) -> None:
    reader, writer = await asyncio.open_connection('127.0.0.1', desk.port)
    writer.write(FORM + b'Content-Length: 10000\r\n\r\n')

    for _ in range(10):
        writer.write(b'a' * 1_000)
        await asyncio.sleep(0.05)

    assert status_of(await reader.readline()) == 303
    writer.close()


async def test_rest_of_a_refused_body_is_heard_for_a_moment_only(desk: Served) -> None:
    reader, writer = await asyncio.open_connection('127.0.0.1', desk.port)
    writer.write(FORM + b'Content-Length: 1000000000\r\n\r\n')

    assert status_of(await reader.readline()) == 413

    async def is_gone() -> bool:
        writer.write(b'a' * 10_000)
        return desk.connections == 0

    await until(is_gone)
    writer.close()


async def test_answer_that_nobody_reads_is_not_kept(desk: Served) -> None:
    reader, writer = await asyncio.open_connection('127.0.0.1', desk.port, limit=1)
    writer.write(b'GET /docs/assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: desk\r\n\r\n' * 10)
    await reader.readexactly(1)

    await until(lambda: desk.connections == 0)

    writer.close()


async def test_bytes_that_are_no_http_leave_no_trace(
    desk: Served, caplog: pytest.LogCaptureFixture
) -> None:
    nonsense = (
        b'\x16\x03\x01\x02\x00\x01\x00',
        b'GET',
        b'GET / HTTP/9.9\r\n\r\n',
        b'BREW / HTTP/1.1\r\nHost: desk\r\n\r\n',
        b'GET /\xff HTTP/1.1\r\nHost: desk\r\n\r\n',
        b'GET /%ff%00 HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n',
        b'GET //// HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n',
        b'GET http://[/ HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n',
        b'GET / HTTP/1.1\r\nHost: \xff\xfe\r\nCookie: \xff=\xff\r\nConnection: close\r\n\r\n',
        b'POST /talk HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
        b'POST /talk HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
        b'OPTIONS * HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n',
        b'CONNECT desk:1 HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n',
        b'TRACE / HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n',
        b'GET /ws/\xff HTTP/1.1\r\nHost: desk\r\n' + SOCKET,
        b'GET /ws/a?\xff HTTP/1.1\r\nHost: desk\r\n' + SOCKET,
        b'POST /ws/a HTTP/1.1\r\nHost: desk\r\n' + SOCKET,
        b'GET /ws/a HTTP/1.0\r\nHost: desk\r\n' + SOCKET,
        b'GET /ws/a HTTP/1.1\r\n\xff: a\r\n' + SOCKET,
        b'GET /ws/a HTTP/1.1\r\nX-Pad: ' + b'a' * 20_000 + b'\r\n' + SOCKET,
        b'GET /ws/a HTTP/1.1\r\nHost: desk\r\nSec-WebSocket-Extensions: ;;;\r\n' + SOCKET,
        b'GET /ws/a HTTP/1.1\r\nHost: desk\r\nSec-WebSocket-Protocol: \xff,,\r\n' + SOCKET,
        b'GET /ws/a HTTP/1.1\r\nHost: desk\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    )

    statuses = {parts: status_of(await answered(desk.port, parts)) for parts in nonsense}

    assert not [parts for parts, status in statuses.items() if status >= 500]
    assert not [one.getMessage() for one in caplog.records if one.exc_info]
    await until(lambda: desk.connections == 0)
