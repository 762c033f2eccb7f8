"""Headers and parameters that may occur only once.

The gate and the framework behind it parse headers and queries separately, and of a repeated name one uses the first value and
the other the last: a request could be admitted for one value and served for the other.
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
"""Areas in which every query parameter is NiceGUI's or engine.io's own: they know no lists."""


def has_repeats(asked: HTTPConnection, area: Area) -> bool:
    """Return whether a request repeats a header or parameter that may occur only once."""
    if any(len(asked.headers.getlist(name)) > 1 for name in SINGLE_HEADERS):
        return True
    if area not in SINGLE_PARAMETERS:
        return False
    query = asked.scope['query_string'].decode('latin-1')
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    return len(names) != len(set(names))
