"""The names of the colleagues who look at the same chat, in its header."""

from uuid import UUID

from nicegui import ui

from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from services.chats.events import chat_topic
from services.chats.viewers import REPEAT_SECONDS, Audience, Viewing


class ViewersLine(Component):
    """Announces this page's reader as a viewer while it exists, and names the other viewers."""

    def __init__(self, context: PageContext, chat_id: UUID) -> None:
        """Draw nothing yet; ``open`` starts it."""
        super().__init__(context.services.topics)
        self._context, self._chat_id = context, chat_id
        self._audience = Audience()
        self.classes('desk-viewers').props('role=status')
        with self:
            self._names = ui.label()

    def open(self) -> None:
        """Follow the other viewers, and announce this page's reader."""
        self.listen(chat_topic(self._chat_id), self._hear)
        self.start(self._say_looking(asks=True))
        self.at_end(self._say_gone)

    def _hear(self, event: object) -> None:
        if not isinstance(event, Viewing) or event.tab == self._context.page_id:
            return
        self._audience.hear(event)
        if event.asks:
            self.start(self._say_looking())
        self._show()

    async def _say_looking(self, *, asks: bool = False) -> None:
        await self.still(
            self._context.services.viewers.say(
                self._context.agent, self._chat_id, self._context.page_id, asks=asks
            )
        )
        self._show()
        self.after(REPEAT_SECONDS, self._say_looking)

    def _show(self) -> None:
        names = self._audience.others(self._context.agent)
        self._names.set_text(
            _('{names} 님도 보고 있습니다', names=', '.join(names)) if names else ''
        )

    async def _say_gone(self) -> None:
        await self._context.services.viewers.say(
            self._context.agent, self._chat_id, self._context.page_id, is_looking=False
        )
