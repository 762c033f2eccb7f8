"""The protocol of clamd, ClamAV's daemon, on a port (``tcp://host:3310``) or a socket of this machine (``unix:///path``).

clamd(8): a command that begins with ``z`` ends with NUL, and so does the answer. A stream is sent in parts, each after its length
as four bytes (network order); a length of zero ends it. The libraries for asyncio speak to a port only (decision 0046).
"""

import asyncio
from urllib.parse import urlsplit

PART_BYTES = 64 * 1024
MAX_ANSWER_BYTES = 1_000
PORT = 3310
FAULTS = (
    OSError,
    TimeoutError,
    ValueError,
    asyncio.LimitOverrunError,
    asyncio.IncompleteReadError,
)
"""What a conversation raises: nobody answers, not in time, the address names nobody, or another program answers."""


async def ping(address: str, *, seconds: float) -> bytes:
    """Return the answer to ``PING``: ``PONG``. Raises ``FAULTS``."""
    return await _asked(address, b'zPING\0', None, seconds)


async def scan(address: str, content: bytes, *, seconds: float) -> bytes:
    """Return what the scan of a content said: ``stream: OK`` or ``stream: <name> FOUND``. Raises ``FAULTS``."""
    return await _asked(address, b'zINSTREAM\0', content, seconds)


async def _asked(address: str, command: bytes, content: bytes | None, seconds: float) -> bytes:
    """Say one command on a connection of its own, as clamd expects, and return the answer."""
    async with asyncio.timeout(seconds):
        reader, writer = await _connected(address)
        try:
            writer.write(command)
            if content is not None:
                await _stream(writer, content)
            await writer.drain()
            return (await reader.readuntil(b'\0')).removesuffix(b'\0')
        finally:
            writer.close()


async def _stream(writer: asyncio.StreamWriter, content: bytes) -> None:
    for start in range(0, len(content), PART_BYTES):
        part = content[start : start + PART_BYTES]
        writer.write(len(part).to_bytes(4, 'big') + part)
        await writer.drain()
    writer.write(bytes(4))


async def _connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(address)
    if parts.scheme == 'unix' and parts.path:
        return await asyncio.open_unix_connection(parts.path, limit=MAX_ANSWER_BYTES)
    if parts.scheme != 'tcp' or not parts.hostname:
        raise ValueError(parts.scheme)
    return await asyncio.open_connection(parts.hostname, parts.port or PORT, limit=MAX_ANSWER_BYTES)
