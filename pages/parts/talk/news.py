"""Tells open forms of ``/talk`` that hours, texts or queues have changed: each form keeps one request waiting.

The form has no socket, since nobody can be authenticated for one yet (decision 0003). A waiting request costs no database: the
form asks for itself again when it is told.
"""

import asyncio
from uuid import uuid4

from starlette.responses import Response

from desk.events import Event, Resync, Topics
from models import SettingKind
from services.people.events import SETTINGS, SettingPart, SettingsChanged

PARTS = frozenset[str]({SettingKind.HOURS, SettingKind.CLOSED_DAYS, SettingKind.TEXTS, SettingKind.WIDGET, SettingPart.QUEUES})  # fmt: skip
"""What the form shows of the settings."""
HOLD_SECONDS = 5.0
"""How long a request waits: a server that stops waits for it."""
MOST_WAITING = 2_000
"""The most requests that wait in one process; further ones are answered at once, and those forms look now and then."""


class TalkNews:
    """The stamp of what the form shows, which is another after each change."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._process, self._count = uuid4().hex[:8], 0
        self._is_listening = False
        self._waiting: set[asyncio.Future[None]] = set()

    async def answer(self, known: str) -> Response:
        """Return the stamp (200) if it is not ``known``, or as soon as it is another; 204 when nothing changes."""
        if not self._is_listening:
            self._is_listening = True
            self._topics.subscribe(SETTINGS, self._hear)
        if known == self._stamp and len(self._waiting) < MOST_WAITING:
            await self._wait()
        headers = {'Cache-Control': 'no-store'}
        if known == self._stamp:
            return Response(status_code=204, headers=headers)
        return Response(self._stamp, headers=headers, media_type='text/plain')

    @property
    def _stamp(self) -> str:
        return f'{self._process}.{self._count}'

    async def _wait(self) -> None:
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(told)
        try:
            async with asyncio.timeout(HOLD_SECONDS):
                await told
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(told)

    def _hear(self, event: Event) -> None:
        is_shown = isinstance(event, SettingsChanged) and event.part in PARTS
        if not is_shown and not isinstance(event, Resync):
            return
        self._count += 1
        for told in self._waiting:
            if not told.done():
                told.set_result(None)
