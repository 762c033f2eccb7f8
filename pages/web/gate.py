"""The gate: one middleware around the whole application, for HTTP and WebSockets alike.

It authenticates each request once, and lets through what its path allows (``pages.web.paths``). It refuses foreign origins,
limits rates, gives every answer its security headers, and records for the audit log where an action was performed.
"""

from urllib.parse import quote, urlencode

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.addresses import network_of
from desk.errors import DeskError, NotAllowedError, NotFoundError, NotSignedInError
from desk.settings import Settings
from desk.throttle import Throttle
from pages.web import bodies, hosts, ownership, page_limits, refusals, socket_packets
from pages.web.cookies import Cookie, Cookies
from pages.web.current_screen import route_of
from pages.web.monitoring import may_read_metrics
from pages.web.ownership import remember
from pages.web.paths import OF_OTHER_SITES, Area, area_of, path_of, template_of
from pages.web.principals import STATE_KEY, Principals, Visitor, principal_of, staff_of, visitor_of
from pages.web.repeats import has_repeats
from pages.web.session_watch import watch_session
from pages.web.talk_place import site_of
from services.people.sign_ins import Staff
from services.registry import Services
from services.work.recording import current_route

__all__ = [
    'Gate',
    'address_of',
    'install',
    'principal_of',
    'remember',
    'staff_of',
    'visitor_of',
    'watch_session',
]

VISITS = '/chat/visits/'
FRAMED_BY = 'framed_by'
"""In the request's state: the site that may show the answer in a frame."""
VISIT_HEADER = 'x-chat-token'
LONGEST_BACK_CHARS = 2_000
"""Clients and proxies refuse answers whose header lines are longer than some 8,000 bytes."""
SAFE_METHODS = frozenset({'GET', 'HEAD', 'OPTIONS', 'TRACE'})
FLOODS = {
    '/auth': Throttle(limit=600, seconds=60, error_key='throttle.address'),
    '/account': Throttle(limit=300, seconds=60, error_key='throttle.address'),
    '/reset': Throttle(limit=600, seconds=60, error_key='throttle.address'),
    '/setup': Throttle(limit=600, seconds=60, error_key='throttle.address'),
    '/invite': Throttle(limit=600, seconds=60, error_key='throttle.address'),
    '/talk': Throttle(limit=120, seconds=60, error_key='throttle.address'),
    '/widget': Throttle(limit=3_000, seconds=60, error_key='throttle.address'),
    '/preferences': Throttle(limit=120, seconds=60, error_key='throttle.address'),
}
"""POSTs from one address, by path prefix. Generous: a whole centre, or a carrier's customers, share an address."""

_COMMON = (
    "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'; img-src 'self' data: blob:; font-src 'self' data:"
)
PLAIN_POLICY = f"{_COMMON}; script-src 'self'; style-src 'self'; connect-src 'self'"
PAGE_POLICY = (  # NiceGUI's pages stay blank with less: Vue compiles its templates in the browser
    f"{_COMMON}; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'"
)
ANY_HOST = frozenset({Area.MACHINE, Area.METRICS})
"""Areas that load balancers and metrics collectors request by address."""
SECOND_FACTOR = '/account/second-factor'
LACKING = 'second_factor.needed'
BEARER_AREAS = frozenset({Area.API, Area.DOCS, Area.SIGN_IN, Area.PROGRAM_SOCKET})


def install(app: FastAPI, services: Services, settings: Settings) -> None:
    """Install the gate and the body limits around an application, and the ownership guard in NiceGUI's socket."""
    ownership.guard_socket()
    app.add_middleware(socket_packets.CheckedPackets)
    app.add_middleware(bodies.BoundedBodies)
    app.add_middleware(Gate, services=services, settings=settings)


class Gate:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, services: Services, settings: Settings) -> None:
        self._app = app
        self._services = services
        self._settings = settings
        self._cookies = Cookies(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or WebSocket."""
        if scope['type'] not in {'http', 'websocket'}:
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        answering = _Answering(send, asked, self._settings)
        try:
            await self._answer(asked, receive, answering)
        except Exception:  # a handler outside of the gate would answer without its headers
            if scope['type'] == 'http' and not answering.has_begun:
                await refusals.failed(Request(scope))(scope, receive, answering)
            raise

    async def _answer(self, asked: HTTPConnection, receive: Receive, send: Send) -> None:
        try:
            await self._admit(asked)
        except DeskError as error:
            await self._refuse(asked, error, receive, send)
        else:
            current_route.set(_template_of(asked))
            await self._app(asked.scope, receive, send)

    async def _admit(self, asked: HTTPConnection) -> None:
        """Record the request's principals. Raises a ``DeskError`` for a request that may not pass."""
        area = area_of(path_of(asked))
        if area not in ANY_HOST and not hosts.is_ours(asked, self._settings):
            raise NotAllowedError('gate.unknown_host')
        if has_repeats(asked, area):
            raise NotAllowedError('gate.repeated')
        if self._is_foreign(asked, area):
            raise NotAllowedError('gate.foreign_origin')
        _slow_down(asked)
        await self._admit_frame(asked)
        if not self._is_open(asked, area):
            principals = await self._principals(asked, area)
            asked.scope.setdefault('state', {})[STATE_KEY] = principals
            _require(principals, asked, area)
            page_limits.hit(asked, area, principals)
        bodies.check_kind(asked)

    async def _admit_frame(self, asked: HTTPConnection) -> None:
        """Record the site around a frame. Raises ``NotAllowedError`` for one that may not show the desk."""
        site = site_of(path_of(asked))
        if site is None:
            return
        if not await self._services.allowed_sites.allows(site):
            raise NotAllowedError('widget.site')
        asked.scope.setdefault('state', {})[FRAMED_BY] = site

    def _is_open(self, asked: HTTPConnection, area: Area) -> bool:
        """Return whether a path needs no authentication. Raises ``NotAllowedError`` where metrics may not be read."""
        if area is Area.METRICS and not may_read_metrics(asked, self._settings):
            raise NotAllowedError('gate.metrics')
        if area is Area.DOCS:
            return not self._settings.is_production
        return area in {Area.OPEN, Area.MACHINE, Area.METRICS}

    async def _principals(self, asked: HTTPConnection, area: Area) -> Principals:
        if area is Area.CUSTOMER:
            return Principals(visitor=await self._customer(asked))
        is_page = area in {Area.PAGE_SOCKET, Area.PAGE_FILE}
        return Principals(
            staff=await self._staff(asked, area),
            visitor=await self._holder(asked, Cookie.VISIT) if is_page else None,
            framed=await self._holder(asked, Cookie.SITE_VISIT) if is_page else None,
        )

    async def _staff(self, asked: HTTPConnection, area: Area) -> Staff | None:
        bearer = bearer_of(asked) if area in BEARER_AREAS else None
        token = self._cookies.read(asked, Cookie.SESSION)
        try:
            if bearer is not None:  # a program with a token: the browser's cookie does not count
                return await self._services.sign_ins.staff_by_bearer(bearer)
            return await self._services.sign_ins.staff_by_token(token) if token else None
        except NotSignedInError:
            return None

    async def _customer(self, asked: HTTPConnection) -> Visitor | None:
        """Return the customer by a program's token, else by the cookie of the place that the path is for."""
        if token := asked.headers.get(VISIT_HEADER) or bearer_of(asked):
            return await self._holder_of(token)
        path = path_of(asked)
        if site_of(path) is not None:
            return await self._holder(asked, Cookie.SITE_VISIT)
        visitor = await self._holder(asked, Cookie.VISIT)
        if path.startswith(VISITS) and (visitor is None or str(visitor.chat.id) not in path):
            return await self._holder(asked, Cookie.SITE_VISIT) or visitor
        return visitor

    async def _holder(self, asked: HTTPConnection, cookie: Cookie) -> Visitor | None:
        return await self._holder_of(self._cookies.read(asked, cookie))

    async def _holder_of(self, token: str | None) -> Visitor | None:
        try:
            return Visitor(chat=await self._services.visits.chat_of(token)) if token else None
        except NotFoundError:
            return None

    def _is_foreign(self, asked: HTTPConnection, area: Area) -> bool:
        """Return whether another site's page caused the request. Programs send no origin and are not foreign."""
        is_socket = asked.scope['type'] == 'websocket'
        is_safe = not is_socket and asked.scope['method'] in SAFE_METHODS
        if (is_safe and area is not Area.PAGE_SOCKET) or path_of(asked) in OF_OTHER_SITES:
            return False
        origin = asked.headers.get('origin')
        if origin is not None:
            return origin not in self._own_origins(asked)
        if is_socket and area is Area.PAGE_SOCKET:  # browsers always send an origin here
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


class _Answering:
    """Sends an answer with the desk's headers, and knows whether it has begun."""

    def __init__(self, send: Send, asked: HTTPConnection, settings: Settings) -> None:
        self._send = send
        self._asked = asked
        self._settings = settings
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        """Send one part of it."""
        if message['type'] == 'http.response.start':
            self.has_begun = True
            self._secure(MutableHeaders(scope=message))
        await self._send(message)

    def _secure(self, headers: MutableHeaders) -> None:
        is_page = headers.get('x-nicegui-content') == 'page'
        policy = _page_policy(self._asked) if is_page else PLAIN_POLICY
        headers.setdefault('content-security-policy', _framed_policy(self._asked, policy))
        headers['x-content-type-options'] = 'nosniff'
        headers['referrer-policy'] = 'same-origin'
        if area_of(path_of(self._asked)) is not Area.OPEN:
            headers.setdefault('cache-control', 'no-store')
        if self._settings.is_production:
            headers['strict-transport-security'] = 'max-age=31536000'


def _require(principals: Principals, asked: HTTPConnection, area: Area) -> None:
    staff = principals.staff
    match area:
        case Area.DESK | Area.DOCS | Area.API | Area.PROGRAM_SOCKET | Area.ACCOUNT if staff is None:
            raise NotSignedInError('sign_in.needed')
        case Area.DESK | Area.DOCS | Area.API | Area.PROGRAM_SOCKET if (
            staff and staff.lacks_second_factor
        ):
            raise NotAllowedError(LACKING)
        case Area.PAGE_SOCKET if not _may_use_socket(principals, asked):
            raise NotAllowedError('gate.not_yours')
        case Area.PAGE_FILE if not _may_use_page(principals, path_of(asked)):
            raise NotFoundError('api.unknown_path')
        case _:
            return


def _may_use_socket(principals: Principals, asked: HTTPConnection) -> bool:
    """Return whether a known principal asks, and continues only a connection that it opened itself."""
    begun = asked.query_params.get('sid')
    if begun is None:
        return bool(principals.identities)
    return not principals.identities.isdisjoint(ownership.holders_of_connection(begun))


def _may_use_page(principals: Principals, path: str) -> bool:
    """Return whether the request may use a path: ``/_nicegui/client/{client_id}/…`` is its own page's; other paths are for everybody with a page open."""
    parts = path.split('/')
    if parts[2:3] == ['client']:
        return not principals.identities.isdisjoint(ownership.owners_of(''.join(parts[3:4])))
    return bool(principals.identities)


def _refusal(request: Request, error: DeskError) -> Response:
    path = path_of(request)
    is_page = area_of(path) in {Area.DESK, Area.ACCOUNT} or path == '/docs'
    if isinstance(error, NotSignedInError) and is_page:
        return RedirectResponse(f'/login{_back_to(request)}', 303)
    if error.key == LACKING and is_page:
        return RedirectResponse(SECOND_FACTOR, 303)
    return refusals.answer(request, error)


def _back_to(request: Request) -> str:
    """Return the query that leads the reader back to the requested page after signing in.

    Empty for an address that clients may not accept in a ``Location`` header.
    """
    if request.method != 'GET' or path_of(request) in {'/', '/desk'}:
        return ''
    asked_for = request.url.path + (f'?{request.url.query}' if request.url.query else '')
    back = '?' + urlencode({'next': asked_for}, safe='/', quote_via=quote)
    return back if len(back) <= LONGEST_BACK_CHARS else ''


def _template_of(asked: HTTPConnection) -> str:
    """Return the path template for the audit log; a request of a page's element counts for the screen around that element."""
    path = path_of(asked)
    if area_of(path) not in {Area.PAGE_FILE, Area.PAGE_SOCKET}:
        return template_of(path)
    _, client_id, *rest = [
        *path.split('/')[2:],
        '',
    ]  # /_nicegui/client/{client_id}/upload/{element_id}
    number = rest[1] if len(rest) > 1 else ''
    return route_of(client_id, int(number) if number.isdecimal() and len(number) < 10 else None)


def _slow_down(asked: HTTPConnection) -> None:
    first = path_of(asked).removeprefix('/').partition('/')[0]  # OPTIONS may request * alone
    flood = FLOODS.get(f'/{first}')
    if flood and asked.scope.get('method') == 'POST':
        flood.hit(address_of(asked))


def address_of(asked: HTTPConnection) -> str:
    """Return the sender's address (behind a proxy: as uvicorn was told to trust it)."""
    return network_of(asked.client.host) if asked.client else ''


def _page_policy(asked: HTTPConnection) -> str:
    """Return the page policy with the socket's address: not every browser counts it as the page's own origin."""
    host = asked.headers.get('host', '')
    return f'{PAGE_POLICY} ws://{host} wss://{host}'  # one of our hosts: the request was admitted


def _framed_policy(asked: HTTPConnection, policy: str) -> str:
    """Return the policy with the one site that may show the answer in a frame; the desk itself everywhere else."""
    site = asked.scope.get('state', {}).get(FRAMED_BY)
    return policy.replace("frame-ancestors 'self'", f'frame-ancestors {site}') if site else policy


def bearer_of(asked: HTTPConnection) -> str | None:
    """Return the token of a program, from a header or, from a browser's WebSocket, from its subprotocol."""
    kind, _, value = asked.headers.get('authorization', '').partition(' ')
    if kind.lower() == 'bearer':
        return value.strip()
    match asked.scope.get('subprotocols'):  # the only header that a browser's WebSocket can set
        case ['bearer', token]:
            return str(token)
        case _:
            return None
