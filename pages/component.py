"""Base class of everything on a page that listens: its subscriptions and delayed work end with the element.

NiceGUI ends a subscription when the *client* goes; in a page that lives all day that is a leak. This is the
only place that uses NiceGUI's private delete hook (NiceGUI 3.18).

Whatever goes on after an ``await`` may come back to a page that has changed: what it drew in is gone, and NiceGUI raises
or keeps elements that nobody sees. So an ``await`` that something follows is an ``await still(…)`` (a test holds all of
``pages`` to it).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from nicegui import background_tasks, ui
from typing_extensions import override

from desk.errors import DeskError
from desk.events import Subscription, Topics

ResultT = TypeVar('ResultT')
Work = Callable[[], Coroutine[Any, Any, None]]


async def still(element: ui.element, work: Awaitable[ResultT]) -> ResultT:
    """Await ``work``, which always ends, and go on only while ``element`` is on its page.

    Raises ``asyncio.CancelledError`` when it is gone: the task that would go on ends there, without a word to anybody.
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
    """An element that owns its subscriptions, whichever way it goes away."""

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

        A handler of what happens all the time only takes note, draws later (``soon``) and says so with ``draws``:
        stepping into an element costs more than most handlers do.
        """

        def draw(event: Any) -> None:
            # Events arrive outside of any page: without this NiceGUI knows no place to draw.
            with self:
                handler(event)

        self._subscriptions.append(self._topics.subscribe(topics, draw if draws else handler))

    async def still(self, work: Awaitable[ResultT]) -> ResultT:
        """Await ``work`` and go on only while this element is on its page, see ``still``."""
        return await still(self, work)

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run ``work`` in the background, in this element's place; its errors reach the page's handler."""
        background_tasks.create(work, context=self)

    def after(self, seconds: float, work: Work) -> None:
        """Run ``work`` once ``seconds`` from now; asked for again before that, it waits anew."""
        if (timer := self._timers.pop(work, None)) is not None:
            timer.cancel()
        self._timers[work] = asyncio.get_running_loop().call_later(seconds, self._run, work)

    def within(self, seconds: float, work: Work) -> None:
        """Run ``work`` once ``seconds`` from now, however often it is asked for meanwhile."""
        if work not in self._timers:
            self.after(seconds, work)

    def soon(self, work: Work, *, at_most_every: float) -> None:
        """Run ``work`` now, or as soon as ``at_most_every`` seconds have passed since it last ran."""
        if work in self._timers:
            return
        wait = self._ran_at.get(work, 0.0) + at_most_every - time.monotonic()
        self._timers[work] = asyncio.get_running_loop().call_later(max(0.0, wait), self._run, work)

    def at_end(self, work: Work) -> None:
        """Do something when the element goes: after it, and outside of any page."""
        self._at_end.append(work)

    def stop_listening(self) -> None:
        """Hear nothing more; for a component that shows something else from now on."""
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
        for work in self._at_end:
            background_tasks.create(work())
        super()._handle_delete()


def busy(element: ui.element, *, is_busy: bool) -> None:
    """Say that an element is being filled: after 150 ms a skeleton of its shape stands there (``desk.css``)."""
    if is_busy:
        element.classes('desk-loading').props('aria-busy=true')
    else:
        element.classes(remove='desk-loading').props(remove='aria-busy')
