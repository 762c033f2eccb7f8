"""Files are scanned before they are messages: what is found never arrives, and what cannot be scanned neither."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from desk.errors import InvalidInputError, UpstreamError
from services.files.scanning import Clamd
from tests.support.ports import free_port

SIGNATURE = b'X5O!P%@AP-A-SIGNATURE-OF-OUR-OWN'


class Daemon:
    """Speaks clamd's protocol; knows one signature, also across two parts."""

    def __init__(self) -> None:
        self.scanned: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b'\0') == b'zINSTREAM\0'
        content = bytearray()
        while size := int.from_bytes(await reader.readexactly(4), 'big'):
            content += await reader.readexactly(size)
        self.scanned.append(bytes(content))
        found = b'stream: Our.Own.Signature FOUND\0'
        too_large = b'INSTREAM size limit exceeded. ERROR\0'
        answer = too_large if content.startswith(b'huge') else b'stream: OK\0'
        writer.write(found if SIGNATURE in content else answer)
        await writer.drain()
        writer.close()


@pytest.fixture
async def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
async def scan(daemon: Daemon) -> AsyncIterator[Clamd]:
    server = await asyncio.start_server(daemon.serve, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        scan = Clamd.at(f'tcp://127.0.0.1:{port}')
        assert scan
        yield scan


async def test_clean_file_passes_whole(scan: Clamd, daemon: Daemon) -> None:
    content = uuid4().bytes * 20_000

    await scan.check(content)

    assert daemon.scanned == [content]


async def test_found_file_is_refused(scan: Clamd) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await scan.check(bytes(65_530) + SIGNATURE)

    assert refused.value.key == 'file.infected'


async def test_what_cannot_be_scanned_is_refused(scan: Clamd) -> None:
    away = Clamd(f'tcp://127.0.0.1:{free_port()}')
    for daemon, content in ((scan, b'huge'), (away, b'x')):
        with pytest.raises(UpstreamError) as refused:
            await daemon.check(content)
        assert refused.value.key == 'file.unscanned'


async def test_daemon_may_listen_on_a_socket_of_this_machine(
    daemon: Daemon, tmp_path: Path
) -> None:
    place = tmp_path / 'clamd.ctl'

    async with await asyncio.start_unix_server(daemon.serve, place):
        await Clamd(f'unix://{place}').check(b'a file')

    assert daemon.scanned == [b'a file']


def test_no_address_is_no_daemon() -> None:
    assert Clamd.at('') is None
