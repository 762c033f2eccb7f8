"""Two processes of the operating system behind one desk: what the database decides holds between them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx
import pytest

from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import Agent
from services.registry import Services
from tests.support.browser import live
from tests.support.browser.live import LiveDesk
from tests.support.make import PASSWORD, Make

pytestmark = pytest.mark.slow

TAKERS = 100
REPEATS = 50
Pair = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest.fixture(scope='module')
def servers(
    backing: BackingUrls, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveDesk, LiveDesk]]:
    """Two servers of one desk, each a process of its own; no test ends one."""
    home = tmp_path_factory.mktemp('servers')
    with (
        live.database(backing, template, home) as settings,
        live.served(settings, home / 'first.log') as first,
        live.served(settings, home / 'second.log') as second,
    ):
        yield first, second


@pytest.fixture
def settings(servers: tuple[LiveDesk, LiveDesk]) -> Settings:
    """What both servers run with; ``make`` and ``services`` work on their data."""
    return servers[0].settings


@pytest.fixture
async def pair(servers: tuple[LiveDesk, LiveDesk]) -> AsyncIterator[Pair]:
    """Programs' ways to both servers."""
    first, second = servers
    patient = httpx.Timeout(30)
    async with (
        httpx.AsyncClient(base_url=first.address, timeout=patient) as one,
        httpx.AsyncClient(base_url=second.address, timeout=patient) as other,
    ):
        yield one, other
    assert first.complaints() + second.complaints() == ''


async def bearer(services: Services, agent: Agent) -> dict[str, str]:
    """Return the header by which a program speaks for an agent, at any server of the desk."""
    staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    return {'Authorization': f'Bearer {services.sign_ins.bearer(staff)}'}


async def test_of_a_hundred_takes_through_two_processes_one_wins(
    pair: Pair, services: Services, make: Make
) -> None:
    headers = [await bearer(services, await make.agent()) for _ in range(TAKERS)]
    chat = await make.chat()

    tries = [
        server.post(f'/chat/sessions/{chat.id}/take', headers=header)
        for server, header in zip(pair * (TAKERS // 2), headers, strict=True)
    ]
    answers = await asyncio.gather(*tries)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: TAKERS - 1}
    [winner] = [
        header for header, answer in zip(headers, answers, strict=True) if answer.is_success
    ]
    for server in pair:
        [mine] = (await server.get('/chat/sessions', headers=winner)).json()
        assert mine['id'] == str(chat.id)
        [joined] = (await server.get(f'/chat/sessions/{chat.id}/messages', headers=winner)).json()
        assert joined['type'] == 'joined'


async def test_fifty_repeats_through_two_processes_are_one_row(
    pair: Pair, services: Services, make: Make
) -> None:
    agent = await make.agent(username='repeater')  # the others are of this desk as well
    chat = await make.chat(agent=agent)
    header = await bearer(services, agent)
    body = {'content': '한 번만', 'id': str(uuid4())}

    tries = [
        server.post(f'/chat/sessions/{chat.id}/messages', json=body, headers=header)
        for server in pair * (REPEATS // 2)
    ]
    answers = await asyncio.gather(*tries)

    assert Counter(answer.status_code for answer in answers) == {200: REPEATS}
    assert len({answer.text for answer in answers}) == 1
    for server in pair:
        [line] = (await server.get(f'/chat/sessions/{chat.id}/messages', headers=header)).json()
        assert (line['id'], line['number']) == (body['id'], 1)
