"""That the other side is typing: said until it has not been heard for a while."""

import asyncio

from markupsafe import Markup
from nicegui import background_tasks

from pages.component import still
from pages.locale import _
from pages.parts.kit.markup import Piece, filled

SHOWN_SECONDS = 5.0


class TypingLine(Piece):
    """A line that keeps its place, empty or not, so that nothing jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.classes('talk-typing').props('aria-live=polite')
        self._told = 0

    def show(self, name: str) -> None:
        """Say that ``name`` is typing, for ``SHOWN_SECONDS`` from now."""
        self._told += 1
        self.set_inside(
            filled(
                '<span class="talk-dots" aria-hidden="true"><i></i><i></i><i></i></span>{text}',
                text=_('{name} 상담원이 입력하고 있어요', name=name),
            )
        )
        background_tasks.create(self._fade(self._told), context=self)

    def stop(self) -> None:
        """Say nothing more: what was typed has come, or the chat is over."""
        self.set_inside(Markup())

    async def _fade(self, told: int) -> None:
        await still(self, asyncio.sleep(SHOWN_SECONDS))
        if told == self._told:
            self.stop()
