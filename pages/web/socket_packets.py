"""Checks the packets that browsers send on NiceGUI's socket, before NiceGUI, socket.io or engine.io see them.

All three trust their own client; any other packet ends in a stack trace and leaves a half-open connection behind. A packet
that no page of ours sends is dropped and counted, and its connection closed: a genuine page reconnects by itself.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs

import structlog
from nicegui import json
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk import metrics
from desk.errors import InvalidInputError, TooManyError
from desk.throttle import Throttle
from pages.web import refusals
from pages.web.paths import Area, area_of

log = structlog.get_logger()

EVENTS_LIMIT, EVENTS_SECONDS = 300, 10.0
"""Events on one connection. A key that is held down repeats some thirty times a second."""
CLOSED = 1008  # RFC 6455 §7.4.1: against the policy
SEPARATOR = '\x1e'
MAX_PACKETS = 16  # from engineio.payload

PLAIN = re.compile(r'2(?:probe)?|3(?:probe)?|1|5|6|41')
"""engine.io: ping, pong, close, upgrade, noop; socket.io: leave."""
CONNECT = re.compile(r'40(\{.*\})?', re.DOTALL)
NUMBER = re.compile(r'[0-9]{1,15}')
EVENT = re.compile(r'42(?:\d{1,9})?(\[.*\])', re.DOTALL)


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True)


ShortText = Annotated[str, Field(max_length=200)]
Number = Annotated[int, Field(ge=0, lt=1 << 53)]


class Handshake(_Shape):
    """A page's first message."""

    client_id: ShortText
    tab_id: ShortText
    old_tab_id: ShortText | None = None
    document_id: ShortText
    next_message_id: Number | None = None


class Event(_Shape):
    """An event of an element."""

    id: Number
    client_id: ShortText
    listener_id: ShortText
    args: Annotated[list[str | None], Field(max_length=10)] = []


class JavascriptResponse(_Shape):
    """The result of a script."""

    client_id: ShortText
    request_id: ShortText
    result: Any = None


class Ack(_Shape):
    """The number of the last message that a page received."""

    client_id: ShortText
    next_message_id: Number


class Log(_Shape):
    """A page's entry for the server's log; it is not written (``ownership``)."""

    client_id: ShortText
    level: Literal['debug', 'info', 'warning', 'error']
    message: str


SHAPES: dict[str, TypeAdapter[Any]] = {
    'handshake': TypeAdapter(Handshake),
    'event': TypeAdapter(Event),
    'javascript_response': TypeAdapter(JavascriptResponse),
    'ack': TypeAdapter(Ack),
    'log': TypeAdapter(Log),
}
"""All events that NiceGUI 3.18 listens for, as its own script sends them."""


class MalformedError(InvalidInputError):
    """No page of ours sends this packet."""

    def __init__(self) -> None:
        super().__init__('socket.frame')


class CheckedPackets:
    """Middleware that passes on valid packets, for WebSockets and for browsers that have to poll."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or one request of a polling browser."""
        if scope['type'] == 'lifespan' or area_of(scope['path']) is not Area.PAGE_SOCKET:
            await self._app(scope, receive, send)
        elif scope['type'] == 'websocket':
            await self._app(scope, _Connection(receive, send).receive, send)
        else:
            await self._poll(scope, receive, send)

    async def _poll(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a whole body first: it is short (``bodies``)."""
        request = Request(scope, receive)
        body = await request.body()
        try:
            if scope['method'] == 'POST':
                check_payload(body)
        except MalformedError as error:
            _note(scope)
            await refusals.problem(request, error)(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


class _Connection:
    """One WebSocket: its packets are passed on until one is invalid, or there are too many."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._check = PacketCheck()
        self._is_closed = False

    async def receive(self) -> Message:
        if self._is_closed:
            return {'type': 'websocket.disconnect', 'code': CLOSED}
        message = await self._receive()
        if message['type'] != 'websocket.receive':
            return message
        try:
            self._check(message.get('text') or '')
        except (MalformedError, TooManyError) as error:
            _note({'type': 'websocket'})
            if isinstance(error, TooManyError):
                metrics.THROTTLED.labels('page').inc()
            self._is_closed = True
            await self._send({'type': 'websocket.close', 'code': CLOSED})
            return {'type': 'websocket.disconnect', 'code': CLOSED}
        return message


class PacketCheck:
    """Checks the packets of one connection."""

    def __init__(self) -> None:
        self._events = Throttle(limit=EVENTS_LIMIT, seconds=EVENTS_SECONDS)
        self._has_joined = False

    def __call__(self, packet: str) -> None:
        """Check one packet. Raises ``MalformedError``, or ``TooManyError`` for too many events."""
        if PLAIN.fullmatch(packet):
            return
        if event := EVENT.fullmatch(packet):
            self._events.hit('events')
            check_event(event[1])
        elif (connect := CONNECT.fullmatch(packet)) and not self._has_joined:
            self._has_joined = True  # a second join would be a second connection inside this one
            _read(connect[1] or '{}')
        else:
            raise MalformedError


def check_event(text: str) -> None:
    """Check an event's name, the shape of its arguments, and the JSON inside. Raises ``MalformedError``."""
    match _read(text):
        case [str(name), dict(message)] if shape := SHAPES.get(name):
            try:
                said = shape.validate_python(message)
            except ValidationError as error:
                raise MalformedError from error
            if isinstance(said, Event):
                for argument in said.args:
                    _read(argument or 'null')
        case _:
            raise MalformedError


def check_query(query: str) -> None:
    """Check the query of a connection, before its first packet. Raises ``MalformedError``."""
    said = {name: values[0] for name, values in parse_qs(query).items()}
    if said.get('implicit_handshake') != 'true':
        return
    number = said.get('next_message_id', '0')
    names = ('client_id', 'tab_id', 'document_id')
    if not all(said.get(name) for name in names) or not NUMBER.fullmatch(number):
        raise MalformedError


def check_payload(body: bytes) -> None:
    """Check all packets of one polling body. Raises ``MalformedError``."""
    try:
        packets: Sequence[str] = body.decode().split(SEPARATOR)
    except UnicodeDecodeError as error:
        raise MalformedError from error
    check = PacketCheck()
    if len(packets) > MAX_PACKETS:
        raise MalformedError
    for packet in packets:
        check(packet)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise MalformedError from error


def _note(scope: Scope) -> None:
    metrics.MALFORMED.labels('event').inc()
    log.info('malformed_frame', transport=scope['type'])


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Return a ``receive`` that yields a body that was read already, and then the rest."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {'type': 'http.request', 'body': body, 'more_body': False}

    return receiving
