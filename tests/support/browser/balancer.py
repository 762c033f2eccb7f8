"""A load balancer between people and servers: one address, whoever lives behind it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from tests.support.browser.live import LiveDesk

CHUNK_BYTES = 65_536
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Balancer:
    """Leads every connection to the first server that takes it, so that a page and its socket stay together."""

    def __init__(self, servers: Sequence[LiveDesk]) -> None:
        self._servers = servers
        self.address = ''

    @asynccontextmanager
    async def listening(self) -> AsyncIterator['Balancer']:
        """Be there for people."""
        listener = await asyncio.start_server(self._lead, '127.0.0.1', 0)
        port = listener.sockets[0].getsockname()[1]
        self.address = f'http://127.0.0.1:{port}'
        yield self
        listener.close()  # not waited for: people may still be there

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for server in self._servers:
            with suppress(ConnectionError):
                there = await asyncio.open_connection('127.0.0.1', server.port)
                await asyncio.gather(_carry(reader, there[1]), _carry(there[0], writer))
                return
        writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on what one side says, until it falls silent or the other is gone."""
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()
