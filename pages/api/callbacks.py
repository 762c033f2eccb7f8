"""``/callbacks``: customers who are to be called in a slot (콜백), promised by agents or asked for by customers."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from models import CallbackStatus
from models.callback import MAX_CALLBACK_CHARS
from pages.api.call_shapes import CallItem
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Number, Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.calls.callbacks import NewCallback
from services.customers.fields import MAX_NAME_CHARS
from services.registry import Services
from services.text.phone_numbers import MAX_CHARS

AGENT = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'
CALL = '6f1c7a52-0f0e-4b8e-9d3b-0d7f5a1c2e35'
CALLBACK_EXAMPLE: dict[str, Any] = {
    'id': '8a0e6a5e-3a0b-4f63-8f0e-5d8e7c1b2a91',
    'version': 1,
    'customer_id': None,
    'name': '최유진',
    'phone': '010-****-5432',
    'body': '환불 결과 안내',
    'department': '주문·배송',
    'owner_id': AGENT,
    'owner': '김서연',
    'is_asked_by_customer': True,
    'chat_id': None,
    'slot_from': '2026-11-02T06:00:00Z',
    'slot_to': '2026-11-02T07:00:00Z',
    'status': 'open',
    'attempts': 0,
    'made_at': '2026-11-02T01:40:00Z',
    'closed_at': None,
}
WISH_EXAMPLE: dict[str, Any] = {
    'id': CALLBACK_EXAMPLE['id'],
    'phone': '010-9876-5432',
    'name': '최유진',
    'body': '환불 결과 안내',
    'slot_from': '2027-01-04T06:00:00Z',
    'slot_to': '2027-01-04T07:00:00Z',
    'is_asked_by_customer': True,
}


class CallbackItem(BaseModel):
    """A customer who is to be called. Attempts are calls in vain or not, however they were dialled."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={'examples': [CALLBACK_EXAMPLE]}
    )

    id: UUID
    version: int
    customer_id: UUID | None
    name: str
    phone: str
    body: str
    department: str
    owner_id: UUID | None
    owner: str
    is_asked_by_customer: bool
    chat_id: UUID | None
    slot_from: datetime
    slot_to: datetime
    status: CallbackStatus
    attempts: int
    made_at: datetime
    closed_at: datetime | None


class CallbackItems(BaseModel):
    """Open call-backs, the first slot first."""

    model_config = shown_as({'items': [CALLBACK_EXAMPLE]})

    items: list[CallbackItem]


class CallbackWish(BaseModel):
    """Who is to be called, and when. The same ``id`` again is the same call-back."""

    model_config = shown_as(WISH_EXAMPLE)

    id: UUID
    customer_id: UUID | None = None
    phone: Annotated[Text, Field(max_length=MAX_CHARS)] = ''
    name: Annotated[Text, Field(max_length=MAX_NAME_CHARS)] = ''
    body: Annotated[Text, Field(max_length=MAX_CALLBACK_CHARS)] = ''
    queue_id: UUID | None = None
    slot_from: AwareDatetime
    slot_to: AwareDatetime
    is_asked_by_customer: bool = False


class CallbackClosing(BaseModel):
    """How it ended: ``reached`` some other way, or ``cancelled``. ``version`` is the one that was read."""

    model_config = shown_as({'status': 'cancelled', 'version': 1})

    status: Literal[CallbackStatus.REACHED, CallbackStatus.CANCELLED]
    version: Number | None = None


class CallbackDial(BaseModel):
    """``id`` is the call's: the same one again calls nobody twice."""

    model_config = shown_as({'id': CALL})

    id: UUID


def router(services: Services) -> APIRouter:
    """Serve call-backs."""
    api = APIRouter(
        prefix='/callbacks',
        tags=['callbacks'],
        dependencies=[rate_limit()],
        responses=refusals(401, 422, 429),
    )
    callbacks = CallbackOperations(services)
    one, changed = '/{callback_id}', refusals(404, 409, 413)
    api.add_api_route('', callbacks.waiting, summary='Who waits to be called (콜백)')
    api.add_api_route(
        '',
        callbacks.promise,
        methods=['POST'],
        status_code=status.HTTP_201_CREATED,
        summary='Promise a call',
        responses=changed,
    )
    api.add_api_route(one, callbacks.callback, summary='One call-back', responses=refusals(404))
    api.add_api_route(
        f'{one}/close',
        callbacks.close,
        methods=['POST'],
        summary='Reached, or to be called no more',
        responses=changed,
    )
    api.add_api_route(
        f'{one}/dial',
        callbacks.dial,
        methods=['POST'],
        status_code=status.HTTP_201_CREATED,
        summary='Call now',
        responses=changed | refusals(502),
    )
    return api


class CallbackOperations:
    """What ``/callbacks`` answers, an operation a method."""

    def __init__(self, services: Services) -> None:
        self._callbacks = services.callbacks
        self._calls = services.calls

    async def waiting(self, staff: SignedIn) -> CallbackItems:
        """List the open call-backs of one's department (supervisors: all)."""
        found = await self._callbacks.waiting(staff.agent)
        return CallbackItems(items=[CallbackItem.model_validate(one) for one in found])

    async def promise(self, staff: SignedIn, wish: CallbackWish) -> CallbackItem:
        """Put a customer into the queue of those who are called back."""
        asked = NewCallback(**wish.model_dump(exclude={'id'}))
        made = await self._callbacks.promise(staff.agent, asked, callback_id=wish.id)
        return CallbackItem.model_validate(made)

    async def callback(self, staff: SignedIn, callback_id: UUID) -> CallbackItem:
        """Return one, closed ones too."""
        return CallbackItem.model_validate(await self._callbacks.callback(staff.agent, callback_id))

    async def close(
        self, staff: SignedIn, callback_id: UUID, closing: CallbackClosing
    ) -> CallbackItem:
        """Close one by hand; the calls themselves close the others."""
        closed = await self._callbacks.close(
            staff.agent, callback_id, closing.status, seen=closing.version
        )
        return CallbackItem.model_validate(closed)

    async def dial(self, staff: SignedIn, callback_id: UUID, dial: CallbackDial) -> CallItem:
        """Call the customer now; 409 with the reason when they are not to be called now."""
        phone, purpose = await self._callbacks.take(staff.agent, callback_id)
        call = await self._calls.dial(staff.agent, phone, call_id=dial.id, purpose=purpose)
        return CallItem.of(call, staff.agent, frozenset())
