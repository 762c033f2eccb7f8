"""How often a signed-in person may ask. How long a body may be: ``pages.web.bodies``."""

from typing import Any

from fastapi import Depends

from desk.throttle import Throttle
from pages.web.principals import SignedIn

REQUESTS_LIMIT, REQUESTS_SECONDS = 300, 10.0


def brake(*, limit: int = REQUESTS_LIMIT, seconds: float = REQUESTS_SECONDS) -> Any:
    """Return what keeps one sign-in from asking a router's paths more often (429), for its ``dependencies``."""
    requests = Throttle(limit=limit, seconds=seconds)

    async def hit(staff: SignedIn) -> None:
        requests.hit(staff.session_id)

    return Depends(hit)
