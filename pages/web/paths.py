"""Areas: which part of the desk a path belongs to, and so what the gate requires for it."""

import re
from enum import Enum, auto
from urllib.parse import urlsplit
from uuid import UUID

from nicegui import __version__ as nicegui_version
from starlette.requests import HTTPConnection

from desk.errors import NotFoundError

SAFE_LOCAL_PATH = re.compile(r'/(?![/\\])[^\\\s\x00-\x1f\x7f]*')
r"""A path on this desk. Browsers read ``//host`` and ``/\host`` as another host, and drop tabs and line ends."""

WORD = re.compile(r'[a-z][a-z_-]{0,30}')
"""A path segment that is the same for everybody; any other segment is an id or a name."""


class Area(Enum):
    """The part of the desk that a path belongs to."""

    OPEN = auto()
    """For everybody; the gate does not authenticate."""
    MACHINE = auto()
    """Health checks, requested by address; they change nothing."""
    METRICS = auto()
    """Prometheus metrics: with the token, or from this machine."""
    DOCS = auto()
    """The API's documentation: for everybody on a local desk, for signed-in people in production."""
    SIGN_IN = auto()
    """Signing in and out: for everybody, authenticated if possible."""
    CUSTOMER = auto()
    """The customer's side: a chat's token counts, a session does not."""
    API = auto()
    """The API, for signed-in people's programs and pages."""
    PROGRAM_SOCKET = auto()
    """The WebSocket for programs."""
    PAGE_SOCKET = auto()
    """NiceGUI's socket, for everybody who has a page open."""
    PAGE_FILE = auto()
    """Uploads and files of one page, beside its socket."""
    ACCOUNT = auto()
    """One's own account, also before a second factor that is required has been set up."""
    DESK = auto()
    """Everything else: for signed-in people."""


PREFIXES = (
    ('/static', Area.OPEN),
    (f'/_nicegui/{nicegui_version}', Area.OPEN),
    ('/_nicegui_ws', Area.PAGE_SOCKET),
    ('/_nicegui', Area.PAGE_FILE),
    ('/healthz', Area.MACHINE),
    ('/readyz', Area.MACHINE),
    ('/metrics', Area.METRICS),
    ('/docs', Area.DOCS),
    ('/openapi.json', Area.DOCS),
    ('/favicon.ico', Area.OPEN),
    ('/preferences', Area.OPEN),
    ('/login', Area.SIGN_IN),
    ('/auth', Area.SIGN_IN),
    ('/invite', Area.SIGN_IN),
    ('/reset', Area.SIGN_IN),
    ('/setup', Area.SIGN_IN),
    ('/account', Area.ACCOUNT),
    ('/wall', Area.OPEN),
    ('/widget.js', Area.OPEN),
    ('/widget', Area.OPEN),
    ('/talk/news', Area.OPEN),
    ('/talk', Area.CUSTOMER),
    ('/chat/visits', Area.CUSTOMER),
    ('/chat', Area.API),
    ('/customers', Area.API),
    ('/calls', Area.API),
    ('/callbacks', Area.API),
    ('/canned-replies', Area.API),
    ('/agents', Area.API),
    ('/history', Area.API),
    ('/contacts', Area.API),
    ('/promises', Area.API),
    ('/mentions', Area.API),
    ('/transfers', Area.API),
    ('/left-messages', Area.API),
    ('/protection', Area.API),
    ('/queues', Area.API),
    ('/reports', Area.API),
    ('/settings', Area.API),
    ('/softphone', Area.API),
    ('/ws', Area.PROGRAM_SOCKET),
)
"""The first matching prefix counts; a path that matches none is ``Area.DESK``, closed by default."""

OF_OTHER_SITES = frozenset({'/widget/pulse'})
"""What pages of other sites may post to: the operation itself checks which site asks."""

PAGES = frozenset({Area.ACCOUNT, Area.DESK, Area.DOCS})
"""Areas that a person is led to after signing in."""

API_PREFIXES = (
    '/auth', '/chat', '/customers', '/calls', '/callbacks', '/canned-replies', '/history', '/agents', '/contacts', '/promises', '/queues',
    '/reports', '/mentions', '/transfers', '/left-messages', '/settings', '/protection',
)  # fmt: skip


FORMS = (
    '/auth/login', '/auth/code', '/auth/logout', '/auth/logout-everywhere',
    '/auth/sso', '/auth/sso/callback',
)  # fmt: skip
"""Paths of the API that forms of our pages use as well."""


def is_for_programs(path: str) -> bool:
    """Return whether refusals at a path are problem+json for every client."""
    prefixes = (*API_PREFIXES, '/ws')
    under = any(path == prefix or path.startswith(f'{prefix}/') for prefix in prefixes)
    return under and path not in FORMS


def area_of(path: str) -> Area:
    """Return the area of a path."""
    for prefix, area in PREFIXES:
        if path == prefix or path.startswith(f'{prefix}/'):
            return area
    return Area.DESK


def path_of(asked: HTTPConnection) -> str:
    """Return the requested path as routes match it: ``url.path`` ends at a ``?`` that is part of the path."""
    path: str = asked.scope['path']
    return path


def id_in(given: str, *, error_key: str) -> UUID:
    """Return the id in a part of an address. Raises ``NotFoundError`` with this key for any other text."""
    try:
        return UUID(given)
    except ValueError as error:
        raise NotFoundError(error_key) from error


def template_of(path: str) -> str:
    """Return a path with ids replaced by names, without the query: ``/desk/customers/{id}``."""
    bare = urlsplit(path).path
    return '/'.join(
        part if not part or WORD.fullmatch(part) else '{id}' for part in bare.split('/')
    )


def safe_next(wanted: str) -> str:
    """Return the path to open after signing in: the wanted one if it is on this desk, else the workspace."""
    if SAFE_LOCAL_PATH.fullmatch(wanted) and area_of(wanted.partition('?')[0]) in PAGES:
        return wanted
    return '/desk'
