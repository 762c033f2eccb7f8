"""A conversation with clamd, the virus scanner, over its own protocol: ``PING``, then ``INSTREAM`` of a harmless text.

clamd(8): a command that begins with ``z`` ends with a NUL, and so does the answer. A stream is sent in chunks, each after its
length as four bytes (network order); a length of zero ends it.
"""

import asyncio
from urllib.parse import urlsplit

from desk.errors import ConflictError, UpstreamError

SECONDS = 5.0
"""The longest that the whole conversation takes."""
MAX_ANSWER_BYTES = 1_000
PORT = 3310
HARMLESS = b'Nothing to be found here.'


async def ask_clamd(address: str) -> None:
    """Have clamd scan a harmless text; ``address`` is ``tcp://host:port`` or ``unix:///path``.

    Raises:
        UpstreamError: ``clamd.away``: it does not answer, or not in time.
        ConflictError: ``clamd.refused``: another program answers, or clamd cannot scan.
    """
    try:
        async with asyncio.timeout(SECONDS):
            if await _told(address, b'zPING\0') != b'PONG':
                raise ConflictError('clamd.refused')
            stream = len(HARMLESS).to_bytes(4, 'big') + HARMLESS + bytes(4)
            if await _told(address, b'zINSTREAM\0' + stream) != b'stream: OK':
                raise ConflictError('clamd.refused')
    except (OSError, TimeoutError) as error:
        raise UpstreamError('clamd.away') from error
    except (ValueError, asyncio.LimitOverrunError, asyncio.IncompleteReadError) as error:
        raise ConflictError('clamd.refused') from error


async def _told(address: str, said: bytes) -> bytes:
    """Say one command on a connection of its own, as clamd expects, and return the answer."""
    reader, writer = await _connected(address)
    try:
        writer.write(said)
        await writer.drain()
        return (await reader.readuntil(b'\0')).removesuffix(b'\0')
    finally:
        writer.close()


async def _connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(address)
    if parts.scheme == 'unix' and parts.path:
        return await asyncio.open_unix_connection(parts.path, limit=MAX_ANSWER_BYTES)
    if parts.scheme != 'tcp' or not parts.hostname:
        raise ValueError(parts.scheme)
    return await asyncio.open_connection(parts.hostname, parts.port or PORT, limit=MAX_ANSWER_BYTES)
