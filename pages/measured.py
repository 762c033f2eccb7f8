"""Every request counted and logged: path without query, never who or what."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk import metrics

log = structlog.get_logger()

LEFT = 499
"""The status that is noted (as nginx does) for who left before their answer began; it is sent to nobody."""
_NO_ANSWER = 'No response returned.'
"""What Starlette's middlewares, of which NiceGUI has two, raise when the answer was given up because nobody waits."""


class Measured:
    """Looks on as a request is answered. Not Starlette's base class, which gives each a task and two queues more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and note what became of it."""
        if scope['type'] != 'http':
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status, has_left = 500, False

        async def receiving() -> Message:
            nonlocal has_left
            message = await receive()
            has_left = has_left or message['type'] == 'http.disconnect'
            return message

        async def sending(message: Message) -> None:
            nonlocal status
            if message['type'] == 'http.response.start':
                status = message['status']
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        except RuntimeError as error:
            if not has_left or str(error) != _NO_ANSWER:
                raise
            status = LEFT
        finally:
            _note(scope, status, time.perf_counter() - started)


def _note(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get('route'), 'path', 'other')  # its template: no metric for each id
    metrics.REQUESTS.labels(scope['method'], route, status).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    log.info(
        'request_processed',
        method=scope['method'],
        path=scope['path'],
        status_code=status,
        process_time=round(seconds, 4),
    )
