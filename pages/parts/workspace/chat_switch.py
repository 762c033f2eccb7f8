"""Going from one's chat to the next by key, also while typing: unread ones first, and back."""

from collections.abc import Callable
from uuid import UUID

from pages.context import PageContext
from services.chats.events import ChatCard
from services.chats.inbox_order import Scope, Tab
from services.chats.switching import next_chat, previous_chat

MOST_REMEMBERED = 20


class ChatSwitch:
    """Where the keys lead from the chat that is shown, whatever list the inbox shows."""

    def __init__(
        self,
        context: PageContext,
        *,
        shown: Callable[[], UUID | None],
        on_open: Callable[[UUID], None],
    ) -> None:
        """Remember no way yet.

        Args:
            context: the page.
            shown: returns the chat that is shown.
            on_open: opens a chat with the caret in its reply box.
        """
        self._context = context
        self._shown, self._on_open = shown, on_open
        self._way: list[UUID] = []

    async def on(self) -> None:
        """Go to the first of one's chats with unread lines, else to the next one."""
        current = self._shown()
        found = next_chat(await self._context.still(self._own()), current)
        if found is not None and current is not None:
            self._way = [*self._way, current][-MOST_REMEMBERED:]
        self._open(found)

    async def back(self) -> None:
        """Go back to the chat from which the key led here, else to the one before."""
        came_from = self._way.pop() if self._way else None
        own = await self._context.still(self._own())
        self._open(previous_chat(own, self._shown(), came_from))

    def _open(self, chat_id: UUID | None) -> None:
        if (target := chat_id or self._shown()) is not None:
            self._on_open(target)

    async def _own(self) -> list[ChatCard]:
        inbox = self._context.services.inbox
        page = await self._context.still(inbox.page(self._context.agent, Tab.OPEN, Scope.MINE))
        return page.chats
