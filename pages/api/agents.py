"""``/agents/me/status``: the signed-in person's own 상담 상태, for programs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from models import AgentStatus
from pages.api import problems
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, shown_as
from pages.web.principals import SignedIn
from services.people.events import AgentStatusChanged
from services.people.states import OTHER, event_of
from services.registry import Services

STATUS_EXAMPLE = {
    'agent_id': '0b9e1f1e-3c55-4c1d-9a53-0d2a4f1f3d10',
    'status': 'busy',
    'since': '2026-11-02T05:00:00Z',
    'is_ready': False,
    'reason_id': None,
    'next_status': 'away',
    'next_reason_id': '7f6b3a2e-5d1c-4a8b-9f3e-2b1c0d9e8f7a',
}


class OwnStatus(BaseModel):
    """A person's 상담 상태. ``next_status`` takes effect when the last open contact ends."""

    model_config = shown_as(STATUS_EXAMPLE)

    agent_id: UUID
    status: AgentStatus
    since: datetime
    is_ready: bool
    reason_id: UUID | None
    next_status: AgentStatus | None
    next_reason_id: UUID | None

    @classmethod
    def of(cls, event: AgentStatusChanged) -> 'OwnStatus':
        """Return a status as the API shows it."""
        return cls.model_validate(event.model_dump())


class StatusChoice(BaseModel):
    """A chosen status: ``available``, ``away`` or ``offline``; ``reason`` is a code, for ``away`` only."""

    model_config = shown_as({'status': 'available'})

    status: AgentStatus
    reason: Annotated[Text, Field(max_length=30)] = OTHER


def router(services: Services) -> APIRouter:
    """Serve ``/agents/me/status``."""
    routes = APIRouter(prefix='/agents', tags=['agents'], dependencies=[rate_limit()])
    operations = _AgentOperations(services)
    refused = problems.responses(401, 422, 429)
    routes.get('/me/status', responses=problems.responses(401, 429))(operations.status)
    routes.put('/me/status', responses=refused)(operations.choose)
    return routes


class _AgentOperations:
    """The operations on one's own status."""

    def __init__(self, services: Services) -> None:
        self._agents = services.agents
        self._states = services.agent_states

    async def status(self, staff: SignedIn) -> OwnStatus:
        """Return your status, and the status that takes effect when your last contact ends."""
        return OwnStatus.of(event_of(await self._agents.agent(staff.agent.id)))

    async def choose(self, staff: SignedIn, choice: StatusChoice) -> OwnStatus:
        """Set your status; with an open contact, ``away`` and ``offline`` take effect when it ends."""
        changed = await self._states.choose(staff.agent.id, choice.status, reason=choice.reason)
        return OwnStatus.of(changed)
