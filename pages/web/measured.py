"""Every request counted and logged: path without query, never who or what."""

import time

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk import metrics

log = structlog.get_logger()

INVITE = '/invite/'
"""What follows in such a path lets somebody in: it is nobody's to read in a log."""
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
        started, path = time.perf_counter(), scope['path']  # an application below may change it
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
            _note(scope, path, status or 500, time.perf_counter() - started)


def _note(scope: Scope, path: str, status: int, seconds: float) -> None:
    route = getattr(scope.get('route'), 'path', 'other')  # its template: no metric for each id
    metrics.REQUESTS.labels(scope['method'], route, status).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    log.info(
        'request_processed',
        method=scope['method'],
        path=path if not path.startswith(INVITE) else f'{INVITE}{{token}}',
        status_code=status,
        process_time=round(seconds, 4),
    )
