"""A line to a server of a test that can be slow, or cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

CHUNK_BYTES = 65_536


class Proxy:
    """Passes on to one server: what it sends comes ``delay_seconds`` late; while ``is_cut`` nobody gets through."""

    def __init__(self, url: str) -> None:
        """Lead to the host and port of an address."""
        self._parts = urlsplit(url)
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self.delay_seconds = 0.0
        self.is_cut = False
        self.url = ''

    def cut(self) -> None:
        """End all connections, and every new one at once, as while the server is down."""
        self.is_cut = True
        for writer in self._writers:
            writer.close()

    def mend(self) -> None:
        """Let everybody through again, at once."""
        self.is_cut, self.delay_seconds = False, 0.0

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        if self.is_cut:
            writer.close()
            return
        with suppress(OSError):
            there = await asyncio.open_connection(self._parts.hostname, self._parts.port)
            self._writers |= {writer, there[1]}
            await asyncio.gather(
                self._carry(reader, there[1], is_late=False),
                self._carry(there[0], writer, is_late=True),
            )

    async def close(self) -> None:
        """End all connections and wait until they have ended."""
        self.cut()
        while self._serving:
            await asyncio.wait(set(self._serving))

    def listens_at(self, port: int) -> None:
        """Give the address with the proxy's port in the place of the server's."""
        found = self._parts
        host = found.netloc.rpartition('@')[0]
        netloc = f'{host}@127.0.0.1:{port}' if host else f'127.0.0.1:{port}'
        self.url = urlunsplit(found._replace(netloc=netloc))

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_late: bool
    ) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                if is_late and self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                writer.write(chunk)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    """Stand between a test and a server while the block runs."""
    proxy = Proxy(url)
    server = await asyncio.start_server(proxy.lead, '127.0.0.1', 0)
    proxy.listens_at(server.sockets[0].getsockname()[1])
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
