"""Base class of every element that subscribes to events: its subscriptions and timers end with the element.

NiceGUI ends a subscription with the *client*; on a page that stays open all day that is a leak. This is the
only place that uses NiceGUI's private delete hook (NiceGUI 3.18).

After an ``await`` the element may have been deleted: NiceGUI then raises, or keeps elements that nobody sees. So an
``await`` that is followed by more work is written ``await still(…)`` (``tests/test_architecture.py`` checks all of ``pages``).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from nicegui import background_tasks, core, ui
from typing_extensions import override

from desk.errors import DeskError
from desk.events import Subscription, Topics

ResultT = TypeVar('ResultT')
Work = Callable[[], Coroutine[Any, Any, None]]


async def still(element: ui.element, work: Awaitable[ResultT]) -> ResultT:
    """Await ``work``, which must end by itself, and return its result if ``element`` is still on its page.

    Raises ``asyncio.CancelledError`` when the element was deleted: the calling task ends there, silently.
    """
    try:
        result = await work
    except DeskError as error:
        if element.is_deleted:
            raise asyncio.CancelledError from error
        raise
    if element.is_deleted:
        raise asyncio.CancelledError
    return result


class Component(ui.element):
    """An element that owns its subscriptions and timers; they end however the element is deleted."""

    def __init__(self, topics: Topics, tag: str = 'div') -> None:
        super().__init__(tag)
        self._topics = topics
        self._subscriptions: list[Subscription] = []
        self._timers: dict[Work, asyncio.TimerHandle] = {}
        self._ran_at: dict[Work, float] = {}
        self._at_end: list[Work] = []

    def listen(
        self, topics: str | Iterable[str], handler: Callable[[Any], None], *, draws: bool = True
    ) -> None:
        """Call ``handler`` with every event of ``topics`` and every ``Resync``, drawing into this element.

        A handler of frequent events should only note them and draw later (``soon``); it passes ``draws=False``, since
        entering an element's context costs more than most handlers do.
        """

        def draw(event: Any) -> None:
            # Events arrive outside of any page: without this NiceGUI has no slot to draw into.
            with self:
                handler(event)

        self._subscriptions.append(self._topics.subscribe(topics, draw if draws else handler))

    async def still(self, work: Awaitable[ResultT]) -> ResultT:
        """Await ``work`` and go on only while this element is on its page; see the function ``still``."""
        return await still(self, work)

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run ``work`` in the background, in this element's context; its errors reach the page's handler."""
        background_tasks.create(work, context=self)

    def after(self, seconds: float, work: Work) -> None:
        """Run ``work`` once, ``seconds`` from now; a second call before that restarts the wait."""
        if (timer := self._timers.pop(work, None)) is not None:
            timer.cancel()
        self._timers[work] = asyncio.get_running_loop().call_later(seconds, self._run, work)

    def within(self, seconds: float, work: Work) -> None:
        """Run ``work`` once, ``seconds`` from now; further calls before that change nothing."""
        if work not in self._timers:
            self.after(seconds, work)

    def soon(self, work: Work, *, at_most_every: float) -> None:
        """Run ``work`` now, or as soon as ``at_most_every`` seconds have passed since it last ran."""
        if work in self._timers:
            return
        wait = self._ran_at.get(work, 0.0) + at_most_every - time.monotonic()
        self._timers[work] = asyncio.get_running_loop().call_later(max(0.0, wait), self._run, work)

    def at_end(self, work: Work) -> None:
        """Run ``work`` after the element was deleted, outside of any page."""
        self._at_end.append(work)

    def stop_listening(self) -> None:
        """Cancel all subscriptions, for a component that shows something else from now on."""
        for subscription in self._subscriptions:
            subscription.cancel()
        self._subscriptions.clear()

    def _run(self, work: Work) -> None:
        self._timers.pop(work, None)
        self._ran_at[work] = time.monotonic()
        if not self.is_deleted:
            self.start(work())

    @override
    def _handle_delete(self) -> None:
        self.stop_listening()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        if core.loop is not None and not core.loop.is_closed():  # dialogs are deleted at exit, too
            for work in self._at_end:
                background_tasks.create(work())
        super()._handle_delete()


def busy(element: ui.element, *, is_busy: bool) -> None:
    """Mark an element as loading or loaded: after 150 ms a loading one shows a skeleton (``desk.css``)."""
    if is_busy:
        element.classes('desk-loading').props('aria-busy=true')
    else:
        element.classes(remove='desk-loading').props(remove='aria-busy')
