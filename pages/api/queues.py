"""``/queues``: the queues in which contacts wait, for administrators' programs."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from models import Queue, QueueMode
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Number, Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.contacts.queues import MAX_NAME_CHARS, typed
from services.registry import Services

QUEUE_EXAMPLE: dict[str, Any] = {
    'id': '3c9e1f1e-3c55-4c1d-9a53-0d2a4f1f3d77',
    'version': 2,
    'name': '주문·배송',
    'name_en': 'Orders and delivery',
    'department': '주문·배송',
    'mode': 'push',
    'is_active': True,
    'skill_id': None,
    'min_level': 1,
    'service_level_seconds': 20,
    'service_level_percent': 80,
    'offer_seconds': 20,
    'misses_until_away': 2,
    'returning_seconds': 30,
    'widen_after_seconds': 60,
    'wider_department': '결제·환불',
    'wider_level': 1,
    'chats_during_call': False,
    'wrap_up_required': False,
    'wrap_up_seconds': 120,
    'recording_pause_seconds': 90,
    'long_call_seconds': 600,
    'very_long_call_seconds': 1200,
    'callbacks_per_hour': 6,
    'silence_ask_seconds': 300,
    'silence_close_seconds': 300,
    'abuse_warnings': 2,
    'harassment_warnings': 1,
    'most_waiting': 30,
    'longest_wait_seconds': 900,
    'is_announced_by_phone': False,
}
Name = Annotated[Text, Field(max_length=MAX_NAME_CHARS)]


class QueueItem(BaseModel):
    """A queue's settings. Times are in seconds; null means never."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={'examples': [QUEUE_EXAMPLE]})

    id: UUID
    version: int
    name: str
    name_en: str
    department: str
    mode: QueueMode
    is_active: bool
    skill_id: UUID | None
    min_level: int
    service_level_seconds: int
    service_level_percent: int
    offer_seconds: int
    misses_until_away: int
    returning_seconds: int
    widen_after_seconds: int | None
    wider_department: str | None
    wider_level: int
    chats_during_call: bool
    wrap_up_required: bool
    wrap_up_seconds: int | None
    recording_pause_seconds: int
    long_call_seconds: int | None
    very_long_call_seconds: int | None
    callbacks_per_hour: int | None
    silence_ask_seconds: int | None
    silence_close_seconds: int
    abuse_warnings: int
    harassment_warnings: int
    most_waiting: int | None
    longest_wait_seconds: int | None
    is_announced_by_phone: bool


class QueueItems(BaseModel):
    """All queues, the open ones first, by name."""

    model_config = shown_as({'items': [QUEUE_EXAMPLE]})

    items: list[QueueItem]

    @classmethod
    def of(cls, queues: list[Queue]) -> Self:
        """Return queues as the API shows them."""
        return cls(items=[QueueItem.model_validate(one) for one in queues])


class QueueFields(BaseModel):
    """The settings of a queue; a field that is not given stays, or has its default in a new queue."""

    name: Name | None = None
    name_en: Name | None = None
    department: Name | None = None
    mode: QueueMode | None = None
    is_active: bool | None = None
    skill_id: UUID | None = None
    min_level: Number | None = None
    service_level_seconds: Number | None = None
    service_level_percent: Number | None = None
    offer_seconds: Number | None = None
    misses_until_away: Number | None = None
    returning_seconds: Number | None = None
    widen_after_seconds: Number | None = None
    wider_department: Name | None = None
    wider_level: Number | None = None
    chats_during_call: bool | None = None
    wrap_up_required: bool | None = None
    wrap_up_seconds: Number | None = None
    recording_pause_seconds: Number | None = None
    long_call_seconds: Number | None = None
    very_long_call_seconds: Number | None = None
    callbacks_per_hour: Number | None = None
    silence_ask_seconds: Number | None = None
    silence_close_seconds: Number | None = None
    abuse_warnings: Number | None = None
    harassment_warnings: Number | None = None
    most_waiting: Number | None = None
    longest_wait_seconds: Number | None = None
    is_announced_by_phone: bool | None = None

    def values_as_typed(self) -> dict[str, str]:
        """Return the given fields as text, as the settings form sends them."""
        given = self.model_dump(exclude_unset=True, exclude={'version'})
        return {name: typed(value) for name, value in given.items()}


class NewQueue(QueueFields):
    """A queue to add: at least its name and the department whose agents serve it."""

    model_config = shown_as({'name': '해외 배송', 'department': '주문·배송', 'mode': 'push'})

    name: Name
    department: Name


class QueueChange(QueueFields):
    """Fields to change; 409 when the queue was changed since ``version``."""

    model_config = shown_as({'version': 2, 'offer_seconds': 30})

    version: Number


def router(services: Services) -> APIRouter:
    """Serve queues to administrators."""
    api = APIRouter(
        prefix='/queues',
        tags=['queues'],
        dependencies=[rate_limit()],
        responses=refusals(401, 403, 429),
    )
    queues = QueueOperations(services)
    changed = refusals(409, 413, 422)
    api.add_api_route('', queues.all, summary='All queues (대기열)')
    api.add_api_route(
        '',
        queues.add,
        methods=['POST'],
        status_code=status.HTTP_201_CREATED,
        summary='Add a queue',
        responses=changed,
    )
    api.add_api_route(
        '/{queue_id}',
        queues.edit,
        methods=['PATCH'],
        summary='Change a queue',
        responses=changed | refusals(404),
    )
    return api


class QueueOperations:
    """The operations of ``/queues``, one method each."""

    def __init__(self, services: Services) -> None:
        self._queues = services.queues

    async def all(self, staff: SignedIn) -> QueueItems:
        """List all queues."""
        return QueueItems.of([*await self._queues.all(staff.agent)])

    async def add(self, staff: SignedIn, new: NewQueue) -> QueueItem:
        """Add a queue; customers can choose it from now on."""
        return QueueItem.model_validate(await self._queues.add(staff.agent, new.values_as_typed()))

    async def edit(self, staff: SignedIn, queue_id: UUID, change: QueueChange) -> QueueItem:
        """Change fields of a queue; takes effect at once."""
        edited = await self._queues.edit(
            staff.agent, queue_id, change.values_as_typed(), version=change.version
        )
        return QueueItem.model_validate(edited)
