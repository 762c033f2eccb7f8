"""How much one known person may ask of what costs the loop most: pages, and connections for them.

Who is known is counted by their session or chat, not by their address: a whole centre shares one.
"""

from starlette.requests import HTTPConnection

from desk.throttle import Throttle
from pages.web.paths import Area
from pages.web.principals import Principals

PAGES = Throttle(limit=120, seconds=60, error_key='throttle.address')
"""Building one takes some 40 ms of the loop: this is a twelfth of it."""
CONNECTIONS = Throttle(limit=600, seconds=60, error_key='throttle.address')
"""Ten tabs that look every second whether the desk is back."""
POLLS = Throttle(limit=600, seconds=10, error_key='throttle.address')
"""Of browsers behind a proxy that lets no WebSocket through."""
CHAT_PAGE = '/talk/chat'


def slow_down(asked: HTTPConnection, area: Area, principals: Principals) -> None:
    """Count what a known person asks for. Raises ``TooManyError``."""
    if brake := _brake_of(asked, area):
        for identity in principals.identities:
            brake.hit(identity)


def _brake_of(asked: HTTPConnection, area: Area) -> Throttle | None:
    match area:
        case Area.DESK:
            return PAGES
        case Area.CUSTOMER if asked.url.path == CHAT_PAGE:
            return PAGES
        case Area.PAGE_SOCKET if 'sid' not in asked.query_params:
            return CONNECTIONS
        case Area.PAGE_SOCKET:
            return POLLS
        case _:
            return None
