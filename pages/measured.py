"""Every request counted and logged: path without query, never who or what."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk import metrics

log = structlog.get_logger()


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
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message['type'] == 'http.response.start':
                status = message['status']
            await send(message)

        try:
            await self._app(scope, receive, sending)
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
