"""What may be said once only, because two readers hear it.

The gate and the framework behind it each read headers and queries by themselves, and of a name that comes twice one takes the
first and the other the last: what was admitted is not what is done then.
"""

from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection

from pages.web.paths import Area

SINGLE_HEADERS = (
    'host',
    'origin',
    'authorization',
    'content-type',
    'content-length',
    'transfer-encoding',
    'sec-fetch-site',
    'x-chat-token',
)
SINGLE_PARAMETERS = frozenset({Area.PAGE_SOCKET, Area.PAGE_FILE})
"""Where every parameter of the query is NiceGUI's or engine.io's own: they know no lists."""


def says_twice(asked: HTTPConnection, area: Area) -> bool:
    """Whether a request says something twice that counts once."""
    if any(len(asked.headers.getlist(name)) > 1 for name in SINGLE_HEADERS):
        return True
    if area not in SINGLE_PARAMETERS:
        return False
    query = asked.scope['query_string'].decode('latin-1')
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    return len(names) != len(set(names))
