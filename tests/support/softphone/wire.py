"""A wire between browser and sandbox that a test can cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Wire:
    """Carries bytes to a port of this machine, until it is cut."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Let nothing through, and let go of what is connected."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Carry again."""
        self._is_cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if self._is_cut:
            writer.transport.abort()
            return
        their_reader, their_writer = await asyncio.open_connection('127.0.0.1', self._to_port)
        ends = {writer, their_writer}
        self._writers |= ends
        await asyncio.gather(_pour(reader, their_writer), _pour(their_reader, writer))
        self._writers -= ends


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def wire_to(port: int) -> AsyncIterator[tuple[Wire, str]]:
    """Lay a wire for as long as the block runs; its address."""
    wire = Wire(port)
    server = await asyncio.start_server(wire.carry, '127.0.0.1', 0)
    yield wire, f'http://127.0.0.1:{server.sockets[0].getsockname()[1]}'
    wire.cut()
    server.close()
