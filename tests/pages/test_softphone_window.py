"""The window around the desk: who gets it, in which frames, and what it may load."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from desk.settings import Settings
from models import Agent, AgentRole
from tests.support.make import PASSWORD, Make

CCP = 'http://127.0.0.1:4580'
IN_TAB, IN_FRAME = {'Sec-Fetch-Dest': 'document'}, {'Sec-Fetch-Dest': 'iframe'}
WINDOW = 'id="ccp"'


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A desk beside Connect in a box."""
    return settings.model_copy(
        update={
            'desk_home': Settings().desk_home,
            'connect_ccp_url': f'{CCP}/ccp-v2/',
            'connect_login_url': f'{CCP}/connect/login?agent={{username}}',
        }
    )


@asynccontextmanager
async def signed_in(web: FastAPI, agent: Agent, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody who has signed in by this address."""
    transport = httpx.ASGITransport(web)
    async with httpx.AsyncClient(transport=transport, base_url=address) as client:
        form = {'username': agent.username, 'password': PASSWORD}
        answer = await client.post('/auth/login', data=form, headers={'Origin': address})
        assert answer.status_code == 303
        yield client


@pytest.fixture
async def browser(web: FastAPI, agent: Agent) -> AsyncIterator[httpx.AsyncClient]:
    """An agent's browser."""
    async with signed_in(web, agent, 'http://127.0.0.1:8080') as client:
        yield client


async def test_tab_gets_the_window_and_its_frame_the_desk_at_one_address(
    browser: httpx.AsyncClient,
) -> None:
    window = await browser.get('/desk/customers?q=a', headers=IN_TAB)
    desk = await browser.get('/desk/customers?q=a', headers=IN_FRAME)
    unknown = await browser.get('/desk')  # a browser that does not say what for

    assert WINDOW in window.text
    assert WINDOW not in desk.text + unknown.text
    assert window.headers['vary'] == 'Sec-Fetch-Dest'


async def test_only_the_window_may_frame_and_only_the_ccp(browser: httpx.AsyncClient) -> None:
    window = await browser.get('/desk', headers=IN_TAB)
    desk = await browser.get('/desk', headers=IN_FRAME)

    policy = dict(
        part.strip().split(' ', 1) for part in window.headers['content-security-policy'].split(';')
    )
    assert policy['frame-src'] == f"'self' {CCP}"
    assert policy['script-src'] == "'self'"
    assert 'frame-src' not in desk.headers['content-security-policy']


async def test_ccp_is_asked_for_by_the_name_that_the_desk_is_opened_by(
    web: FastAPI, agent: Agent
) -> None:
    async with signed_in(web, agent, 'http://localhost:8080') as client:
        window = await client.get('/desk', headers=IN_TAB)

    assert f'http://localhost:4580/connect/login?agent={agent.username}' in window.text
    assert 'http://localhost:4580' in window.headers['content-security-policy']
    assert CCP not in window.text


async def test_who_has_no_agent_at_connect_gets_the_desk_alone(web: FastAPI, make: Make) -> None:
    admin = await make.agent(username='admin-1', role=AgentRole.ADMIN)
    async with signed_in(web, admin, 'http://127.0.0.1:8080') as client:
        answer = await client.get('/desk', headers=IN_TAB)

    assert WINDOW not in answer.text


async def test_stranger_gets_the_login_and_no_library(web: FastAPI) -> None:
    transport = httpx.ASGITransport(web)
    async with httpx.AsyncClient(transport=transport, base_url='http://127.0.0.1:8080') as stranger:
        window = await stranger.get('/desk', headers=IN_TAB)
        library = await stranger.get('/softphone/streams.js')

    assert window.headers['location'] == '/login'
    assert library.status_code == 401


async def test_library_is_amazons_file(browser: httpx.AsyncClient) -> None:
    library = await browser.get('/softphone/streams.js')

    assert len(library.content) == 730_481
    assert library.headers['content-type'].startswith('text/javascript')
