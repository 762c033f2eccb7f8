"""``/calls``: telephone calls, for programs. A command that needs a softphone is sent to the open one of the call's agent."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from models import Agent, Call
from pages.api import call_shapes as shapes
from pages.api import cursors
from pages.api.call_shapes import (
    Attributes,
    CallDetailItem,
    CallItem,
    CallPage,
    Dial,
    Monitor,
    Monitored,
    QuickConnectItem,
    QuickConnects,
    Transfer,
    TransferAsked,
)
from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals
from pages.api.wrap_up_shapes import WrapUpItem
from pages.web.principals import SignedIn
from services.calls.calls import MAX_PAGE, PAGE
from services.registry import Services
from services.work.cursors import Cursor

BUSY = refusals(409, 429, 502)
"""409: no open call, or no softphone. 429: no room for more calls. 502: Connect is away."""


def router(services: Services) -> APIRouter:
    """Serve the calls that the signed-in person may see."""
    api = APIRouter(
        prefix='/calls',
        tags=['calls'],
        dependencies=[rate_limit()],
        responses=refusals(401, 422, 429),
    )
    calls = CallOperations(services)
    add, one = api.add_api_route, '/{call_id}'
    add('', calls.calls, summary='List calls')
    add('', calls.dial, methods=['POST'], status_code=201, summary='Dial', responses=refusals(404, 409, 413, 502))  # fmt: skip
    add('/quick-connects', calls.quick_connects, summary='Where calls can be transferred to', responses=BUSY)  # fmt: skip
    add(one, calls.call, summary='One call', responses=refusals(404))
    add(f'{one}/attributes', calls.attributes, summary='Attributes', responses=refusals(404, 409, 502))  # fmt: skip
    changed = refusals(403, 404, 409, 413, 502)
    for path, act, summary in (
        ('/stop', calls.stop, 'End (통화 종료)'),
        ('/recording/pause', calls.pause_recording, 'Pause the recording'),
        ('/recording/resume', calls.resume_recording, 'Resume the recording'),
    ):
        add(f'{one}{path}', act, methods=['POST'], status_code=204, summary=summary, responses=changed)  # fmt: skip
    add(f'{one}/transfer', calls.transfer, methods=['POST'], status_code=202, summary='Transfer (호전환)', responses=changed)  # fmt: skip
    add(f'{one}/monitor', calls.monitor, methods=['POST'], summary='Listen to a call', responses=changed)  # fmt: skip
    add(f'{one}/attributes', calls.set_attributes, methods=['PUT'], summary='Set attributes', responses=changed)  # fmt: skip
    return api


class CallOperations:
    """The operations of ``/calls``, one method each."""

    def __init__(self, services: Services) -> None:
        self._calls = services.calls
        self._recordings = services.recordings
        self._softphones = services.softphones
        self._targets = services.transfer_targets
        self._wrap_ups = services.wrap_ups
        self._personal = services.personal_data

    async def calls(
        self,
        staff: SignedIn,
        open: Annotated[bool | None, Query(description='without it: both')] = None,
        own: Annotated[bool, Query(description='only those that one has or had')] = False,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
        cursor: Annotated[str | None, Query(max_length=cursors.MAX_CURSOR_CHARS)] = None,
    ) -> CallPage:
        """List the calls that the reader may see, newest first; pages neither overlap nor leave out calls."""
        listing = f'calls|{open}|{own}'
        place = cursors.decoded(listing, cursor) if cursor else None
        found = await self._calls.page(
            staff.agent,
            is_open=open,
            only_own=own,
            before=place.timed if place else None,
            limit=limit + 1,
        )
        page = found[:limit]
        last = Cursor(page[-1].start_time, page[-1].id) if len(found) > limit else None
        return CallPage(
            items=await self._items(staff.agent, *page),
            next=cursors.encoded(listing, last) if last else None,
        )

    async def call(self, staff: SignedIn, call_id: UUID) -> CallDetailItem:
        """Return one call with its legs and its wrap-up."""
        detail = await self._calls.detail(staff.agent, call_id)
        [item] = await self._items(staff.agent, detail.call)
        written = (await self._wrap_ups.views([call_id])).get(call_id)
        return CallDetailItem.whole(detail, item, WrapUpItem.of(written) if written else None)

    async def dial(self, staff: SignedIn, wish: Dial) -> CallItem:
        """Call a customer: Connect rings the customer and connects an agent when the customer answers."""
        if wish.customer_id is not None:
            call = await self._calls.dial_customer(
                staff.agent, wish.customer_id, call_id=wish.id, purpose=wish.purpose
            )
        else:
            call = await self._calls.dial(
                staff.agent, wish.phone or '', call_id=wish.id, purpose=wish.purpose
            )
        [item] = await self._items(staff.agent, call)
        return item

    async def stop(self, staff: SignedIn, call_id: UUID) -> None:
        """End an open call for everybody in it; 409 when it has ended already, or when only its softphone can end it."""
        await self._calls.stop(staff.agent, call_id)

    async def transfer(self, staff: SignedIn, call_id: UUID, to: Transfer) -> TransferAsked:
        """Ask the softphone of the call's agent to transfer the call; 409 when no softphone is open."""
        target = await self._targets.target(
            agent_id=to.agent_id,
            queue_id=to.queue_id,
            phone=to.phone,
            quick_connect_id=to.quick_connect_id,
        )
        asked = await self._softphones.transfer_call(staff.agent, call_id, *target)
        return TransferAsked(command_id=asked.command_id, asked_at=asked.asked_at)

    async def attributes(self, staff: SignedIn, call_id: UUID) -> Attributes:
        """Return the attributes that the contact flow and the desk set on a call."""
        return Attributes(attributes=await self._calls.attributes(staff.agent, call_id))

    async def set_attributes(
        self, staff: SignedIn, call_id: UUID, wanted: Attributes
    ) -> Attributes:
        """Set attributes of a call, open or ended; attributes that are not named stay."""
        attributes = await self._calls.set_attributes(staff.agent, call_id, wanted.attributes)
        return Attributes(attributes=attributes)

    async def pause_recording(self, staff: SignedIn, call_id: UUID) -> None:
        """Let nothing be recorded; it resumes by itself after the queue's time. 409 where nothing is recorded."""
        await self._recordings.pause(staff.agent, call_id)

    async def resume_recording(self, staff: SignedIn, call_id: UUID) -> None:
        """Record again what is said."""
        await self._recordings.resume(staff.agent, call_id)

    async def monitor(self, staff: SignedIn, call_id: UUID, wish: Monitor) -> Monitored:
        """Let a supervisor listen through their own softphone; 409 when nobody is talking, or the softphone is busy."""
        contact_id = await self._calls.monitor(
            staff.agent, call_id, may_barge=wish.may_barge, token=wish.id
        )
        return Monitored(contact_id=contact_id)

    async def quick_connects(self, staff: SignedIn) -> QuickConnects:
        """List the quick connects that calls can be transferred to."""
        del staff
        found = await self._targets.quick_connects()
        return QuickConnects(items=[QuickConnectItem.of(one) for one in found])

    async def _items(self, agent: Agent, *calls: Call) -> list[CallItem]:
        customers = {call.customer_id for call in calls if call.customer_id}
        whole = frozenset(await self._personal.sees_whole(agent, *customers))
        return [shapes.CallItem.of(call, agent, whole) for call in calls]
