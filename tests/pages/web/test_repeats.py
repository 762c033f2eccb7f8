"""What is said twice, and read by two readers, is refused: what was admitted is what is done."""

from collections.abc import AsyncIterator

import httpx
import pytest

from desk.settings import Settings
from services.registry import Services
from tests.support.make import Make
from tests.support.site import Site, session_of, standing

POLLING = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'

pytestmark = pytest.mark.slow


@pytest.fixture
async def desk(services: Services, settings: Settings) -> AsyncIterator[Site]:
    """A small desk without a port."""
    async with standing(services, settings) as desk:
        yield desk


async def polled(browser: httpx.AsyncClient, desk: Site, query: str = '') -> httpx.Response:
    """Poll as a page does that cannot use WebSockets."""
    return await browser.get(f'{POLLING}{query}', headers={'Origin': desk.address})


async def test_customer_does_not_act_on_an_agents_connection(desk: Site, make: Make) -> None:
    session = await session_of(desk.services, (await make.agent()).username)
    async with desk.browser(desk_session=session) as agent:
        theirs = (await polled(agent, desk)).text.split('"sid":"')[1].split('"')[0]

    async with desk.browser(desk_chat=await desk.visit()) as customer:
        own = (await polled(customer, desk)).text.split('"sid":"')[1].split('"')[0]
        tried = [
            await polled(customer, desk, query)
            for query in (
                f'&sid={theirs}&sid={own}',
                f'&sid={own}&sid={theirs}',
                f'&%73id={theirs}&sid={own}',
                f'&sid={theirs}&sid=',
                f'&sid={theirs}',
            )
        ]
        allowed = await polled(customer, desk, f'&sid={own}')

    assert {answer.status_code for answer in tried} == {403}
    assert allowed.status_code == 200


@pytest.mark.parametrize('name', ['EIO', 'transport', 'client_id', 'implicit_handshake', 't'])
async def test_every_parameter_of_the_socket_comes_once(desk: Site, make: Make, name: str) -> None:
    session = await session_of(desk.services, (await make.agent()).username)

    async with desk.browser(desk_session=session) as browser:
        answer = await polled(browser, desk, f'&{name}=4&{name}=4')

    assert (answer.status_code, answer.json()['code']) == (403, 'gate.repeated')


@pytest.mark.parametrize(
    'name', ['Host', 'Origin', 'Authorization', 'Content-Type', 'X-Chat-Token']
)
async def test_headers_that_count_once_come_once(desk: Site, name: str) -> None:
    value = {'Host': 'desk.test', 'Origin': desk.address}.get(name, 'text/plain')
    async with desk.browser() as browser:
        answer = await browser.get('/chat/sessions', headers=[(name, value), (name, value)])

    assert answer.status_code == 403


async def test_path_is_read_as_the_routes_read_it(desk: Site, make: Make) -> None:
    """``?`` and ``#`` can be parts of a path, and a host can hold a path: none of these may change whose it is."""
    session = await session_of(desk.services, (await make.agent()).username)

    async with desk.browser(desk_session=session) as browser:
        odd = await browser.get('/static%3F/x')
        poisoned = await browser.get('/desk', headers={'Host': 'desk.test/static/x?'})
    async with desk.browser() as stranger:
        closed = await stranger.get('/static%3F/x')

    assert odd.status_code == 404
    assert poisoned.status_code == 403
    assert closed.status_code == 303
