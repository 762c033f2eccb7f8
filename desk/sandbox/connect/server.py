"""The simulator as one ASGI app."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from desk import loops
from desk.sandbox.connect.aws.app import AwsSide
from desk.sandbox.connect.aws.sockets import Sockets
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control import api
from desk.sandbox.connect.control.load.player import Player
from desk.sandbox.connect.hand import Hand
from desk.sandbox.connect.keeping import Keeper
from desk.sandbox.connect.objects import METHODS as OBJECT_METHODS
from desk.sandbox.connect.objects import PREFIX as OBJECTS
from desk.sandbox.connect.objects import Objects
from desk.sandbox.connect.publishing import Publisher
from desk.sandbox.connect.softphone import softphone

TICK_SECONDS = 0.1
OWN_ORIGIN = re.compile(r'https?://(127\.0\.0\.1|localhost)(:\d+)?')
METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']


def build(
    centre: Centre,
    *,
    home: Path,
    throttled: bool = True,
    publisher: Publisher | None = None,
    keeper: Keeper | None = None,
) -> Starlette:
    """Return a centre's app: the AWS side, its sockets and files, the softphone, and the control.

    Args:
        centre: the centre.
        home: the folder of Amazon's softphone library, and of the objects of S3.
        throttled: whether AWS's rate limits apply.
        publisher: publishes events, if given.
        keeper: saves the centre in a file, if given.
    """
    aws = AwsSide(centre, throttled=throttled)
    sockets = Sockets(centre)
    files = Files(centre)
    objects = Objects(home / 'connect' / 'objects')
    player = Player(centre, Hand(centre))
    interface = api.build(centre, aws, player)

    @asynccontextmanager
    async def living(_app: Starlette) -> AsyncIterator[None]:
        going = {'time': lambda: _pass_time(centre), 'load': player.run}
        if publisher is not None:
            going['publisher'] = publisher.carry
            publisher.told_listeners.append(player.note_told)
        if keeper is not None:
            going['keeper'] = keeper.keep
        async with interface.router.lifespan_context(interface), loops.running(going):
            yield
        if keeper is not None:
            keeper.finish()

    return Starlette(
        routes=[
            Route('/_sandbox', _to_control),
            Mount(api.PREFIX, interface),
            WebSocketRoute('/participant/socket', sockets.serve),
            Route('/attachments/{attachment_id}', files.serve, methods=['GET', 'PUT']),
            Route(f'{OBJECTS}/{{bucket}}/{{key:path}}', objects.serve, methods=OBJECT_METHODS),
            *softphone.routes(centre, home),
            Route('/{path:path}', aws.__call__, methods=METHODS),
        ],
        middleware=[
            # Neither another site's page nor a host name that points here may act on this machine.
            Middleware(TrustedHostMiddleware, allowed_hosts=['127.0.0.1', 'localhost']),
            Middleware(OwnPagesOnly),
            Middleware(
                CORSMiddleware,
                allow_origin_regex=OWN_ORIGIN.pattern,
                allow_methods=METHODS,
                allow_headers=['*'],
            ),
        ],
        lifespan=living,
    )


class OwnPagesOnly:
    """Refuses requests and sockets of pages from other machines."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests of programs and of this machine's pages."""
        origin = Headers(scope=scope).get('origin') if scope['type'] != 'lifespan' else None
        if origin is None or OWN_ORIGIN.fullmatch(origin):
            await self._app(scope, receive, send)
        elif scope['type'] == 'websocket':
            await send({'type': 'websocket.close', 'code': 4403, 'reason': ''})
        else:
            await Response(status_code=403)(scope, receive, send)


class Files:
    """Stores and returns chats' files, in place of Connect's presigned S3 addresses."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    async def serve(self, request: Request) -> Response:
        """Store or return a file."""
        attachment_id = request.path_params['attachment_id']
        attachment = self._centre.world.state.attachments.get(attachment_id)
        if attachment is None or attachment.is_completed is not (request.method == 'GET'):
            return Response(status_code=403)
        if request.method == 'GET':
            disposition = {'Content-Disposition': 'attachment', 'X-Content-Type-Options': 'nosniff'}
            return Response(attachment.content, 200, disposition, attachment.content_type)
        if int(request.headers.get('content-length', -1)) != attachment.size_bytes:
            return Response(status_code=400)
        content = await request.body()
        with self._centre.acting():
            attachment.content = content
        return Response()


async def _to_control(_request: Request) -> Response:
    return RedirectResponse(f'{api.PREFIX}/')


async def _pass_time(centre: Centre) -> None:
    while True:
        centre.faults.catch_up()
        centre.pass_time()
        await asyncio.sleep(TICK_SECONDS)
