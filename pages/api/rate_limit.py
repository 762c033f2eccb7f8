"""Rate limit for signed-in people. Limits on body length are in ``pages.web.bodies``."""

from typing import Any

from fastapi import Depends

from desk.throttle import Throttle
from pages.web.principals import SignedIn

REQUESTS_LIMIT, REQUESTS_SECONDS = 300, 10.0
"""Requests of one session: far above a program's work, far below a runaway loop."""


def rate_limit(*, limit: int = REQUESTS_LIMIT, seconds: float = REQUESTS_SECONDS) -> Any:
    """Return a router dependency that answers 429 to a session with more than ``limit`` requests in ``seconds``."""
    requests = Throttle(limit=limit, seconds=seconds)

    async def hit(staff: SignedIn) -> None:
        requests.hit(staff.session_id)

    return Depends(hit)
