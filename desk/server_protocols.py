"""uvicorn's protocols with limits on slow clients, endless heads and unread answers.

uvicorn itself limits neither how long a head (request line and headers) or a body may take, nor the
size of a head, and it waits for ever for clients that do not read their answer.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from desk import metrics

HEAD_SECONDS = 10.0
HEAD_BYTES = 32 * 1024
HEADERS = 100
BODY_SECONDS = 15.0
BODY_BYTES_A_SECOND = 1024
"""A body may take ``BODY_SECONDS``, plus one second for each of this many bytes received."""
LINGER_SECONDS = 2.0
"""How long an answered body is still read and dropped, so that the client can read the answer."""
UNREAD_SECONDS = 60.0
"""How long a client may read nothing of a waiting answer (at least 48 KiB, which drains a full buffer)."""
MAX_FRAME_BYTES = 256 * 1024
"""The limit of a WebSocket frame; no page or program sends more than ``pages.web.bodies.MAX_BODY_BYTES``."""


class Deadline:
    """A timer for at most one pending call."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        """Whether a call is pending."""
        return self._timer is not None

    def set(self, seconds: float, act: Callable[[], None]) -> None:
        """Schedule a call in place of the pending one."""
        self.clear()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._run, act)

    def clear(self) -> None:
        """Cancel the pending call."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self, act: Callable[[], None]) -> None:
        self._timer = None
        act()


class LimitedHttp(HttpToolsProtocol):
    """HTTP/1.1 with a time limit on every request."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._incoming = Deadline()
        self._unread = Deadline()
        self._is_in_body = self._is_upgraded = False
        self._head_bytes = self._header_count = self._body_bytes = 0
        self._body_began = 0.0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn has the same signature
        super().connection_made(transport)
        self._incoming.set(HEAD_SECONDS, self._refuse_late)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._incoming.clear()
        self._unread.clear()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if not self._is_in_body:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_body or self._is_upgraded or self.transport.is_closing():
            return
        if self._head_bytes > HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._is_idle and not self._incoming.is_set:  # blank lines do not begin a request
            self._incoming.set(HEAD_SECONDS, self._refuse_late)

    @property
    def _is_idle(self) -> bool:
        """Whether every request so far has been answered."""
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request
        return cycle is None or cycle.response_complete

    # Callbacks of the parser

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_count = 0
        self._incoming.set(HEAD_SECONDS, self._refuse_late)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_count += 1
        if self._header_count > HEADERS or len(name) + len(value) > HEAD_BYTES:
            raise ValueError('too much of a head')  # the parser turns it into its own error: 400
        super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._is_in_body = True
        self._head_bytes = self._body_bytes = 0
        self._body_began = self.loop.time()
        self._incoming.set(BODY_SECONDS, self._look_at_body)
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._is_in_body = False
        self._incoming.clear()
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_in_body and not self.pipeline:
            self._incoming.set(LINGER_SECONDS, self.transport.close)

    @override
    def handle_websocket_upgrade(self) -> None:
        self._incoming.clear()
        self._is_upgraded = True  # from now on the other protocol owns the connection
        super().handle_websocket_upgrade()

    # Time limits

    def _look_at_body(self) -> None:
        """Keep waiting for a body that arrives fast enough, or that the application is not reading yet."""
        due = self._body_began + BODY_SECONDS + self._body_bytes / BODY_BYTES_A_SECOND
        left = due - self.loop.time()
        if left <= 0 and not self.flow.read_paused:
            self._refuse_late()
        else:
            self._incoming.set(max(left, 1.0), self._look_at_body)

    def _refuse_late(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer with an error, unless an answer has begun, and close the connection."""
        is_unanswered = self._is_in_body and not self.pipeline and not self.cycle.response_started
        if self._is_idle or is_unanswered:
            self.transport.write(_plain_answer(status))
        self.transport.close()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.set(UNREAD_SECONDS, self.transport.abort)

    @override
    def resume_writing(self) -> None:
        self._unread.clear()
        super().resume_writing()


class LimitedWebSocket(WebSocketsSansIOProtocol):
    """WebSockets whose broken frames are counted and closed, and not logged."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unread = Deadline()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._unread.clear()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.handshake_initiated:  # all data came at once: no handshake
            self._refuse_handshake()

    @override
    def handle_connect(self, event: Request) -> None:
        if not event.path.isascii():
            self._refuse_handshake()
        else:
            super().handle_connect(event)

    @override
    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == 'text' and not _is_utf_8(self.frames):
            self.frames = []
            self.conn.fail(1007)  # RFC 6455 §8.1
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    @override
    def handle_parser_exception(self) -> None:
        metrics.MALFORMED.labels('frame').inc()
        if self.conn.close_sent is None:
            self._refuse_handshake()
        else:
            super().handle_parser_exception()

    def _refuse_handshake(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_plain_answer(HTTPStatus.BAD_REQUEST))
        self.transport.close()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread.set(UNREAD_SECONDS, self.transport.abort)

    @override
    def resume_writing(self) -> None:
        self._unread.clear()
        super().resume_writing()


def _is_utf_8(frames: list[bytes]) -> bool:
    try:
        b''.join(frames).decode()
    except UnicodeDecodeError:
        return False
    return True


def _plain_answer(status: HTTPStatus) -> bytes:
    head = f'HTTP/1.1 {status.value} {status.phrase}\r\ncontent-length: 0\r\nconnection: close\r\n'
    return f'{head}\r\n'.encode()
