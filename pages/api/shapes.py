"""Request and response bodies of the REST API, each with an example.

An agent's program sees the same chat card as the screens; a customer's program sees its own chat without names, numbers
or ids of people.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from desk.identity_memo import IdentityMemo
from models import Agent, CallbackStatus, ChatEnding, ChatStatus, MessageType, Sender
from models.callback import MAX_CALLBACK_CHARS
from models.chat import MAX_MESSAGE_CHARS, MAX_NAME_CHARS
from models.rating import HIGHEST_SCORE, LOWEST_SCORE, MAX_COMMENT_CHARS
from pages.locale import LANGUAGES, text
from pages.web.bodies import MAX_BODY_BYTES
from services.chats.events import ChatCard, ChatMessage
from services.customers.personal_data import holds, masked_phone
from services.text.phone_numbers import MAX_CHARS
from services.text.storable import UNSTORABLE

MAX_NUMBER = 2_147_483_647  # the largest value of PostgreSQL's integer


def storable(text: str) -> str:
    """Return the text if PostgreSQL can store it. Raises ``ValueError`` for NUL or an unpaired surrogate."""
    if UNSTORABLE.search(text):
        raise ValueError('contains what cannot be stored')
    return text


Text = Annotated[str, AfterValidator(storable)]
Number = Annotated[int, Field(ge=0, le=MAX_NUMBER)]

CHAT_EXAMPLE: dict[str, Any] = {
    'id': '6f1c7a52-0f0e-4b8e-9d3b-0d7f5a1c2e34',
    'version': 4,
    'customer_id': None,
    'agent_id': '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    'status': 'active',
    'ending': None,
    'priority': 'medium',
    'department': '주문·배송',
    'source': 'web',
    'visitor_name': '최유진',
    'visitor_phone': '01098765432',
    'start_time': '2026-11-02T01:30:00Z',
    'taken_at': '2026-11-02T01:30:21Z',
    'end_time': None,
    'last_number': 2,
    'last_message_at': '2026-11-02T01:30:40Z',
    'last_line': '주문한 상품이 아직 안 왔어요',
    'last_agent_number': 0,
    'last_agent_id': None,
    'unread_count': 1,
    'awaiting_since': '2026-11-02T01:30:40Z',
    'agent_delivered_number': 1,
    'agent_read_number': 1,
    'customer_delivered_number': 2,
    'customer_read_number': 2,
    'queue_id': '3c9e1f1e-3c55-4c1d-9a53-0d2a4f1f3d77',
    'rank_at': '2026-11-02T01:30:00Z',
    'held_at': None,
    'offered_agent_id': None,
    'offered_at': None,
    'offer_expires_at': None,
    'remind_at': None,
    'silence_due_at': None,
    'silence_asked_at': None,
    'silence_off': False,
    'label_ids': [],
    'reopened_at': None,
    'snoozed_until': None,
    'woken_at': None,
    'joined_agent_ids': [],
    'left_at': None,
}
MESSAGE_EXAMPLE: dict[str, Any] = {
    'id': '0b4e7f0a-3a53-4b8e-8d8f-7a1f1b2c3d4e',
    'chat_session_id': CHAT_EXAMPLE['id'],
    'number': 3,
    'sender': 'agent',
    'sender_id': CHAT_EXAMPLE['agent_id'],
    'type': 'text',
    'content': '네, 바로 확인해 드리겠습니다.',
    'created_at': '2026-11-02T01:30:52Z',
}
VISIT_EXAMPLE: dict[str, Any] = {
    'id': CHAT_EXAMPLE['id'],
    'status': 'waiting',
    'ending': None,
    'department': '주문·배송',
    'start_time': '2026-11-02T01:30:00Z',
    'taken_at': None,
    'end_time': None,
    'place': 2,
    'expected_wait': {'from_seconds': 150, 'to_seconds': 310},
    'last_number': 0,
    'silence_asked_at': None,
    'silence_due_at': None,
    'agent_delivered_number': 0,
    'agent_read_number': 0,
}
VISIT_MESSAGE_EXAMPLE: dict[str, Any] = {
    key: MESSAGE_EXAMPLE[key] for key in ('id', 'number', 'sender', 'type', 'content', 'created_at')
}
TOKEN_EXAMPLE = 'kq3c0Vn2m1b8Zr5xT7yJ4uWfLhD9sEoPaGiNvBtQxRc1Zk8mY2pQ7vT4nB6wC0dE'  # noqa: S105 - opens nothing


REFUSALS = {
    400: ('The body cannot be read at all', 'api.unreadable'),
    401: ('Nobody is signed in, or the session has ended', 'sign_in.needed'),
    403: ('The role may not do this, or another site asks', 'gate.foreign_origin'),
    404: ('Not there, or not yours: the two look the same', 'chat.not_found'),
    409: ('No longer in the state that this needs', 'chat.ended'),
    413: (f'Longer than {MAX_BODY_BYTES} bytes', 'api.too_long'),
    415: ('A form that is not urlencoded UTF-8', 'api.kind'),
    422: ('What was given cannot be used', 'message.blank'),
    429: ('Too often; Retry-After says how many seconds to wait', 'throttle.too_fast'),
    502: ('A service outside of the desk failed or did not answer', 'connect.away'),
}
"""The meaning of each status, and a code that it may carry."""


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of an operation's refusals: ``problems.Problem``, with one example each."""
    return {status: _refusal(status) for status in statuses}


def _refusal(status: int) -> dict[str, Any]:
    description, code = REFUSALS[status]
    example = {
        'type': 'about:blank',
        'title': HTTPStatus(status).phrase,
        'status': status,
        'code': code,
        'detail': text(LANGUAGES[0], code, wait_seconds=3, most=MAX_MESSAGE_CHARS),
    }
    schema = {'$ref': '#/components/schemas/Problem'}
    answer: dict[str, Any] = {
        'description': description,
        'content': {'application/problem+json': {'schema': schema, 'example': example}},
    }
    if status == 429:
        answer['headers'] = {
            'Retry-After': {'description': 'Seconds to wait', 'schema': {'type': 'integer'}}
        }
    return answer


RECENT_EVENTS = 256
"""An event goes to many programs, but is drawn up once: so many events can be on their way at the same time."""
VISIT_CALLBACK_EXAMPLE: dict[str, Any] = {
    'slot_from': '2026-11-02T06:00:00Z',
    'slot_to': '2026-11-02T07:00:00Z',
    'phone': '010-****-5432',
    'status': 'open',
}


def shown_as(example: dict[str, Any]) -> ConfigDict:
    """Return a model configuration with this example."""
    return ConfigDict(json_schema_extra={'examples': [example]})


class Chat(ChatCard):
    """A chat as agents see it. ``visitor_phone`` is whole for the holder of the open chat, ``010-****-5678`` for others."""

    model_config = shown_as(CHAT_EXAMPLE)

    @staticmethod
    def shown_to(agent: Agent, chat: ChatCard) -> 'Chat':
        """Return a chat as this person may see it."""
        return _whole(chat) if holds(agent, chat) else _masked(chat)


def _masked_chat(chat: ChatCard) -> Chat:
    masked = {'visitor_phone': masked_phone(chat.visitor_phone)}
    return Chat.model_validate(chat.model_copy(update=masked))


_whole: IdentityMemo[ChatCard, Chat] = IdentityMemo(Chat.model_validate, most=RECENT_EVENTS)
_masked: IdentityMemo[ChatCard, Chat] = IdentityMemo(_masked_chat, most=RECENT_EVENTS)


class ChatPage(BaseModel):
    """One page of a list of chats; ``next`` is the cursor of the next page, null on the last."""

    model_config = shown_as({'items': [CHAT_EXAMPLE], 'next': 'd2FpdGluZ3wyMDI2LTExLTAy'})

    items: list[Chat]
    next: str | None


class Line(ChatMessage):
    """One message as agents see it: ``number`` is 1, 2, 3 … within its chat, without gaps."""

    model_config = shown_as(MESSAGE_EXAMPLE)


class NewMessage(BaseModel):
    """A message to send.

    The writer makes the ``id``: sent again under the same id it is the same message. ``seen`` is the number of the
    newest message that the writer had on screen; when a colleague replied after it the message is refused (409).
    Without ``seen`` the message is never refused for that reason.
    """

    model_config = shown_as({'content': '네, 바로 확인해 드리겠습니다.', 'type': 'text'})

    content: Text = Field(description=f'1 to {MAX_MESSAGE_CHARS} characters')
    type: Literal[MessageType.TEXT] = MessageType.TEXT
    id: UUID | None = None
    seen: Number | None = None


class VisitorsMessage(BaseModel):
    """A customer's message. ``id`` as in an agent's message."""

    model_config = shown_as({'content': '주문한 상품이 아직 안 왔어요', 'type': 'text'})

    content: Text = Field(description=f'1 to {MAX_MESSAGE_CHARS} characters')
    type: Literal[MessageType.TEXT] = MessageType.TEXT
    id: UUID | None = None


class Marks(BaseModel):
    """The number up to which a chat was read, and the number up to which it was delivered (at least as high)."""

    model_config = shown_as({'number': 2})

    number: Number
    delivered: Number = 0


class NewVisit(BaseModel):
    """The customer's form. ``token``: from ``POST /chat/visits/token``, so that a repeated request is the same chat."""

    model_config = shown_as({'name': '최유진', 'phone': '010-9876-5432', 'department': '주문·배송'})

    name: Text = Field(description=f'1 to {MAX_NAME_CHARS} characters')
    phone: Text = Field(
        description='any spelling of a number; one outside Korea with + and its country code',
        max_length=MAX_CHARS,
    )
    department: Text = Field(description='one of GET /chat/visits/departments', max_length=100)
    token: Text | None = Field(default=None, max_length=128)
    announcement: int | None = Field(
        default=None,
        description='the version of GET /chat/visits/announcement that the customer read',
    )


class NewRating(BaseModel):
    """A rating of an ended chat: 1 (very dissatisfied) to 5 (very satisfied)."""

    model_config = shown_as({'score': 5, 'comment': '친절했어요'})

    score: Annotated[int, Field(ge=LOWEST_SCORE, le=HIGHEST_SCORE)]
    comment: Annotated[Text, Field(max_length=MAX_COMMENT_CHARS)] = ''


class WaitRange(BaseModel):
    """How long a customer will probably wait, in seconds: half of the waits end between the two."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={'examples': [{'from_seconds': 150, 'to_seconds': 310}]},
    )

    from_seconds: int
    to_seconds: int


class Visit(BaseModel):
    """A chat as its customer sees it; ``place`` is 1 for the next in the queue, 0 when the chat no longer waits."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={'examples': [VISIT_EXAMPLE]})

    id: UUID
    status: ChatStatus
    ending: ChatEnding | None
    department: str
    start_time: datetime
    taken_at: datetime | None
    end_time: datetime | None
    place: int
    expected_wait: WaitRange | None
    """Half of the waits from now on end in it; null where too little is known."""
    last_number: int
    silence_asked_at: datetime | None
    silence_due_at: datetime | None
    agent_delivered_number: int
    agent_read_number: int


class VisitLine(BaseModel):
    """One message as the customer sees it."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={'examples': [VISIT_MESSAGE_EXAMPLE]}
    )

    id: UUID
    number: int
    sender: Sender
    type: MessageType
    content: str
    created_at: datetime


class VisitToken(BaseModel):
    """A token that starts one chat; only the desk can make one."""

    model_config = shown_as({'token': TOKEN_EXAMPLE})

    token: str


class StartedVisit(BaseModel):
    """A new chat and the token that opens it; the token is returned this once."""

    model_config = shown_as({'chat': VISIT_EXAMPLE, 'token': TOKEN_EXAMPLE})

    chat: Visit
    token: str


class VisitCallback(BaseModel):
    """A call that a customer asked for, and what became of it. The number is masked."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={'examples': [VISIT_CALLBACK_EXAMPLE]}
    )

    slot_from: datetime
    slot_to: datetime
    phone: str
    status: CallbackStatus


class VisitCallbackChoice(BaseModel):
    """What was asked for last, and when the free slots begin: none while one is asked for or an agent has the chat."""

    model_config = shown_as({'callback': None, 'slots': [VISIT_CALLBACK_EXAMPLE['slot_from']]})

    callback: VisitCallback | None
    slots: list[datetime]


class VisitCallbackWish(BaseModel):
    """The number to call, one of the free slots, and what it is about."""

    model_config = shown_as(
        {'phone': '010-9876-5432', 'slot_from': VISIT_CALLBACK_EXAMPLE['slot_from'], 'body': '교환'}
    )

    phone: Annotated[Text, Field(max_length=MAX_CHARS)]
    slot_from: AwareDatetime
    body: Annotated[Text, Field(max_length=MAX_CALLBACK_CHARS)] = ''


class ServiceState(BaseModel):
    """Whether a backing service answered, and in how many milliseconds."""

    ok: bool
    milliseconds: float


class Readiness(BaseModel):
    """Whether the desk can serve, with the state of every backing service by name."""

    model_config = shown_as(
        {
            'ok': True,
            'stopping': False,
            'services': {
                'postgresql': {'ok': True, 'milliseconds': 0.8},
                'redis': {'ok': True, 'milliseconds': 0.3},
            },
        }
    )

    ok: bool
    stopping: bool = Field(
        default=False, description='this process was told to stop: send it nothing new'
    )
    services: dict[str, ServiceState]


class Liveness(BaseModel):
    """The process answers."""

    model_config = shown_as({'ok': True})

    ok: bool = True
