"""Base class of everything on a page that listens: its subscriptions end with the element.

NiceGUI ends a subscription when the *client* goes; in a page that lives all day that is a leak. This is the
only place that uses NiceGUI's private delete hook (NiceGUI 3.18).
"""

from collections.abc import Callable, Coroutine
from typing import Any

from nicegui import background_tasks, ui
from typing_extensions import override

from desk.events import Subscription, Topics


class Component(ui.element):
    """An element that owns its subscriptions, whichever way it goes away."""

    def __init__(self, topics: Topics, tag: str = 'div') -> None:
        super().__init__(tag)
        self._topics = topics
        self._subscriptions: list[Subscription] = []

    def listen(self, topic: str, handler: Callable[[Any], None]) -> None:
        """Call ``handler`` with every event of ``topic`` and every ``Resync``, drawing into this element."""

        def draw(event: Any) -> None:
            if self.is_deleted:
                return
            with (
                self
            ):  # events arrive outside of any page: without this NiceGUI knows no place to draw
                handler(event)

        self._subscriptions.append(self._topics.subscribe(topic, draw))

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run ``work`` in the background, in this element's place; its errors reach the page's handler."""
        background_tasks.create(work, context=self)

    def stop_listening(self) -> None:
        """Hear nothing more; for a component that shows something else from now on."""
        for subscription in self._subscriptions:
            subscription.cancel()
        self._subscriptions.clear()

    @override
    def _handle_delete(self) -> None:
        self.stop_listening()
        super()._handle_delete()
