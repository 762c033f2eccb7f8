"""``/chat/sessions/{id}/…``: labels, priority, 다시 알림 and reopening of a chat; ``/chat/labels``: the labels there are."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from models import Priority
from models.label import MAX_LABELS
from pages.api.label_shapes import LABEL_EXAMPLE, LabelItem
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Chat, refusals, shown_as
from pages.web.principals import SignedIn
from services.registry import Services


class ChosenLabels(BaseModel):
    """All labels that a chat has from now on."""

    model_config = shown_as({'label_ids': [LABEL_EXAMPLE['id']]})

    label_ids: Annotated[list[UUID], Field(max_length=MAX_LABELS)]


class ChosenPriority(BaseModel):
    """A priority."""

    model_config = shown_as({'priority': 'high'})

    priority: Priority


class PutAway(BaseModel):
    """Until when a chat is put away; without it until its customer writes, at most seven days."""

    model_config = shown_as({'until': '2026-11-03T00:00:00Z'})

    until: AwareDatetime | None = None


def router(services: Services) -> APIRouter:
    """Serve the marks of chats."""
    api = APIRouter(
        prefix='/chat',
        tags=['chat'],
        dependencies=[rate_limit()],
        responses=refusals(401, 422, 429),
    )
    marks, add, one = ChatMarks(services), api.add_api_route, '/sessions/{session_id}'
    written, changed = refusals(404, 409, 413), refusals(404, 409)
    add('/labels', marks.labels, summary='Labels (라벨)')
    add(f'{one}/labels', marks.label, methods=['PUT'], summary='Set labels', responses=written)
    add(
        f'{one}/priority',
        marks.prioritize,
        methods=['PUT'],
        summary='Set the priority',
        responses=written,
    )
    add(
        f'{one}/snooze',
        marks.snooze,
        methods=['POST'],
        summary='Put away (다시 알림)',
        responses=written,
    )
    add(f'{one}/wake', marks.wake, methods=['POST'], summary='Bring back', responses=changed)
    add(
        f'{one}/reopen',
        marks.reopen,
        methods=['POST'],
        summary='Reopen (다시 열기)',
        responses=changed,
    )
    return api


class ChatMarks:
    """The operations, one method each."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def labels(self, staff: SignedIn) -> list[LabelItem]:
        """List all labels in order, those out of use too."""
        del staff  # anybody who is signed in
        return [LabelItem.model_validate(one) for one in await self._services.chat_labels.all()]

    async def label(self, staff: SignedIn, session_id: UUID, chosen: ChosenLabels) -> Chat:
        """Give a chat exactly these labels; the same ones again change nothing."""
        set_them = self._services.chat_labels.set
        return Chat.shown_to(staff.agent, await set_them(staff.agent, session_id, chosen.label_ids))

    async def prioritize(self, staff: SignedIn, session_id: UUID, chosen: ChosenPriority) -> Chat:
        """Set the priority of an open chat in which the agent writes."""
        set_it = self._services.priorities.set
        return Chat.shown_to(staff.agent, await set_it(staff.agent, session_id, chosen.priority))

    async def snooze(self, staff: SignedIn, session_id: UUID, asked: PutAway | None = None) -> Chat:
        """Put an own chat away until a time or its customer's next line; it keeps its place."""
        until: datetime | None = asked.until if asked else None
        away = await self._services.snoozes.snooze(staff.agent, session_id, until=until)
        return Chat.shown_to(staff.agent, away)

    async def wake(self, staff: SignedIn, session_id: UUID) -> Chat:
        """Bring an own chat back, or note that its coming back was noticed."""
        woken = await self._services.snoozes.wake(staff.agent, session_id)
        return Chat.shown_to(staff.agent, woken)

    async def reopen(self, staff: SignedIn, session_id: UUID) -> Chat:
        """Let a chat go on that ended less than a day ago; one that has not ended stays as it is."""
        reopened = await self._services.reopenings.reopen(session_id, by=staff.agent)
        return Chat.shown_to(staff.agent, reopened)
