"""``/chat/visits/departments``, ``/announcement`` and ``/left``: what a customer's program asks and does before there is a chat."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from desk.throttle import Throttle
from models.chat import MAX_MESSAGE_CHARS
from pages.api.shapes import TOKEN_EXAMPLE, NewVisit, Text, WaitRange, refusals, shown_as
from pages.locale import language_of
from pages.web.gate import address_of
from services.chats.visits import ChatStart, VisitTopic
from services.floor.expected_waits import ExpectedWait
from services.registry import Services


class NewLeftMessage(NewVisit):
    """A message outside the hours or to a crowded queue, with the customer's form. ``token`` as for a chat: it opens the chat after the opening."""

    model_config = shown_as(
        {
            'name': '최유진', 'phone': '010-9876-5432', 'department': '주문·배송', 'content': '내일 교환하고 싶어요',
        }
    )  # fmt: skip

    content: Text = Field(max_length=MAX_MESSAGE_CHARS)


class LeftVisit(BaseModel):
    """A message that waits for the opening of its queue, and the token that opens its chat afterwards."""

    model_config = shown_as(
        {
            'token': TOKEN_EXAMPLE, 'department': '주문·배송', 'left_at': '2026-11-02T13:30:00Z',
            'opens_at': '2026-11-03T00:00:00Z',
        }
    )  # fmt: skip

    token: str
    department: str
    left_at: datetime
    opens_at: datetime | None


class VisitTopicItem(BaseModel):
    """What a customer can ask about (문의 유형): a queue, whether it is open, and how long somebody who starts now waits."""

    name: str
    name_en: str
    is_open: bool
    opens_at: datetime | None
    """Of a closed one; null when it does not open within a year."""
    is_crowded: bool
    """Whether the queue is as full as its limits say: offer its customers to wait, to leave a message, or a call-back."""
    expected_wait: WaitRange | None
    """Of an open one; null where too little is known."""


class Departments(BaseModel):
    """What a customer can choose (문의 유형): ``items`` are the names alone."""

    model_config = shown_as(
        {
            'items': ['주문·배송'],
            'topics': [
                {
                    'name': '주문·배송', 'name_en': 'Orders', 'is_open': True, 'opens_at': None, 'is_crowded': False,
                    'expected_wait': {'from_seconds': 150, 'to_seconds': 310},
                }
            ],
        }
    )  # fmt: skip

    items: list[str]
    topics: list[VisitTopicItem]


class AnnouncementShown(BaseModel):
    """What customers read before a chat of the protection of agents; ``version`` is kept with the chat."""

    model_config = shown_as(
        {'version': 1, 'language': 'ko', 'text': '상담원에게 폭언을 하지 말아 주세요.'}
    )

    version: int
    language: str
    text: str


def router(services: Services) -> APIRouter:
    """Serve what comes before a chat; mounted before ``visits``, whose ids would match these paths."""
    topics = TopicOperations(services)
    api = APIRouter(prefix='/chat/visits', tags=['visit'], responses=refusals(422, 429))
    api.add_api_route(
        '/departments', topics.departments, summary='What can be asked about (문의 유형)'
    )
    api.add_api_route(
        '/announcement', topics.announcement, summary='What is to be shown before a chat'
    )
    api.add_api_route(
        '/left',
        topics.leave_message,
        methods=['POST'],
        status_code=201,
        summary='Leave a message outside the hours, or to a crowded queue (남긴 메시지)',
        responses=refusals(403, 409, 413),
    )
    return api


class TopicOperations:
    """The operations before a chat."""

    def __init__(self, services: Services) -> None:
        self._visits, self._left = services.visits, services.left_messages
        self._waits, self._crowding = services.expected_waits, services.crowding
        self._announcements = services.announcements
        self._starts = Throttle(limit=30, seconds=60, error_key='throttle.address')

    async def departments(self) -> Departments:
        """Return the departments that a chat can be started with, when closed ones open, and the expected waits."""
        waits = await self._waits.of_new()
        crowded = await self._crowding.crowded()
        topics = [_topic(one, waits, crowded) for one in await self._visits.topics()]
        return Departments(items=[one.name for one in topics], topics=topics)

    async def announcement(self, request: Request) -> AnnouncementShown:
        """Return what customers read before a chat, in the language that ``Accept-Language`` asks for."""
        now = await self._announcements.current(language_of(request))
        return AnnouncementShown(version=now.version, language=now.language, text=now.body)

    async def leave_message(self, request: Request, form: NewLeftMessage) -> LeftVisit:
        """Leave a message. At the opening of its queue, or when a crowded one has room, it becomes a chat that waits and that the token opens."""
        self._starts.hit(address_of(request), act=form.token)
        token = form.token or self._visits.new_token()
        wanted = ChatStart(
            name=form.name, phone=form.phone, department=form.department, token=token
        )
        crowded = await self._crowding.crowded()
        left = await self._left.leave(wanted, form.content, crowded=crowded)
        return LeftVisit(
            token=token, department=left.queue, left_at=left.left_at, opens_at=left.opens_at
        )


def _topic(
    topic: VisitTopic, waits: Mapping[UUID, ExpectedWait], crowded: Collection[UUID]
) -> VisitTopicItem:
    closed, wait = topic.closed, waits.get(topic.queue_id) if topic.queue_id else None
    return VisitTopicItem(
        name=topic.name,
        name_en=topic.name_en,
        is_open=closed is None,
        opens_at=closed.opens_at if closed else None,
        is_crowded=closed is None and topic.queue_id in crowded,
        expected_wait=WaitRange.model_validate(wait) if wait and closed is None else None,
    )
