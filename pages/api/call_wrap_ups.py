"""``/calls/{id}/wrap-up``: the 후처리 of a call. Its agent writes it; everybody who may see the call may read it."""

from uuid import UUID

from fastapi import APIRouter

from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals
from pages.api.wrap_up_shapes import CategoryList, WrapUpItem, Written
from pages.web.principals import SignedIn
from services.registry import Services


def router(services: Services) -> APIRouter:
    """Serve the wrap-ups of calls."""
    api = APIRouter(
        prefix='/calls/{call_id}/wrap-up',
        tags=['calls'],
        dependencies=[rate_limit()],
        responses=refusals(401, 404, 422, 429),
    )
    wrap_ups = CallWrapUpOperations(services)
    changed = refusals(403, 409, 413)
    add = api.add_api_route
    add('', wrap_ups.wrap_up, summary='Wrap-up (후처리)')
    add('', wrap_ups.save, methods=['PUT'], summary='Write in a wrap-up', responses=changed)
    add(
        '/finish',
        wrap_ups.finish,
        methods=['POST'],
        summary='End a wrap-up (후처리 완료)',
        responses=changed,
    )
    add(
        '/take',
        wrap_ups.take,
        methods=['POST'],
        summary='Take a wrap-up over whose agent works here no more',
        responses=changed,
    )
    add('/categories', wrap_ups.categories, summary='What can be chosen as 상담 분류')
    return api


class CallWrapUpOperations:
    """The operations of ``/calls/{id}/wrap-up``, one method each."""

    def __init__(self, services: Services) -> None:
        self._wrap_ups = services.wrap_ups
        self._left_wrap_ups = services.left_wrap_ups
        self._categories = services.categories
        self._calls = services.calls

    async def wrap_up(self, staff: SignedIn, call_id: UUID) -> WrapUpItem:
        """Return the wrap-up of a call."""
        return WrapUpItem.of(await self._wrap_ups.view(staff.agent, call_id))

    async def save(self, staff: SignedIn, call_id: UUID, written: Written) -> WrapUpItem:
        """Save a wrap-up, open or done."""
        await self._wrap_ups.save(staff.agent, call_id, written.text, seen=written.version)
        return await self.wrap_up(staff, call_id)

    async def finish(
        self, staff: SignedIn, call_id: UUID, written: Written | None = None
    ) -> WrapUpItem:
        """End a wrap-up, with the given values or with the saved ones; ending it again changes nothing."""
        await self._wrap_ups.finish(
            staff.agent,
            call_id,
            written.text if written else None,
            seen=written.version if written else None,
        )
        return await self.wrap_up(staff, call_id)

    async def take(self, staff: SignedIn, call_id: UUID) -> WrapUpItem:
        """Take a wrap-up over whose agent works here no more; 409 when somebody has it."""
        await self._left_wrap_ups.take(staff.agent, call_id)
        return WrapUpItem.of(await self._wrap_ups.view(staff.agent, call_id))

    async def categories(self, staff: SignedIn, call_id: UUID) -> CategoryList:
        """List the 상담 분류 that can be chosen for a call: the leaves of its queue's tree and of the common tree."""
        call = await self._calls.call(staff.agent, call_id)
        return CategoryList.of([*await self._categories.leaves(call.queue_id)])
