"""``/left-messages``: what customers left outside the hours, until the queue opens (남긴 메시지).

Only of departments that the reader reaches. At the opening each becomes a chat that waits.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals, shown_as
from pages.web.principals import SignedIn
from services.chats.left_messages import LeftMessages
from services.registry import Services

EXAMPLE: dict[str, Any] = {
    'id': '0b4e7f0a-3a53-4b8e-8d8f-7a1f1b2c3d4e',
    'name': '최유진',
    'phone': '010-****-5432',
    'body': '내일 교환하고 싶어요',
    'queue': '주문·배송',
    'department': '주문·배송',
    'left_at': '2026-11-02T13:30:00Z',
    'opens_at': '2026-11-03T00:00:00Z',
}


class LeftMessageItem(BaseModel):
    """A message that waits for an opening; its number is masked."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={'examples': [EXAMPLE]})

    id: UUID
    name: str
    phone: str
    body: str
    queue: str
    department: str
    left_at: datetime
    opens_at: datetime | None


class LeftMessageItems(BaseModel):
    """The messages, the first left first, at most 200."""

    model_config = shown_as({'items': [EXAMPLE]})

    items: list[LeftMessageItem]


class LeftMessageOperations:
    """The operation of ``/left-messages``."""

    def __init__(self, left: LeftMessages) -> None:
        self._left = left

    async def all(self, staff: SignedIn) -> LeftMessageItems:
        """List the messages that wait for an opening."""
        found = await self._left.waiting(staff.agent)
        return LeftMessageItems(items=[LeftMessageItem.model_validate(one) for one in found])


def router(services: Services) -> APIRouter:
    """Serve the messages that wait for an opening."""
    api = APIRouter(
        prefix='/left-messages',
        tags=['chat'],
        dependencies=[rate_limit()],
        responses=refusals(401, 422, 429),
    )
    left = LeftMessageOperations(services.left_messages)
    api.add_api_route('', left.all, summary='Messages left outside the hours (남긴 메시지)')
    return api
