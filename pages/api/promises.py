"""``/promises``: promises to customers, one's own and those of the queue: make, close, hand over."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from models import PromiseStatus
from models.wrap_up import MAX_PROMISE_CHARS
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Number, Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.contacts.promise_view import PromiseView
from services.contacts.promises import PromiseOffer
from services.registry import Services

CHAT = '6f1c7a52-0f0e-4b8e-9d3b-0d7f5a1c2e34'
AGENT = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'
LINE = '0b4e7f0a-3a53-4b8e-8d8f-7a1f1b2c3d4e'
PROMISE_EXAMPLE: dict[str, Any] = {
    'id': '8a0e6a5e-3a0b-4f63-8f0e-5d8e7c1b2a90',
    'version': 1,
    'contact_id': CHAT,
    'customer': '최유진',
    'department': '주문·배송',
    'owner_id': AGENT,
    'owner': '김서연',
    'made_by_id': AGENT,
    'body': '3시에 다시 전화드리겠습니다',
    'due_at': '2026-11-02T06:00:00Z',
    'status': 'open',
    'made_at': '2026-11-02T01:40:00Z',
    'closed_at': None,
    'is_overdue': False,
}
OFFER_EXAMPLE: dict[str, Any] = {
    'message_id': LINE,
    'body': PROMISE_EXAMPLE['body'],
    'due_at': PROMISE_EXAMPLE['due_at'],
}


class PromiseItem(BaseModel):
    """A promise. ``owner_id`` is null while the promise belongs to its queue; ``is_overdue``: still open after its time."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={'examples': [PROMISE_EXAMPLE]}
    )

    id: UUID
    version: int
    contact_id: UUID
    customer: str
    department: str
    owner_id: UUID | None
    owner: str
    made_by_id: UUID
    body: str
    due_at: datetime
    status: PromiseStatus
    made_at: datetime
    closed_at: datetime | None
    is_overdue: bool


class PromiseLists(BaseModel):
    """Open promises, earliest due first: one's own, and those one may take; and how many were kept and broken today."""

    model_config = shown_as({'own': [PROMISE_EXAMPLE], 'unowned': [], 'kept': 3, 'broken': 1})

    own: list[PromiseItem]
    unowned: list[PromiseItem]
    kept: int
    broken: int


class PromiseItems(BaseModel):
    """Promises made in one contact, earliest due first."""

    model_config = shown_as({'items': [PROMISE_EXAMPLE]})

    items: list[PromiseItem]

    @classmethod
    def of(cls, views: list[PromiseView]) -> Self:
        """Return promises as the API shows them."""
        return cls(items=[PromiseItem.model_validate(one) for one in views])


class OfferItem(BaseModel):
    """One's own message that seems to promise something and was not decided on."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={'examples': [OFFER_EXAMPLE]})

    message_id: UUID
    body: str
    due_at: datetime


class OfferItems(BaseModel):
    """Messages to decide on, newest first: ``POST /promises`` records the promise, ``…/dismiss`` records that there is none."""

    model_config = shown_as({'items': [OFFER_EXAMPLE]})

    items: list[OfferItem]

    @classmethod
    def of(cls, offers: list[PromiseOffer]) -> Self:
        """Return these messages as the API shows them."""
        return cls(items=[OfferItem.model_validate(one) for one in offers])


class NewPromise(BaseModel):
    """A promise to record: its text, contact and due time. ``message_id``: one's own message that made it; a message counts once."""

    model_config = shown_as(
        {'contact_id': CHAT, 'body': PROMISE_EXAMPLE['body'], 'due_at': '2027-01-04T06:00:00Z'}
    )

    contact_id: UUID
    body: Annotated[Text, Field(min_length=1, max_length=MAX_PROMISE_CHARS)]
    due_at: AwareDatetime
    message_id: UUID | None = None


class Closing(BaseModel):
    """How a promise ended: ``kept``, ``broken``, or ``cancelled`` (no longer wanted). ``kept`` more than ten minutes late counts as broken.

    ``version`` is the one that was read; 409 when the promise was changed since.
    """

    model_config = shown_as({'status': 'kept', 'version': 1})

    status: Literal[PromiseStatus.KEPT, PromiseStatus.BROKEN, PromiseStatus.CANCELLED]
    version: Number | None = None


class HandOver(BaseModel):
    """The new owner of a promise: a colleague, oneself, or the queue (``null``)."""

    model_config = shown_as({'agent_id': AGENT, 'version': 1})

    agent_id: UUID | None
    version: Number | None = None


def router(services: Services) -> APIRouter:
    """Serve promises."""
    api = APIRouter(
        prefix='/promises',
        tags=['promises'],
        dependencies=[rate_limit()],
        responses=refusals(401, 404, 422, 429),
    )
    promises = PromiseOperations(services)
    changed = refusals(403, 409, 413)
    api.add_api_route('', promises.mine, summary='Own promises and those of the queue (약속)')
    api.add_api_route(
        '',
        promises.make,
        methods=['POST'],
        status_code=status.HTTP_201_CREATED,
        summary='Make a promise',
        responses=changed,
    )
    api.add_api_route(
        '/contacts/{contact_id}', promises.of_contact, summary='What was promised in a contact'
    )
    api.add_api_route(
        '/contacts/{contact_id}/lines', promises.offers, summary='Own lines that promise something'
    )
    api.add_api_route(
        '/lines/{message_id}/dismiss',
        promises.dismiss,
        methods=['POST'],
        status_code=status.HTTP_204_NO_CONTENT,
        summary='A line is no promise',
    )
    api.add_api_route('/{promise_id}', promises.promise, summary='One promise')
    api.add_api_route(
        '/{promise_id}/close',
        promises.close,
        methods=['POST'],
        summary='Kept, broken or wanted no longer',
        responses=changed,
    )
    api.add_api_route(
        '/{promise_id}/hand-over',
        promises.hand_over,
        methods=['POST'],
        summary='Give a promise to a colleague, or back to the queue',
        responses=changed,
    )
    return api


class PromiseOperations:
    """The operations of ``/promises``, one method each."""

    def __init__(self, services: Services) -> None:
        self._promises = services.promises

    async def mine(self, staff: SignedIn) -> PromiseLists:
        """List one's own promises, and those without an owner in one's department (supervisors: in all departments)."""
        listed = await self._promises.mine(staff.agent)
        return PromiseLists(
            own=[PromiseItem.model_validate(one) for one in listed.own],
            unowned=[PromiseItem.model_validate(one) for one in listed.unowned],
            kept=listed.kept,
            broken=listed.broken,
        )

    async def make(self, staff: SignedIn, asked: NewPromise) -> PromiseItem:
        """Record a promise in one's own contact; the same message again returns the promise it made."""
        made = await self._promises.make(
            staff.agent, asked.contact_id, asked.body, asked.due_at, message_id=asked.message_id
        )
        return PromiseItem.model_validate(made)

    async def of_contact(self, staff: SignedIn, contact_id: UUID) -> PromiseItems:
        """List the promises made in a contact, closed ones included."""
        return PromiseItems.of(await self._promises.of_contact(staff.agent, contact_id))

    async def offers(self, staff: SignedIn, contact_id: UUID) -> OfferItems:
        """List one's own messages of the last day that seem to promise something at a time and were not decided on."""
        return OfferItems.of(await self._promises.offers(staff.agent, contact_id))

    async def dismiss(self, staff: SignedIn, message_id: UUID) -> None:
        """Record that one's own message promises nothing."""
        await self._promises.dismiss(staff.agent, message_id)

    async def promise(self, staff: SignedIn, promise_id: UUID) -> PromiseItem:
        """Return one promise."""
        return PromiseItem.model_validate(await self._promises.promise(staff.agent, promise_id))

    async def close(self, staff: SignedIn, promise_id: UUID, closing: Closing) -> PromiseItem:
        """Close a promise; closing it again with the same outcome changes nothing."""
        closed = await self._promises.close(
            staff.agent, promise_id, closing.status, seen=closing.version
        )
        return PromiseItem.model_validate(closed)

    async def hand_over(self, staff: SignedIn, promise_id: UUID, to: HandOver) -> PromiseItem:
        """Give a promise to a colleague who serves its department, or back to its queue."""
        handed = await self._promises.hand_over(
            staff.agent, promise_id, to.agent_id, seen=to.version
        )
        return PromiseItem.model_validate(handed)
