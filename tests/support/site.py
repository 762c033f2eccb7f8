"""A small desk on a real socket: the gate, sign-in, a page for agents, one for customers, and a thief's tools."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import socketio  # type: ignore[import-untyped]  # has no stubs
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from nicegui import context, ui
from nicegui.testing.general import nicegui_reset_globals

from desk.settings import Settings
from pages import login
from pages.api import auth, problems
from pages.web import gate, unknown_paths
from pages.web.principals import SignedIn, principals_in, staff_of
from services.chats.visits import ChatStart
from services.registry import Services
from services.work import recording as audit
from tests.support.make import DEPARTMENT, PASSWORD
from tests.support.until import until

SOCKET_PATH = '/_nicegui_ws/socket.io'


@dataclass
class Site:
    """A small desk."""

    services: Services
    address: str
    app: FastAPI | None = None
    """Asked directly, without a port, when it is there."""
    heard: list[str] = field(default_factory=list)
    """What its pages' buttons heard."""
    places: list[str] = field(default_factory=list)
    """Where the audit log would say it was heard."""

    def browser(self, **cookies: str) -> httpx.AsyncClient:
        """A browser with these cookies; it follows no redirects, so that a test sees them."""
        transport = httpx.ASGITransport(self.app) if self.app else None
        return httpx.AsyncClient(base_url=self.address, cookies=cookies, transport=transport)

    async def visit(self) -> str:
        """Start a chat as a customer and return its token."""
        form = ChatStart(name='최유진', phone='010-9876-5432', department=DEPARTMENT)
        return (await self.services.visits.start(form)).token


@dataclass(frozen=True)
class OpenPage:
    """A page as its HTML tells: all that somebody who reads over a shoulder can know."""

    client_id: str
    button_id: int
    listener_id: str
    opener_id: str
    """What hears where the browser says it has gone."""

    def claim(self, path: str) -> dict[str, object]:
        """What the browser says when its address is another."""
        return {
            'id': 0, 'client_id': self.client_id, 'listener_id': self.opener_id, 'args': [json.dumps(path)],
        }  # fmt: skip

    def click(self) -> dict[str, object]:
        """What the browser says when the page's button is pressed."""
        return {
            'id': self.button_id, 'client_id': self.client_id, 'listener_id': self.listener_id, 'args': ['{}'],
        }  # fmt: skip

    def handshake(self) -> dict[str, object]:
        """What the browser says first."""
        return {'client_id': self.client_id, 'tab_id': f'tab-{self.client_id}', 'document_id': 'document',
                'next_message_id': 0}  # fmt: skip


async def session_of(services: Services, username: str) -> str:
    """Sign in and return the cookie's value."""
    _, token = await services.sign_ins.sign_in(username, PASSWORD, address='127.0.0.1')
    return token


async def open_page(site: Site, path: str, **cookies: str) -> OpenPage:
    """Open a page and read its source."""
    async with site.browser(**cookies) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 200, answer.status_code
    client_id = re.search(r"'client_id': '([0-9a-f-]+)'", answer.text)
    button = re.search(r'"(\d+)":\{"tag":"q-btn".*?"listener_id":"([^"]+)"', answer.text)
    opener = re.search(r'"listener_id":"([0-9a-f-]+)","type":"sub_pages_open"', answer.text)
    assert client_id
    assert button
    assert opener
    return OpenPage(client_id[1], int(button[1]), button[2], opener[1])


class Socket:
    """NiceGUI's socket, as a browser or a thief opens it."""

    def __init__(self, site: Site, *, origin: str | None = '', **cookies: str) -> None:
        self._site = site
        self._headers = {'Cookie': '; '.join(f'{name}={value}' for name, value in cookies.items())}
        if origin is not None:
            self._headers['Origin'] = origin or site.address
        self.opened: asyncio.Queue[str] = asyncio.Queue()
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on('open', self._opened)

    async def connect(self, query: str = '') -> None:
        """Connect; raises ``socketio.exceptions.ConnectionError`` when refused."""
        await self.client.connect(
            f'{self._site.address}{query}',
            headers=self._headers,
            transports=['websocket'],
            socketio_path=SOCKET_PATH,
        )

    async def say(self, event: str, message: object) -> object:
        """Send an event and wait until the server has dealt with it; returns the server's answer."""
        return await self.client.call(event, message, timeout=5)

    async def close(self) -> None:
        """Hang up."""
        await self.client.disconnect()
        await self.client.shutdown()

    async def _opened(self, message: dict[str, str]) -> None:
        self.opened.put_nowait(message['path'])


@asynccontextmanager
async def standing(services: Services, settings: Settings) -> AsyncIterator[Site]:
    """Have a small desk without a port while the block runs: enough where no socket is opened."""
    with nicegui_reset_globals():
        site = Site(services, 'http://desk.test')
        site.app = _application(site, settings)
        async with site.app.router.lifespan_context(site.app):
            yield site


@asynccontextmanager
async def serving(services: Services, settings: Settings) -> AsyncIterator[Site]:
    """Serve a small desk on a port of its own while the block runs."""
    with nicegui_reset_globals():
        site = Site(services, '')
        app = _application(site, settings)
        config = uvicorn.Config(app, port=0, log_config=None, ws='websockets-sansio')
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        site.address = f'http://127.0.0.1:{port}'
        yield site
        server.should_exit = True
        await task


def _application(site: Site, settings: Settings) -> FastAPI:
    app = FastAPI(docs_url=None)
    problems.register(app)
    app.include_router(auth.router(site.services, settings))
    app.include_router(login.router(site.services, settings))

    @app.get('/chat/sessions')
    async def sessions(staff: SignedIn) -> dict[str, str]:
        return {'username': staff.agent.username}

    unknown_paths.register(app)

    @ui.page('/desk')
    @ui.page('/desk/chats/{chat_id}')
    def desk_page(request: Request) -> None:
        staff = staff_of(request)
        gate.remember(context.client, staff)
        gate.watch_session(site.services, staff)

        def hear() -> None:
            site.heard.append(staff.agent.username)
            site.places.append(audit.current_route.get())

        ui.button(staff.agent.name, on_click=hear)

    @ui.page('/talk')
    def talk_page(request: Request) -> Response | None:
        visitor = principals_in(request.scope).visitor
        if visitor is None:
            return PlainTextResponse('the start form', 404)
        gate.remember(context.client, visitor)
        ui.button(
            visitor.chat.visitor_name, on_click=lambda: site.heard.append(visitor.chat.visitor_name)
        )
        return None

    ui.run_with(
        app, reconnect_timeout=15, binding_refresh_interval=None, show_welcome_message=False
    )
    gate.install(app, site.services, settings)
    return app
