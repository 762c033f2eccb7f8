"""NiceGUI's ``User`` over the whole desk: sign-in, gate and pages as they are served, without a browser.

The stock fixture drives ``nicegui.app`` alone; ours drives the application that ``main.build`` puts together. An
error in the log fails the test.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies import models as dependencies
from nicegui import Client, background_tasks, ui
from nicegui.functions.download import download
from nicegui.functions.navigate import Navigate
from nicegui.functions.notify import notify
from nicegui.testing import User
from nicegui.testing.general import nicegui_reset_globals

import main
from desk.settings import Settings
from models import Agent
from tests.support.make import PASSWORD, Make

SignIn = Callable[[Agent], Awaitable[User]]
PATIENCE_SECONDS = 0.5
ROUNDS = 20
"""How often a page's work is told to end."""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Let a test's desk go with it: FastAPI remembers thousands of routes, and with each the services that it calls.

    What is remembered is searched through at every test, by NiceGUI's helpers: 0.6 seconds in the end.
    """
    yield
    for memory in vars(dependencies).values():
        if hasattr(memory, 'cache_clear'):
            memory.cache_clear()


@pytest.fixture
async def web(settings: Settings, caplog: pytest.LogCaptureFixture) -> AsyncIterator[FastAPI]:
    """The whole application, with its connections open."""
    with nicegui_reset_globals(), _simulated():
        app = main.build(settings)
        async with app.router.lifespan_context(app):
            yield app
            await _stop_pages()
    errors = [
        one.getMessage() for one in caplog.get_records('call') if one.levelno >= logging.ERROR
    ]
    assert not errors, errors


@pytest.fixture
async def sign_in(web: FastAPI) -> AsyncIterator[SignIn]:
    """Give an agent a browser that is signed in."""
    clients: list[httpx.AsyncClient] = []

    async def signed_in(agent: Agent) -> User:
        transport = httpx.ASGITransport(web)
        client = httpx.AsyncClient(transport=transport, base_url='http://test')
        clients.append(client)
        form = {'username': agent.username, 'password': PASSWORD}
        answer = await client.post('/auth/login', data=form, headers={'Origin': 'http://test'})
        assert answer.status_code == 303, answer.text
        return User(client)

    yield signed_in
    for client in clients:
        await client.aclose()


@pytest.fixture
async def agent(make: Make) -> Agent:
    """An agent of the usual department."""
    return await make.agent()


@pytest.fixture
async def user(sign_in: SignIn, agent: Agent) -> User:
    """The agent's browser."""
    return await sign_in(agent)


async def _stop_pages() -> None:
    """End what pages still do unseen: a connection that is in use when the pool closes is closed by nobody.

    The pages go first, with their timers: one that fires while the test's loop closes would begin a task that never
    runs, and all later tests would wait for it.

    Again while some have not ended: Python 3.11's ``wait_for``, which NiceGUI's outbox waits in, can swallow a
    cancellation. One that goes on all the same fails the test, in place of keeping the suite waiting.
    """
    for client in list(Client.instances.values()):
        client.delete()
    for _ in range(ROUNDS):
        tasks = {task for task in background_tasks.running_tasks if not task.done()}
        if not tasks:
            return
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)
    assert not tasks, tasks


@contextmanager
def _simulated() -> Iterator[Any]:
    os.environ['NICEGUI_USER_SIMULATION'] = 'true'
    try:
        yield
    finally:
        os.environ.pop('NICEGUI_USER_SIMULATION', None)
        ui.navigate, ui.notify, ui.download = Navigate(), notify, download
