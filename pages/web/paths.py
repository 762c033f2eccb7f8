"""Which path is whose: what the gate asks for before it lets a request through."""

import re
from enum import Enum, auto
from urllib.parse import urlsplit
from uuid import UUID

from nicegui import __version__ as nicegui_version
from starlette.requests import HTTPConnection

from desk.errors import NotFoundError

SAFE_LOCAL_PATH = re.compile(r'/(?![/\\])[^\\\s\x00-\x1f\x7f]*')
"""A path on this desk. Browsers read ``//host`` and ``/\\host`` as another host, and drop tabs and line ends."""

WORD = re.compile(r'[a-z][a-z_-]{0,30}')
"""A part of a path that is the same for everybody; any other names a row or somebody."""


class Area(Enum):
    """What a path belongs to."""

    OPEN = auto()
    """For everybody; the gate does not even look who asks."""
    MACHINE = auto()
    """For the machines that run the desk, which ask by address: they tell and do nothing."""
    METRICS = auto()
    """What the process counts of itself: for who holds the token, or sits at this machine."""
    DOCS = auto()
    """The API's documentation: for everybody on one machine, for signed-in people in production."""
    SIGN_IN = auto()
    """Signing in and out: for everybody, and it matters who asks."""
    CUSTOMER = auto()
    """The customer's side: a chat's token counts, a session does not."""
    API = auto()
    """For programs and pages of signed-in people."""
    PROGRAM_SOCKET = auto()
    """The WebSocket for programs."""
    PAGE_SOCKET = auto()
    """NiceGUI's socket, for whoever has a page open."""
    PAGE_FILE = auto()
    """What one page serves or takes beside its socket (uploads)."""
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
    ('/wall', Area.OPEN),
    ('/talk', Area.CUSTOMER),
    ('/chat/visits', Area.CUSTOMER),
    ('/chat', Area.API),
    ('/customers', Area.API),
    ('/calls', Area.API),
    ('/callbacks', Area.API),
    ('/agents', Area.API),
    ('/history', Area.API),
    ('/contacts', Area.API),
    ('/promises', Area.API),
    ('/queues', Area.API),
    ('/softphone', Area.API),
    ('/ws', Area.PROGRAM_SOCKET),
)
"""The first prefix that fits counts; what fits none is ``Area.DESK``: closed unless said otherwise."""

PAGES = frozenset({Area.DESK, Area.DOCS})
"""Where people go who sign in."""

API_PREFIXES = (
    '/auth', '/chat', '/customers', '/calls', '/callbacks', '/history', '/agents', '/contacts', '/promises', '/queues',
)  # fmt: skip


FORMS = ('/auth/login', '/auth/logout', '/auth/logout-everywhere')
"""Paths of the API that forms of our pages use as well."""


def is_for_programs(path: str) -> bool:
    """Whether refusals at a path are said to programs, whatever it is that asks."""
    prefixes = (*API_PREFIXES, '/ws')
    under = any(path == prefix or path.startswith(f'{prefix}/') for prefix in prefixes)
    return under and path not in FORMS


def area_of(path: str) -> Area:
    """Return what a path belongs to."""
    for prefix, area in PREFIXES:
        if path == prefix or path.startswith(f'{prefix}/'):
            return area
    return Area.DESK


def path_of(asked: HTTPConnection) -> str:
    """Return the path that was asked for, as routes are matched by: ``url.path`` ends at a ``?`` that is part of it."""
    path: str = asked.scope['path']
    return path


def id_in(given: str, *, error_key: str) -> UUID:
    """Return the id that a part of an address names. Raises ``NotFoundError`` with this key."""
    try:
        return UUID(given)
    except ValueError as error:
        raise NotFoundError(error_key) from error


def template_of(path: str) -> str:
    """Return which page or route a path is of, without what it is about: ``/desk/customers/{id}``; no query."""
    bare = urlsplit(path).path
    return '/'.join(
        part if not part or WORD.fullmatch(part) else '{id}' for part in bare.split('/')
    )


def safe_next(wanted: str) -> str:
    """Return where to go after signing in: the wanted path of this desk, or the workspace."""
    if SAFE_LOCAL_PATH.fullmatch(wanted) and area_of(wanted.partition('?')[0]) in PAGES:
        return wanted
    return '/desk'
