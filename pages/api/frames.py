"""The frames of ``/ws/{agent_id}``: ``{"type", "data", "timestamp"}``, both ways.

To a program: ``hello``, ``message``, ``typing``, ``session_update``, ``sentiment``, ``agent_status``, ``agent_changed``,
``note``, ``mention``, ``transfer``, ``transfer_ended``, ``promise_changed``, ``promise_due``, ``callback_changed``, ``callback_due``, ``ack``, ``caught_up``, ``resync``, ``ping``, ``pong``, ``error``. From it:
``subscribe``, ``message``, ``typing``, ``pong``, ``ping``. A ``message`` that comes after one of its chat with a higher
number also has ``"late": true``. A program's frame may have a ``traceparent`` beside ``data``.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter

from desk import clock
from desk.identity_memo import IdentityMemo
from pages.api.shapes import RECENT_EVENTS, NewMessage, Number

MAX_CURSORS = 1_000
MAX_TRACEPARENT_CHARS = 256
"""W3C Trace Context has 55 characters; a later version may have more."""


class FrameKind(StrEnum):
    """The types of frames that a program receives."""

    HELLO = 'hello'
    MESSAGE = 'message'
    TYPING = 'typing'
    SESSION_UPDATE = 'session_update'
    SENTIMENT = 'sentiment'
    AGENT_STATUS = 'agent_status'
    AGENT_CHANGED = 'agent_changed'
    NOTE = 'note'
    MENTION = 'mention'
    TRANSFER = 'transfer'
    TRANSFER_ENDED = 'transfer_ended'
    PROMISE_CHANGED = 'promise_changed'
    PROMISE_DUE = 'promise_due'
    CALLBACK_CHANGED = 'callback_changed'
    CALLBACK_DUE = 'callback_due'
    ACK = 'ack'
    CAUGHT_UP = 'caught_up'
    RESYNC = 'resync'
    PING = 'ping'
    PONG = 'pong'
    ERROR = 'error'


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame to send to a program."""

    kind: FrameKind
    data: BaseModel | dict[str, Any]


class Cursors(BaseModel):
    """For each chat that the program follows, the number of the newest message it has; 0 for none."""

    cursors: Annotated[dict[UUID, Number], Field(max_length=MAX_CURSORS)]


class MessageToSend(NewMessage):
    """A message and the chat it goes to; fields as in ``POST /chat/sessions/{id}/messages``."""

    chat_session_id: UUID


class TypingIn(BaseModel):
    """The chat in which the agent types."""

    chat_session_id: UUID


class Traced(BaseModel):
    """A frame whose work belongs to a trace of the program, if it names one."""

    traceparent: Annotated[str, Field(max_length=MAX_TRACEPARENT_CHARS)] = ''
    """W3C Trace Context; as the standard asks, an invalid one is ignored."""


class Subscribe(Traced):
    """Catch up in these chats, then follow them live."""

    type: Literal['subscribe']
    data: Cursors


class Send(Traced):
    """Send a message; answered by ``ack`` or ``error``."""

    type: Literal['message']
    data: MessageToSend


class TellTyping(Traced):
    """Show the customer that the agent is typing."""

    type: Literal['typing']
    data: TypingIn


class Pulse(BaseModel):
    """A heartbeat: ``pong`` answers the desk's ``ping``; ``ping`` asks the desk for a ``pong``."""

    type: Literal['ping', 'pong']
    data: Any = None


Incoming = Subscribe | Send | TellTyping | Pulse

_incoming: TypeAdapter[Incoming] = TypeAdapter(Annotated[Incoming, Field(discriminator='type')])


def decoded(text: str) -> Incoming:
    """Return a program's frame. Raises ``pydantic.ValidationError`` (a ``ValueError``) for anything else."""
    return _incoming.validate_json(text)


_body: IdentityMemo[BaseModel, str] = IdentityMemo(
    lambda data: data.model_dump_json(), most=RECENT_EVENTS
)


def encoded(kind: FrameKind, data: BaseModel | dict[str, Any], *, is_late: bool = False) -> str:
    """Return a frame as text, stamped with the current time."""
    body = _body(data) if isinstance(data, BaseModel) else json.dumps(data, ensure_ascii=False)
    late = ', "late": true' if is_late else ''
    return f'{{"type": "{kind}", "data": {body}, "timestamp": "{clock.now().isoformat()}"{late}}}'
