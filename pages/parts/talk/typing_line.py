"""The line that says that the other side is typing, until no sign of it came for a while."""

import asyncio

from markupsafe import Markup
from nicegui import background_tasks

from pages.component import still
from pages.locale import _
from pages.parts.kit.markup import Piece, filled

SHOWN_SECONDS = 5.0


class TypingLine(Piece):
    """A line of fixed height, so that nothing jumps when it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.classes('talk-typing').props('aria-live=polite')
        self._told = 0

    def show(self, name: str) -> None:
        """Show for ``SHOWN_SECONDS`` that ``name`` is typing."""
        self._told += 1
        self.set_inside(
            filled(
                '<span class="talk-dots" aria-hidden="true"><i></i><i></i><i></i></span>{text}',
                text=_('{name} 상담원이 입력하고 있어요', name=name),
            )
        )
        background_tasks.create(self._fade(self._told), context=self)

    def stop(self) -> None:
        """Empty the line: the typed message has come, or the chat is over."""
        self.set_inside(Markup())

    async def _fade(self, told: int) -> None:
        await still(self, asyncio.sleep(SHOWN_SECONDS))
        if told == self._told:
            self.stop()
