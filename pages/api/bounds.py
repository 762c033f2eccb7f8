"""How often a signed-in person may ask, and how long a request's body may be.

What is longer is refused (413) as soon as that is known, and not read on.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive
from typing_extensions import override

from desk.throttle import Throttle
from pages.principals import SignedIn

REQUESTS_LIMIT, REQUESTS_SECONDS = 300, 10.0
MAX_BODY_BYTES = (
    64 * 1024
)  # models.chat.MAX_MESSAGE_CHARS, each in JSON's longest form (12 bytes), fits


def brake(*, limit: int = REQUESTS_LIMIT, seconds: float = REQUESTS_SECONDS) -> Any:
    """Return what keeps one sign-in from asking a router's paths more often (429), for its ``dependencies``."""
    requests = Throttle(limit=limit, seconds=seconds)

    async def hit(staff: SignedIn) -> None:
        requests.hit(staff.session_id)

    return Depends(hit)


class BoundedRoute(APIRoute):
    """A route that reads at most ``MAX_BODY_BYTES``; the framework's own limit answers plain text."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request, with a bounded way to read its body."""
        answer = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            return await answer(Request(request.scope, _bounded(request)))

        return bounded


def _bounded(request: Request) -> Receive:
    announced = request.headers.get('content-length', '')
    is_too_long = announced.isdecimal() and int(announced) > MAX_BODY_BYTES
    received = 0

    async def receive() -> Message:
        nonlocal received
        if is_too_long:
            raise HTTPException(413)
        message = await request.receive()
        received += len(message.get('body', b''))
        if received > MAX_BODY_BYTES:
            raise HTTPException(413)
        return message

    return receive
