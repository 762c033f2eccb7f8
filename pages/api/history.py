"""``/history``: every chat and call that the reader may see, for programs. The filters are those of the history screen's address."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from desk.errors import InvalidInputError
from models import Agent, Priority, Sentiment
from models.rating import HIGHEST_SCORE, LOWEST_SCORE
from pages.api import cursors
from pages.api.label_shapes import LABEL_EXAMPLE, LabelItem
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, refusals, shown_as
from pages.api.wrap_up_shapes import WRAP_UP_EXAMPLE, CategoryList, WrapUpItem
from pages.web.principals import SignedIn
from services.chats.events import Rating
from services.customers.personal_data import masked_phone
from services.history import filter as history_filter
from services.history.contact import Contact
from services.history.filter import (
    MAX_DEPARTMENT_CHARS,
    MAX_TEXT_CHARS,
    Channel,
    ContactState,
    HistoryFilter,
    Period,
)
from services.history.history import MAX_PAGE, PAGE
from services.registry import Services
from services.work.cursors import Cursor

CONTACT_EXAMPLE: dict[str, Any] = {
    'channel': 'chat',
    'id': '6f1c7a52-0f0e-4b8e-9d3b-0d7f5a1c2e34',
    'status': 'closed',
    'ending': 'agent',
    'direction': None,
    'priority': 'medium',
    'department': '주문·배송',
    'agent_id': '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    'agent_name': '김서연',
    'customer_id': 'b2f1f5a0-7a55-4a63-8a4f-0b4e1f6c2d11',
    'customer_name': '최유진',
    'phone': '010-****-5432',
    'start_time': '2026-11-02T01:30:00Z',
    'answered_at': '2026-11-02T01:30:21Z',
    'end_time': '2026-11-02T01:41:05Z',
    'last_line': '네, 감사합니다',
    'last_number': 14,
    'sentiment': 'negative',
    'rating': {'score': 5, 'comment': '친절했어요'},
    'labels': [LABEL_EXAMPLE],
    'wrap_up': WRAP_UP_EXAMPLE,
    'found': {
        'number': 1,
        'excerpt': '주문한 상품이 아직 안 왔어요',
        'spans': [[4, 6]],
        'is_note': False,
    },
}


class Found(BaseModel):
    """The newest message that contains all the words: its number in the chat, an excerpt, and the positions of the words in it."""

    number: int
    excerpt: str
    is_note: bool = False
    spans: list[tuple[int, int]]


class ContactItem(BaseModel):
    """One chat or call. ``phone`` is masked unless the reader holds an open contact with that customer."""

    model_config = shown_as(CONTACT_EXAMPLE)

    channel: Channel
    id: UUID
    status: ContactState
    ending: str | None
    direction: str | None
    priority: Priority
    department: str
    agent_id: UUID | None
    agent_name: str
    customer_id: UUID | None
    customer_name: str
    phone: str
    start_time: datetime
    answered_at: datetime | None
    end_time: datetime | None
    last_line: str
    last_number: int
    sentiment: Sentiment | None
    rating: Rating | None
    labels: list[LabelItem]
    wrap_up: WrapUpItem | None
    found: Found | None


class ContactPage(BaseModel):
    """One page, newest first; ``next`` is the cursor of the next page, null on the last."""

    model_config = shown_as({'items': [CONTACT_EXAMPLE], 'next': 'eyJsaXN0aW5nIjoiaGlzdG9yeXw'})

    items: list[ContactItem]
    next: str | None


@dataclass(frozen=True, slots=True)
class ContactFilters:
    """The filters of the history; the query string of the history screen's address works unchanged."""

    wanted: HistoryFilter

    @classmethod
    async def asked(  # noqa: PLR0913, PLR0917 - each is a name in the address
        cls,
        request: Request,
        period: Annotated[
            Period | None, Query(description='a period that moves with the day')
        ] = None,
        since: Annotated[
            date | None, Query(alias='from', description='first day, in Seoul')
        ] = None,
        until: Annotated[date | None, Query(alias='to', description='last day, in Seoul')] = None,
        agent: Annotated[UUID | None, Query(description='who held it')] = None,
        department: Annotated[Text | None, Query(max_length=MAX_DEPARTMENT_CHARS)] = None,
        channel: Channel | None = None,
        status: ContactState | None = None,
        priority: Priority | None = None,
        category: Annotated[
            UUID | None,
            Query(description='상담 분류 of any level: all below it too; see /history/categories'),
        ] = None,
        follow_up: Annotated[
            bool | None, Query(description='true: only those that need a follow-up')
        ] = None,
        sentiment: Annotated[
            Sentiment | None, Query(description='how the customer of a chat sounded on the whole')
        ] = None,
        rating: Annotated[
            int | None, Query(ge=LOWEST_SCORE, le=HIGHEST_SCORE, description="a chat's rating")
        ] = None,
        label: Annotated[
            UUID | None, Query(description="a chat's label (라벨); see /chat/labels")
        ] = None,
        text: Annotated[
            Text | None,
            Query(
                max_length=MAX_TEXT_CHARS,
                description="words said in a chat, or a customer's name, number or address",
            ),
        ] = None,
    ) -> Self:
        """Read the filters from a query. Raises ``InvalidInputError`` for a value that cannot be used."""
        del period, since, until, agent, department, channel, status, priority  # documented
        del category, follow_up, sentiment, rating, label, text
        reading = history_filter.read_filter(request.query_params)
        if reading.ignored:
            raise InvalidInputError('history.filter', fields=', '.join(reading.ignored))
        return cls(reading.filter)

    @property
    def listing(self) -> str:
        """Return the name of this list: a cursor of one list does not continue another."""
        return f'history|{hashlib.sha256(self.wanted.query.encode()).hexdigest()[:32]}'


def router(services: Services) -> APIRouter:
    """Serve the history to signed-in people."""
    api = APIRouter(
        prefix='/history',
        tags=['history'],
        dependencies=[rate_limit()],
        responses=refusals(401, 422, 429),
    )
    history = HistoryOperations(services)
    api.add_api_route('', history.contacts, summary='Past and present contacts')
    api.add_api_route('/categories', history.categories, summary='What contacts were about')
    api.add_api_route(
        '/{contact_id}', history.contact, summary='One contact', responses=refusals(404)
    )
    return api


class HistoryOperations:
    """The operations of ``/history``, one method each."""

    def __init__(self, services: Services) -> None:
        self._history = services.history
        self._personal = services.personal_data

    async def contacts(
        self,
        staff: SignedIn,
        filters: Annotated[ContactFilters, Depends(ContactFilters.asked)],
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
        cursor: Annotated[str | None, Query(max_length=cursors.MAX_CURSOR_CHARS)] = None,
    ) -> ContactPage:
        """List the chats and calls that the reader may see, newest first; pages neither overlap nor leave out contacts."""
        place = cursors.decoded(filters.listing, cursor) if cursor else None
        before = place.timed if place else None
        page = await self._history.page(staff.agent, filters.wanted, before=before, limit=limit)
        following = cursors.encoded(filters.listing, Cursor(*page.next)) if page.next else None
        return ContactPage(items=await self._items(staff.agent, page.contacts), next=following)

    async def categories(self, staff: SignedIn) -> CategoryList:
        """List the 상담 분류 of every level that the history can be filtered by, retired ones included."""
        return CategoryList.of((await self._history.choices(staff.agent)).categories)

    async def contact(self, staff: SignedIn, contact_id: UUID) -> ContactItem:
        """Return one chat or call; a chat's messages are at ``/chat/sessions/{session_id}/messages``."""
        found = await self._history.contact(staff.agent, contact_id)
        [item] = await self._items(staff.agent, [found])
        return item

    async def _items(self, agent: Agent, contacts: list[Contact]) -> list[ContactItem]:
        known = {one.customer.id for one in contacts if one.customer}
        whole = await self._personal.sees_whole(agent, *known) if known else set()
        return [_item(one, is_whole=one.shows_number(agent, whole)) for one in contacts]


def _item(contact: Contact, *, is_whole: bool) -> ContactItem:
    found = contact.found
    return ContactItem(
        channel=contact.channel,
        id=contact.id,
        status=contact.state,
        ending=contact.ending,
        direction=contact.direction,
        priority=contact.priority,
        department=contact.department,
        agent_id=contact.agent_id,
        agent_name=contact.agent_name,
        customer_id=contact.customer.id if contact.customer else None,
        customer_name=contact.name,
        phone=contact.number if is_whole else masked_phone(contact.number),
        start_time=contact.start_time,
        answered_at=contact.answered_at,
        end_time=contact.end_time,
        last_line=contact.last_line,
        last_number=contact.last_number,
        sentiment=contact.mood.sentiment if contact.mood else None,
        rating=contact.rating,
        labels=[LabelItem.model_validate(one) for one in contact.labels],
        wrap_up=WrapUpItem.of(contact.wrap_up) if contact.wrap_up else None,
        found=Found(
            number=found.number,
            excerpt=found.excerpt,
            spans=list(found.spans),
            is_note=found.is_note,
        )
        if found
        else None,
    )
