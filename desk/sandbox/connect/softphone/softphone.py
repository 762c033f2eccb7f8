"""The softphone's routes for a centre: the CCP's pages, the service behind them, the agents' socket."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from desk.sandbox import vendor
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.softphone.model import SoftphoneModel
from desk.sandbox.connect.softphone.pages import (
    API_PATH,
    APP_PATH,
    AUDIO_PATH,
    AUTHORIZE_PATH,
    CCP_PATH,
    LOGIN_PATH,
    LOGOUT_PATH,
    Pages,
    missing_page,
)
from desk.sandbox.connect.softphone.service import Service
from desk.sandbox.connect.softphone.sessions import Sessions
from desk.sandbox.connect.softphone.sockets import AgentSockets
from desk.sandbox.errors import SandboxError


def routes(centre: Centre, home: Path) -> list[BaseRoute]:
    """Return the routes; without Amazon's library in the desk's home, a page that says so."""
    try:
        library = vendor.content(vendor.STREAMS, home)
    except SandboxError as error:
        reason = str(error)
        return [Route(path, _missing(reason)) for path in (CCP_PATH, LOGIN_PATH)]
    sessions = Sessions(lambda agent_id: agent_id in centre.world.state.agents)
    pages = Pages(centre, sessions, library)
    service = Service(centre, sessions, SoftphoneModel(library.decode()))
    return [
        Route(CCP_PATH, pages.ccp),
        Route(f'{CCP_PATH}{{name}}.js', pages.script),
        Route(LOGIN_PATH, pages.login),
        Route(LOGOUT_PATH, pages.logout),
        Route(AUTHORIZE_PATH, pages.authorize),
        Route(AUDIO_PATH, pages.audio),
        Route(API_PATH, service.__call__, methods=['POST']),
        Route(f'{API_PATH}/', service.__call__, methods=['POST']),
        Route(APP_PATH, pages.no_apps, methods=['POST']),
        WebSocketRoute('/softphone/socket', AgentSockets(centre, sessions).serve),
    ]


def _missing(reason: str) -> Callable[[Request], Awaitable[Response]]:
    async def say(_request: Request) -> Response:
        return missing_page(reason)

    return say
