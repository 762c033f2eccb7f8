"""Rate limits for identified people on the requests that cost the event loop most: pages, and their connections.

Requests are counted by session or chat, not by address: a whole centre shares one address.
"""

from starlette.requests import HTTPConnection

from desk.throttle import Throttle
from pages.web.paths import Area
from pages.web.principals import Principals
from pages.web.talk_place import site_of

PAGES = Throttle(limit=120, seconds=60, error_key='throttle.address')
"""Building one page takes some 40 ms of the event loop: the limit is a twelfth of it."""
CONNECTIONS = Throttle(limit=600, seconds=60, error_key='throttle.address')
"""Enough for ten tabs that check every second whether the desk is back."""
POLLS = Throttle(limit=600, seconds=10, error_key='throttle.address')
"""For browsers behind a proxy that lets no WebSocket through."""
CHAT_PAGE = '/talk/chat'


def hit(asked: HTTPConnection, area: Area, principals: Principals) -> None:
    """Count a request of an identified person. Raises ``TooManyError`` above the limit."""
    if brake := _brake_of(asked, area):
        for identity in principals.identities:
            brake.hit(identity)


def _is_framed_chat(path: str) -> bool:
    return site_of(path) is not None and path.endswith('/chat')


def _brake_of(asked: HTTPConnection, area: Area) -> Throttle | None:
    match area:
        case Area.DESK:
            return PAGES
        case Area.CUSTOMER if asked.url.path == CHAT_PAGE or _is_framed_chat(asked.url.path):
            return PAGES
        case Area.PAGE_SOCKET if 'sid' not in asked.query_params:
            return CONNECTIONS
        case Area.PAGE_SOCKET:
            return POLLS
        case _:
            return None
