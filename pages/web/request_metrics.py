"""Counts and logs every request by its route, never what somebody wrote into the address: a name, an id or a token."""

import time

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk import metrics, tracing

log = structlog.get_logger()

UNKNOWN = 'other'
"""In the place of a path that no route knows."""
LEFT = 499
"""The status that is logged (as nginx does) for a client that left before its answer began; it is never sent."""
_NO_ANSWER = 'No response returned.'
"""The error of Starlette's middlewares, of which NiceGUI has two, when the client left before the answer."""


class RequestMetrics:
    """Middleware that measures each request. Starlette's base class would cost each one a task and two queues."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log its status and duration."""
        if scope['type'] != 'http':
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status, has_left = 0, False

        async def receiving() -> Message:
            nonlocal has_left
            message = await receive()
            has_left = has_left or message['type'] == 'http.disconnect'
            return message

        async def sending(message: Message) -> None:
            nonlocal status
            if message['type'] == 'http.response.start':
                status = LEFT if has_left else message['status']
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        except (ClientDisconnect, RuntimeError) as error:
            if not has_left or (isinstance(error, RuntimeError) and str(error) != _NO_ANSWER):
                raise
            status = LEFT
        finally:
            _note(scope, status or 500, time.perf_counter() - started)


def _note(scope: Scope, status: int, seconds: float) -> None:
    path = _template_of(scope)
    route = getattr(scope.get('route'), 'path', UNKNOWN)  # not one per id
    tracing.note(route=route)
    metrics.REQUESTS.labels(scope['method'], route, status).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    log.info(
        'request_processed',
        method=scope['method'],
        path=path,
        status_code=status,
        process_time=round(seconds, 4),
    )


def _template_of(scope: Scope) -> str:
    """Return the path as our code writes it: with the names of its parameters, or where what answered is mounted."""
    route: str = getattr(scope.get('route'), 'path', '')
    return route or scope.get('root_path') or UNKNOWN
