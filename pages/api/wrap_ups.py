"""``/chat/sessions/{id}/wrap-up``: the 후처리 of a chat. Its agent writes it; everybody who may see the chat may read it."""

from uuid import UUID

from fastapi import APIRouter

from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals
from pages.api.wrap_up_shapes import CategoryList, WrapUpItem, Written
from pages.web.principals import SignedIn
from services.registry import Services


def router(services: Services) -> APIRouter:
    """Serve the wrap-ups of chats."""
    api = APIRouter(
        prefix='/chat/sessions/{session_id}/wrap-up',
        tags=['chat'],
        dependencies=[rate_limit()],
        responses=refusals(401, 404, 422, 429),
    )
    wrap_ups = WrapUpOperations(services)
    changed = refusals(403, 409, 413)
    api.add_api_route('', wrap_ups.wrap_up, summary='Wrap-up (후처리)')
    api.add_api_route(
        '', wrap_ups.save, methods=['PUT'], summary='Write in a wrap-up', responses=changed
    )
    api.add_api_route(
        '/finish',
        wrap_ups.finish,
        methods=['POST'],
        summary='End a wrap-up (후처리 완료)',
        responses=changed,
    )
    api.add_api_route(
        '/take',
        wrap_ups.take,
        methods=['POST'],
        summary='Take a wrap-up over whose agent works here no more',
        responses=changed,
    )
    api.add_api_route('/categories', wrap_ups.categories, summary='What can be chosen as 상담 분류')
    return api


class WrapUpOperations:
    """The operations of ``/chat/sessions/{id}/wrap-up``, one method each."""

    def __init__(self, services: Services) -> None:
        self._wrap_ups = services.wrap_ups
        self._left_wrap_ups = services.left_wrap_ups
        self._categories = services.categories
        self._chats = services.chats

    async def wrap_up(self, staff: SignedIn, session_id: UUID) -> WrapUpItem:
        """Return the wrap-up of a chat."""
        return WrapUpItem.of(await self._wrap_ups.view(staff.agent, session_id))

    async def save(self, staff: SignedIn, session_id: UUID, written: Written) -> WrapUpItem:
        """Save a wrap-up, open or done."""
        await self._wrap_ups.save(staff.agent, session_id, written.text, seen=written.version)
        return WrapUpItem.of(await self._wrap_ups.view(staff.agent, session_id))

    async def finish(
        self, staff: SignedIn, session_id: UUID, written: Written | None = None
    ) -> WrapUpItem:
        """End a wrap-up, with the given values or with the saved ones; ending it again changes nothing."""
        await self._wrap_ups.finish(
            staff.agent,
            session_id,
            written.text if written else None,
            seen=written.version if written else None,
        )
        return WrapUpItem.of(await self._wrap_ups.view(staff.agent, session_id))

    async def take(self, staff: SignedIn, session_id: UUID) -> WrapUpItem:
        """Take a wrap-up over whose agent works here no more; 409 when somebody has it."""
        await self._left_wrap_ups.take(staff.agent, session_id)
        return WrapUpItem.of(await self._wrap_ups.view(staff.agent, session_id))

    async def categories(self, staff: SignedIn, session_id: UUID) -> CategoryList:
        """List the 상담 분류 that can be chosen for a chat: the leaves of its queue's tree and of the common tree."""
        chat = await self._chats.chat(staff.agent, session_id)
        return CategoryList.of([*await self._categories.leaves(chat.queue_id)])
