"""Limits on request bodies: one for the length, and for each path the media types that it accepts.

Both are checked before a framework sees the body: decoding by a charset that the sender names, or keeping parts in
memory and on disk, could be made to take minutes.
"""

import re
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.errors import InvalidInputError, TooLongError, UnsupportedKindError
from pages.web import refusals
from pages.web.paths import Area, area_of, is_for_programs

MAX_BODY_BYTES = 64 * 1024
"""Fits ``models.chat.MAX_MESSAGE_CHARS`` characters, each in JSON's longest form (12 bytes)."""
MAX_UPLOAD_BYTES = (300 << 20) + MAX_BODY_BYTES
"""The largest sheet (``services.customers.importing``), and multipart's own bytes around it."""
MAX_FIELDS = 20
"""Fields of one form; our longest form has four."""

MAX_CHAT_FILE_BYTES = (20 << 20) + 1
"""The largest file of a chat (``services.files``), and a byte more, so that its own refusal is heard."""
CHAT_FILE_PATH = re.compile(
    r'/(chat/sessions|chat/visits|customers|canned-replies)/[0-9a-fA-F-]{36}/files/[0-9a-fA-F-]{36}'
)
UPLOAD_PATH = re.compile(r'/_nicegui/client/[0-9a-f-]{36}/upload/\d{1,9}')
FORM = re.compile(r'application/x-www-form-urlencoded(?: *; *charset=("?)utf-?8\1)?', re.IGNORECASE)
JSON = re.compile(r'application/json(?: *;.*)?', re.IGNORECASE)
UPLOAD = re.compile(r'multipart/form-data *; *boundary=("?)[\w\'()+,./:=?-]{1,70}\1', re.IGNORECASE)
"""The accepted media type, with no parameter but these: RFC 7578 §4.6 has none for a charset either."""
GIVEN_UP = (ClientDisconnect, RuntimeError)
"""The errors raised by reading on after a body that ended too early."""


def check_kind(asked: HTTPConnection) -> None:
    """Raise ``UnsupportedKindError`` when the body's media type is not one that its path accepts."""
    kinds = _kinds_at(asked.url.path)
    if not kinds or asked.scope.get('method') != 'POST':
        return
    named = asked.headers.getlist('content-type')
    is_empty = not named and UPLOAD not in kinds
    if not is_empty and (len(named) != 1 or not any(one.fullmatch(named[0]) for one in kinds)):
        raise UnsupportedKindError('api.kind')


def _kinds_at(path: str) -> tuple[re.Pattern[str], ...]:
    """Return the media types that a path accepts; none for any, where every body is read as JSON in UTF-8."""
    if UPLOAD_PATH.fullmatch(path):
        return (UPLOAD,)
    if is_for_programs(path) or area_of(path) is Area.PAGE_SOCKET:
        return ()
    return (FORM, JSON) if area_of(path) is Area.SIGN_IN else (FORM,)


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; none for a body of another media type.

    Raises ``InvalidInputError`` for a body that is not UTF-8, and for more than ``MAX_FIELDS`` fields, which are not parsed.
    """
    if not FORM.fullmatch(request.headers.get('content-type', '')):
        return {}
    try:
        pairs = parse_qsl(
            (await request.body()).decode(),
            keep_blank_values=True,
            errors='strict',
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:  # not UTF-8, or too many fields
        raise InvalidInputError('api.form') from error
    return dict(pairs)


def _most_bytes(path: str) -> int:
    """Return the longest body that a path accepts."""
    if UPLOAD_PATH.fullmatch(path):
        return MAX_UPLOAD_BYTES
    return MAX_CHAT_FILE_BYTES if CHAT_FILE_PATH.fullmatch(path) else MAX_BODY_BYTES


class BoundedBodies:
    """Passes on bodies up to their path's limit; a longer one is refused (413) and not read further."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope['type'] != 'http':
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        if exchange.is_announced_too_long:
            await exchange.refuse()
            return
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except GIVEN_UP:
            if not exchange.is_refused:
                raise


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._request = Request(scope)
        self._receive: Receive = receive
        self._send: Send = send
        self._most = _most_bytes(scope['path'])
        self._received = 0
        self._is_answered = False
        self.is_refused = False

    @property
    def is_announced_too_long(self) -> bool:
        announced = self._request.headers.get('content-length', '')
        return announced.isdecimal() and int(announced) > self._most

    async def receive(self) -> Message:
        if not self.is_refused:
            message = await self._receive()
            self._received += len(message.get('body', b''))
            if self._received <= self._most:
                return message
            await self.refuse()
        return {'type': 'http.disconnect'}

    async def send(self, message: Message) -> None:
        self._is_answered = True
        if not self.is_refused:
            await self._send(message)

    async def refuse(self) -> None:
        """Answer in place of the application, once; the server drops the rest of the body (``desk.server_protocols``)."""
        self.is_refused = True
        if self._is_answered:
            return
        answer = refusals.answer(self._request, TooLongError('api.too_long'))
        await answer(self._request.scope, self._receive, self._send)
