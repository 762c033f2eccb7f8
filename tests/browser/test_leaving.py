"""Who goes on before a page has come: nobody waits for the answer, and that is no error of the desk."""

import asyncio
from urllib.parse import urlsplit

import httpx
import nicegui

from tests.support.browser.people import Centre

SCRIPT = f'/_nicegui/{nicegui.__version__}/static/vue.esm-browser.prod.js'
PEOPLE = 60


async def test_who_leaves_while_a_script_is_fetched_is_no_error(centre: Centre) -> None:
    """The fixture of the desk fails for whatever the server calls an error."""
    place = urlsplit(centre.address)
    request = f'GET {SCRIPT} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n'.encode()

    async def leave() -> None:
        _reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(request)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(leave() for _ in range(PEOPLE)))
    async with httpx.AsyncClient() as client:
        for _ in range(PEOPLE):  # by then it has done with those who left
            await client.get(centre.address + SCRIPT)
