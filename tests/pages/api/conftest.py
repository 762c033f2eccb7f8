"""The API on a real port: the gate, every router, real servers behind them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from desk.settings import Settings
from models import Agent
from pages.api import (
    accounts,
    auth,
    call_wrap_ups,
    callbacks,
    calls,
    canned_files,
    canned_replies,
    chat_files,
    chat_marks,
    chats,
    contacts,
    customer_attachments,
    customer_files,
    customers,
    docs,
    exports,
    health,
    history,
    notes,
    people,
    problems,
    promises,
    protection,
    queues,
    reports,
    sentiment,
    shifts,
    site_keys,
    sockets,
    transcripts,
    transfers,
    visit_topics,
    visits,
    wrap_ups,
)
from pages.api.program import ConnectionLimits
from pages.web import gate, unknown_paths
from pages.web.request_ids import RequestIds
from services.registry import Services
from tests.support.make import PASSWORD, Make

DEADLINE_SECONDS = 10.0
HASTE = ConnectionLimits(heartbeat_seconds=0.2, queue_frames=50)


class Program:
    """A program's end of the WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.seen: list[dict[str, Any]] = []

    async def say(self, kind: str, **data: Any) -> None:
        await self.connection.send(json.dumps({'type': kind, 'data': data}, default=str))

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """The next frame of one of these types; earlier ones of others are kept in ``seen``."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                frame: dict[str, Any] = json.loads(await self.connection.recv())
                if frame['type'] == 'ping':
                    await self.say('pong')
                self.seen.append(frame)
                if frame['type'] in kinds:
                    return frame

    async def subscribe(self, cursors: dict[UUID, int]) -> dict[str, int]:
        await self.say('subscribe', cursors={str(one): number for one, number in cursors.items()})
        reached: dict[str, int] = (await self.hear('caught_up'))['data']['cursors']
        return reached

    async def closed(self) -> int:
        """The code that the desk closes with."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            await self.connection.wait_closed()
        return self.connection.close_code or 0

    def numbers(self, chat_id: UUID) -> list[int]:
        """The numbers of the messages of a chat that were heard so far, as they came."""
        return [
            frame['data']['number']
            for frame in self.seen
            if frame['type'] == 'message' and frame['data']['chat_session_id'] == str(chat_id)
        ]


@dataclass
class Site:
    """One desk's API, where it listens."""

    app: FastAPI
    services: Services
    port: int = 0
    """Where it listens, for sockets; requests reach the application without a server between."""

    def client(self, bearer: str = '', **headers: str) -> httpx.AsyncClient:
        """A program; what fails inside the desk fails the test."""
        if bearer:
            headers['Authorization'] = f'Bearer {bearer}'
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url='http://desk', headers=headers
        )

    async def bearer_of(self, agent: Agent) -> str:
        staff, _ = await self.services.sign_ins.sign_in(
            agent.username, PASSWORD, address='127.0.0.1'
        )
        return self.services.sign_ins.bearer(staff)

    @asynccontextmanager
    async def signed_in(self, agent: Agent) -> AsyncIterator[httpx.AsyncClient]:
        async with self.client(await self.bearer_of(agent)) as client:
            yield client

    @asynccontextmanager
    async def program(
        self, agent: Agent, *, bearer: str = '', **options: Any
    ) -> AsyncIterator[Program]:
        """A connected program that has been greeted."""
        bearer = bearer or await self.bearer_of(agent)
        async with connect(
            f'ws://127.0.0.1:{self.port}/ws/{agent.id}',
            additional_headers={'Authorization': f'Bearer {bearer}'},
            proxy=None,
            **options,
        ) as connection:
            program = Program(connection)
            await program.hear('hello')
            yield program


Serve = Callable[..., Awaitable[Site]]


@pytest.fixture
async def serve(settings: Settings) -> AsyncIterator[Serve]:
    """Serve as many desks' APIs as a test wants."""
    async with AsyncExitStack() as stack:

        async def start(services: Services, *, pace: ConnectionLimits | None = None) -> Site:
            return await stack.enter_async_context(_serving(services, settings, pace))

        yield start


@pytest.fixture
def site(services: Services, settings: Settings) -> Site:
    """The API of one desk, without a server: for all but sockets."""
    return Site(application(services, settings), services)


@pytest.fixture
async def agent(make: Make) -> Agent:
    return await make.agent()


@pytest.fixture
async def api(site: Site, agent: Agent) -> AsyncIterator[httpx.AsyncClient]:
    """A program of ``agent``."""
    async with site.signed_in(agent) as client:
        yield client


def application(
    services: Services, settings: Settings, pace: ConnectionLimits | None = None
) -> FastAPI:
    """The API without any screen."""
    app = FastAPI(docs_url=None, redoc_url=None)
    problems.register(app)
    for router in (
        health.router({}),
        auth.router(services, settings),
        accounts.router(services),
        chats.router(services),
        chat_marks.router(services),
        chat_files.router(services),
        transcripts.router(services),
        wrap_ups.router(services),
        notes.router(services),
        customer_files.router(services),
        customer_attachments.router(services),
        canned_files.router(services),
        transfers.router(services),
        customers.router(services),
        exports.router(services),
        history.router(services),
        contacts.router(services),
        promises.router(services),
        protection.router(services),
        queues.router(services),
        canned_replies.router(services),
        reports.router(services),
        shifts.router(services),
        site_keys.router(services),
        people.router(services),
        calls.router(services),
        callbacks.router(services),
        call_wrap_ups.router(services),
        sentiment.router(services),
        visit_topics.router(services),
        visits.router(services, settings),
        sockets.router(services, pace=pace),
        docs.router(app),
    ):
        app.include_router(router)
    unknown_paths.register(app)
    gate.install(app, services, settings)
    app.add_middleware(RequestIds)
    return app


@asynccontextmanager
async def _serving(
    services: Services, settings: Settings, pace: ConnectionLimits | None
) -> AsyncIterator[Site]:
    app = application(services, settings, pace)
    config = uvicorn.Config(
        app,
        host='127.0.0.1',
        port=0,
        log_config=None,
        ws='websockets-sansio',
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
            await asyncio.sleep(0.01)
    yield Site(app, services, server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    await task
