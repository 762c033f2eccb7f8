"""``/agents/me/status``: what a program says of its agent."""

import httpx
import pytest
from fastapi import FastAPI

from services.registry import Services
from tests.support.make import PASSWORD, Make


@pytest.fixture
async def program(web: FastAPI, make: Make) -> httpx.AsyncClient:
    """A program of an agent, signed in."""
    await make.agent(username='kim')
    program = httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url='http://desk.test')
    answer = await program.post('/auth/login', json={'username': 'kim', 'password': PASSWORD})
    program.headers['Authorization'] = f'Bearer {answer.json()["access_token"]}'
    return program


async def test_own_status_is_read_and_set(program: httpx.AsyncClient) -> None:
    away = await program.put('/agents/me/status', json={'status': 'away', 'reason': 'meal'})
    read = await program.get('/agents/me/status')

    assert (away.status_code, away.json()['status'], away.json()['is_ready']) == (
        200,
        'away',
        False,
    )
    assert read.json() == away.json()


@pytest.mark.parametrize(
    'choice',
    [{'status': 'busy'}, {'status': 'away', 'reason': 'no_answer'}, {'status': 'asleep'}, {}],
)
async def test_what_cannot_be_chosen_is_refused_in_words(
    program: httpx.AsyncClient, choice: dict[str, str]
) -> None:
    refused = await program.put('/agents/me/status', json=choice)

    assert refused.status_code == 422
    assert refused.headers['content-type'] == 'application/problem+json'


async def test_status_waits_for_the_chat_in_hand(
    program: httpx.AsyncClient, services: Services, make: Make
) -> None:
    status = (await program.get('/agents/me/status')).json()
    agent = await services.agents.agent(status['agent_id'])
    chat = await make.chat()
    await services.chats.take(agent, chat.id)

    chosen = await program.put('/agents/me/status', json={'status': 'away'})

    assert (chosen.json()['status'], chosen.json()['next_status']) == ('busy', 'away')


async def test_strangers_have_no_status(web: FastAPI) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(web), base_url='http://desk.test'
    ) as stranger:
        assert (await stranger.get('/agents/me/status')).status_code == 401
