"""Routes for the centre's state: agents, queues, contacts, and published events."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control import views
from desk.sandbox.connect.control.answers import REFUSED
from desk.sandbox.connect.control.views import AgentView, ContactView, QueueView

Limit = Annotated[int, Query(ge=1, le=views.MOST_CONTACTS)]


def router(centre: Centre) -> APIRouter:
    """Return the routes for the centre's state."""
    api = APIRouter(tags=['watching'])

    @api.get('/agents')
    async def agents() -> list[AgentView]:
        """Return every agent with their status and contacts."""
        with centre.acting() as world:
            return views.agents(world)

    @api.get('/queues')
    async def queues() -> list[QueueView]:
        """Return every queue; the numbers are those of GetCurrentMetricData."""
        with centre.acting() as world:
            return views.queues(world)

    @api.get('/contacts')
    async def contacts(*, over: bool = False, limit: Limit = 50) -> list[ContactView]:
        """Return the newest open (or ended) contacts, newest first, without their conversations."""
        with centre.acting() as world:
            return views.contacts(world, is_over=over, limit=limit)

    @api.get('/contacts/{contact_id}', responses=REFUSED)
    async def contact(contact_id: str) -> ContactView:
        """Return a contact with its legs and conversation."""
        with centre.acting() as world:
            return views.contact(world, world.core.contact(contact_id))

    @api.get('/events')
    async def events() -> list[dict[str, Any]]:
        """Return the newest 10,000 contact and agent events, oldest first."""
        centre.pass_time()
        return list(centre.events)

    return api
