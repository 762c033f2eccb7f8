"""The centre as it is: agents, queues, contacts, and what was told."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control import views
from desk.sandbox.connect.control.answers import REFUSED
from desk.sandbox.connect.control.views import AgentView, ContactView, QueueView

Limit = Annotated[int, Query(ge=1, le=views.MOST_CONTACTS)]


def router(centre: Centre) -> APIRouter:
    """Serve what is to be seen."""
    api = APIRouter(tags=['watching'])

    @api.get('/agents')
    async def agents() -> list[AgentView]:
        """Return every agent with their status and what they have in hand."""
        with centre.acting() as world:
            return views.agents(world)

    @api.get('/queues')
    async def queues() -> list[QueueView]:
        """Return every queue; the numbers are those of GetCurrentMetricData."""
        with centre.acting() as world:
            return views.queues(world)

    @api.get('/contacts')
    async def contacts(*, over: bool = False, limit: Limit = 50) -> list[ContactView]:
        """Return the newest contacts that go on (or that are over), newest first, without what was said."""
        with centre.acting() as world:
            return views.contacts(world, is_over=over, limit=limit)

    @api.get('/contacts/{contact_id}', responses=REFUSED)
    async def contact(contact_id: str) -> ContactView:
        """Return a contact with its legs and what was said."""
        with centre.acting() as world:
            return views.contact(world, world.core.contact(contact_id))

    @api.get('/events')
    async def events() -> list[dict[str, Any]]:
        """Return the newest 10,000 contact and agent events, oldest first."""
        centre.pass_time()
        return list(centre.events)

    return api
