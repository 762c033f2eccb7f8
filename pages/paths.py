"""Which path is whose: what the gate asks for before it lets a request through."""

import re
from enum import Enum, auto
from urllib.parse import urlsplit

from nicegui import __version__ as nicegui_version

SAFE_LOCAL_PATH = re.compile(r'/(?![/\\])[^\\\s\x00-\x1f\x7f]*')
"""A path on this desk. Browsers read ``//host`` and ``/\\host`` as another host, and drop tabs and line ends."""

WORD = re.compile(r'[a-z][a-z_-]{0,30}')
"""A part of a path that is the same for everybody; any other names a row or somebody."""


class Area(Enum):
    """What a path belongs to."""

    OPEN = auto()
    """For everybody; the gate does not even look who asks."""
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
    ('/healthz', Area.OPEN),
    ('/readyz', Area.OPEN),
    ('/metrics', Area.OPEN),
    ('/docs', Area.OPEN),
    ('/openapi.json', Area.OPEN),
    ('/favicon.ico', Area.OPEN),
    ('/preferences', Area.OPEN),
    ('/login', Area.SIGN_IN),
    ('/auth', Area.SIGN_IN),
    ('/talk', Area.CUSTOMER),
    ('/chat/visits', Area.CUSTOMER),
    ('/chat', Area.API),
    ('/customers', Area.API),
    ('/calls', Area.API),
    ('/history', Area.API),
    ('/ws', Area.PROGRAM_SOCKET),
)
"""The first prefix that fits counts; what fits none is ``Area.DESK``: closed unless said otherwise."""

API_PREFIXES = ('/auth', '/chat', '/customers', '/calls', '/history')


FORMS = ('/auth/login', '/auth/logout')
"""Paths of the API that the login page's forms use as well."""


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


def template_of(path: str) -> str:
    """Return which page or route a path is of, without what it is about: ``/desk/customers/{id}``; no query."""
    bare = urlsplit(path).path
    return '/'.join(
        part if not part or WORD.fullmatch(part) else '{id}' for part in bare.split('/')
    )


def safe_next(wanted: str) -> str:
    """Return where to go after signing in: the wanted path of this desk, or the workspace."""
    if SAFE_LOCAL_PATH.fullmatch(wanted) and area_of(wanted.partition('?')[0]) is Area.DESK:
        return wanted
    return '/desk'
