"""Gives every request and socket its id, and every answer the header ``X-Request-Id``."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk import request_ids, tracing

HEADER = 'X-Request-Id'


class RequestIds:
    """Middleware around all others, so that what they log carries the id too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket under its id."""
        if scope['type'] not in {'http', 'websocket'}:
            await self._app(scope, receive, send)
            return
        request_id = request_ids.of_headers(scope['headers'])

        async def answering(message: Message) -> None:
            if message['type'] == 'http.response.start':
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        tracing.note(request_id=request_id)
        request_ids.bind(request_id)
        await self._app(scope, receive, answering)
