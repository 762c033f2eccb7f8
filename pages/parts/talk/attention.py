"""Alerts a customer who looks at another tab: a sound, and the number of unread messages in the tab's title."""

import asyncio
from collections.abc import Iterable

from nicegui import background_tasks

from models import Sender
from pages.component import still
from pages.parts.kit.sound import Sound
from services.chats.events import ChatMessage

PATIENCE_SECONDS = 1.0
"""A message that the customer is looking at is reported as seen within this time (the scroller needs a quarter of a second)."""


class Attention:
    """The alerts of one page."""

    def __init__(self, *, seen: int, is_quiet: bool) -> None:
        """Draw nothing visible; ``seen`` is the newest number that the customer has seen. ``is_quiet``: no sound, as on another site."""
        self._sound = Sound(keep='desk.talk.sound', is_quiet=is_quiet)
        self._seen = seen
        self._unread: set[int] = set()
        self._is_waiting = False

    def shown(self, messages: Iterable[ChatMessage]) -> None:
        """Alert to the agents' messages among those on screen, unless they are seen within ``PATIENCE_SECONDS``."""
        unread = {
            message.number
            for message in messages
            if message.sender is Sender.AGENT and message.number > self._seen
        }
        is_new = bool(unread - self._unread)
        self._unread = unread
        if is_new and not self._is_waiting:
            self._is_waiting = True
            background_tasks.create(self._call(), context=self._sound)

    def seen(self, number: int) -> None:
        """End the alerts for messages that the customer has seen, here or in another tab."""
        self._seen = max(self._seen, number)
        left = {one for one in self._unread if one > self._seen}
        if left != self._unread:
            self._unread = left
            self._sound.mark_title(len(left))

    def call(self) -> None:
        """Call for the customer, whom the desk asks something."""
        self._sound.tick()

    async def _call(self) -> None:
        await still(self._sound, asyncio.sleep(PATIENCE_SECONDS))
        self._is_waiting = False
        if self._unread:
            self._sound.tick()
            self._sound.mark_title(len(self._unread))
