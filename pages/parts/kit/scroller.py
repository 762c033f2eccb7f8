"""The transcript's scrolling container: follows the newest message, and never moves a reader who has scrolled away."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui.element import Element
from nicegui.events import GenericEventArguments


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrollerLabels:
    """The container's texts, translated: its name, and the pill that leads to the newest message, without and with new ones."""

    log: str
    end: str
    newest: str


class Scroller(Element, component='scroller.js'):
    """A log of messages, one element each, with the number in the prop ``data-number``."""

    def __init__(self, labels: ScrollerLabels, *, has_more: bool = False) -> None:
        """Draw an empty log; ``has_more``: there are older messages than the first ones drawn."""
        super().__init__()
        self._props['label'] = labels.log
        self._props['pill'] = labels.end
        self._props['fresh-pill'] = labels.newest
        self._props['has-more'] = has_more

    def on_older(self, load: Callable[[], Awaitable[None]]) -> None:
        """Await ``load`` when the reader scrolls near the top; not again until ``older_done``."""
        self.on('older', lambda _: load())

    def on_end(self, arrived: Callable[[], Awaitable[None]]) -> None:
        """Await ``arrived`` when a reader who had scrolled away is at the end again."""
        self.on('end', lambda _: arrived())

    def on_seen(self, mark: Callable[[int], Awaitable[None]]) -> None:
        """Await ``mark`` with the newest number seen in a focused window; it only grows."""

        async def arrived(event: GenericEventArguments) -> None:
            number = event.args.get('number') if isinstance(event.args, dict) else None
            if isinstance(number, int):
                await mark(number)

        self.on('seen', arrived)

    def older_done(self, *, has_more: bool) -> None:
        """Report that older messages were inserted at the top; the scroll position is kept."""
        self.run_method('older_done', has_more)

    def to_bottom(self) -> None:
        """Scroll to the newest message, wherever the reader is."""
        self.run_method('to_bottom')

    def to_number(self, number: int) -> None:
        """Scroll to a message and highlight it briefly; the log no longer follows the newest message."""
        self.run_method('to_number', number)
