"""The gate: one middleware around the whole application, for HTTP and WebSockets alike.

It finds out who asks, once a request, and lets through what the path allows them (``pages.paths``). It refuses
foreign origins, slows down floods, gives every answer its security headers, and notes for the audit log where
something was done.
"""

import re
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.errors import DeskError, NotAllowedError, NotFoundError, NotSignedInError
from desk.settings import Settings
from desk.throttle import Throttle
from pages import ownership, refusals
from pages.ownership import remember
from pages.paths import Area, area_of, template_of
from pages.principals import (
    STATE_KEY,
    Principals,
    Visitor,
    principal_of,
    staff_of,
    visitor_of,
)
from pages.session_watch import watch_session
from services.audit import doing_on
from services.registry import Services
from services.sign_ins import Staff

__all__ = [
    'SESSION_COOKIE',
    'VISIT_COOKIE',
    'Gate',
    'address_of',
    'install',
    'principal_of',
    'remember',
    'staff_of',
    'visitor_of',
    'watch_session',
]

SESSION_COOKIE = 'desk_session'
VISIT_COOKIE = 'desk_chat'
VISIT_HEADER = 'x-chat-token'
SAFE_METHODS = frozenset({'GET', 'HEAD', 'OPTIONS', 'TRACE'})
FLOODS = {
    '/auth/login': Throttle(limit=600, seconds=60, error_key='throttle.address'),
    '/talk': Throttle(limit=120, seconds=60, error_key='throttle.address'),
}
"""POSTs from one address. Generous: a whole centre, or a carrier's customers, share one."""

_COMMON = (
    "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'; img-src 'self' data: blob:; font-src 'self' data:"
)
PLAIN_POLICY = f"{_COMMON}; script-src 'self'; style-src 'self'; connect-src 'self'"
PAGE_POLICY = (  # NiceGUI's pages stay blank with less: Vue compiles its templates in the browser
    f"{_COMMON}; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'"
)
HOST = re.compile(r'[\w.:\[\]-]+')


def install(app: FastAPI, services: Services, settings: Settings) -> None:
    """Put the gate around an application and the guard into NiceGUI's socket."""
    ownership.guard_socket()
    app.add_middleware(Gate, services=services, settings=settings)


class Gate:
    """Lets through who may pass."""

    def __init__(self, app: ASGIApp, *, services: Services, settings: Settings) -> None:
        self._app = app
        self._services = services
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or WebSocket."""
        if scope['type'] not in {'http', 'websocket'}:
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        try:
            await self._admit(asked)
        except DeskError as error:
            await self._refuse(asked, error, receive, self._with_headers(asked, send))
        else:
            doing_on.set(_template_of(asked))
            await self._app(scope, receive, self._with_headers(asked, send))

    async def _admit(self, asked: HTTPConnection) -> None:
        """Note who asks. Raises a ``DeskError`` for what may not pass."""
        area = area_of(asked.url.path)
        if self._is_foreign(asked, area):
            raise NotAllowedError('gate.foreign_origin')
        _slow_down(asked)
        if area is Area.OPEN:
            return
        principals = await self._principals(asked, area)
        asked.scope.setdefault('state', {})[STATE_KEY] = principals
        _require(principals, asked, area)

    async def _principals(self, asked: HTTPConnection, area: Area) -> Principals:
        is_page = area in {Area.PAGE_SOCKET, Area.PAGE_FILE}
        return Principals(
            staff=None if area is Area.CUSTOMER else await self._staff(asked, area),
            visitor=await self._visitor(asked) if is_page or area is Area.CUSTOMER else None,
        )

    async def _staff(self, asked: HTTPConnection, area: Area) -> Staff | None:
        bearer = _bearer(asked) if area in {Area.API, Area.SIGN_IN, Area.PROGRAM_SOCKET} else None
        token = asked.cookies.get(SESSION_COOKIE)
        try:
            if (
                bearer is not None
            ):  # a program that says who it is: the browser's cookie does not count
                return await self._services.sign_ins.staff_by_bearer(bearer)
            return await self._services.sign_ins.staff_by_token(token) if token else None
        except NotSignedInError:
            return None

    async def _visitor(self, asked: HTTPConnection) -> Visitor | None:
        token = asked.cookies.get(VISIT_COOKIE)
        if area_of(asked.url.path) is Area.CUSTOMER:
            token = asked.headers.get(VISIT_HEADER) or _bearer(asked) or token
        try:
            return Visitor(chat=await self._services.visits.chat_of(token)) if token else None
        except NotFoundError:
            return None

    def _is_foreign(self, asked: HTTPConnection, area: Area) -> bool:
        """Whether another site's page makes the browser ask; programs, which send no origin, are not."""
        is_socket = asked.scope['type'] == 'websocket'
        is_safe = not is_socket and asked.scope['method'] in SAFE_METHODS
        if is_safe and area is not Area.PAGE_SOCKET:
            return False
        origin = asked.headers.get('origin')
        if origin is not None:
            return origin not in self._own_origins(asked)
        if is_socket and area is Area.PAGE_SOCKET:  # browsers always send one here
            return True
        return asked.headers.get('sec-fetch-site', 'none') not in {'same-origin', 'none'}

    def _own_origins(self, asked: HTTPConnection) -> frozenset[str]:
        secure = 's' if asked.url.scheme in {'https', 'wss'} else ''
        host = asked.headers.get('host', '')
        return self._settings.origins | {f'http{secure}://{host}'}

    async def _refuse(
        self, asked: HTTPConnection, error: DeskError, receive: Receive, send: Send
    ) -> None:
        if asked.scope['type'] == 'websocket':
            await send(
                {'type': 'websocket.close', 'code': 1008, 'reason': error.key}
            )  # before accept: 403
            return
        request = Request(asked.scope, receive)
        await _refusal(request, error)(asked.scope, receive, send)

    def _with_headers(self, asked: HTTPConnection, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message['type'] == 'http.response.start':
                self._secure(asked, MutableHeaders(scope=message))
            await send(message)

        return sending

    def _secure(self, asked: HTTPConnection, headers: MutableHeaders) -> None:
        is_page = headers.get('x-nicegui-content') == 'page'
        headers.setdefault(
            'content-security-policy', _page_policy(asked) if is_page else PLAIN_POLICY
        )
        headers['x-content-type-options'] = 'nosniff'
        headers['referrer-policy'] = 'same-origin'
        if area_of(asked.url.path) is not Area.OPEN:
            headers.setdefault('cache-control', 'no-store')
        if self._settings.is_production:
            headers['strict-transport-security'] = 'max-age=31536000'


def _require(principals: Principals, asked: HTTPConnection, area: Area) -> None:
    match area:
        case Area.DESK | Area.API | Area.PROGRAM_SOCKET if principals.staff is None:
            raise NotSignedInError('sign_in.needed')
        case Area.PAGE_SOCKET if not _may_use_socket(principals, asked):
            raise NotAllowedError('gate.not_yours')
        case Area.PAGE_FILE if not _may_use_page(principals, asked.url.path):
            raise NotFoundError('api.unknown_path')
        case _:
            return


def _may_use_socket(principals: Principals, asked: HTTPConnection) -> bool:
    """Known people only, and nobody goes on with a connection that somebody else began."""
    begun = asked.query_params.get('sid')
    if begun is None:
        return bool(principals.identities)
    return not principals.identities.isdisjoint(ownership.holders_of_connection(begun))


def _may_use_page(principals: Principals, path: str) -> bool:
    """``/_nicegui/client/{client_id}/…`` belongs to one page; the rest to whoever has any."""
    parts = path.split('/')
    if parts[2:3] == ['client']:
        return not principals.identities.isdisjoint(ownership.owners_of(''.join(parts[3:4])))
    return bool(principals.identities)


def _refusal(request: Request, error: DeskError) -> Response:
    if isinstance(error, NotSignedInError) and area_of(request.url.path) is Area.DESK:
        return RedirectResponse(f'/login{_back_to(request)}', 303)
    return refusals.answer(request, error)


def _back_to(request: Request) -> str:
    """Return the query that brings the reader back to what they asked for, once signed in."""
    if request.method != 'GET' or request.url.path in {'/', '/desk'}:
        return ''
    asked_for = request.url.path + (f'?{request.url.query}' if request.url.query else '')
    return '?' + urlencode({'next': asked_for}, safe='/', quote_via=quote)


def _template_of(asked: HTTPConnection) -> str:
    """Return what the audit log calls the place; what belongs to one page was done on that page."""
    path = asked.url.path
    if area_of(path) in {Area.PAGE_FILE, Area.PAGE_SOCKET}:
        path = ownership.page_path(''.join(path.split('/')[3:4]))
    return template_of(path)


def _slow_down(asked: HTTPConnection) -> None:
    flood = FLOODS.get(asked.url.path)
    if flood and asked.scope.get('method') == 'POST':
        flood.hit(address_of(asked))


def address_of(asked: HTTPConnection) -> str:
    """Return the address that a request came from (behind a proxy: what uvicorn was told to trust)."""
    return asked.client.host if asked.client else ''


def _page_policy(asked: HTTPConnection) -> str:
    """Name the socket's address as well: not every browser counts it as the page's own origin."""
    host = asked.headers.get('host', '')
    return f'{PAGE_POLICY} ws://{host} wss://{host}' if HOST.fullmatch(host) else PAGE_POLICY


def _bearer(asked: HTTPConnection) -> str | None:
    kind, _, value = asked.headers.get('authorization', '').partition(' ')
    if kind.lower() == 'bearer':
        return value.strip()
    match asked.scope.get('subprotocols'):  # where a browser's WebSocket can put it
        case ['bearer', token]:
            return str(token)
        case _:
            return None
