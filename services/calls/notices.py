"""What a caller heard before an agent: that the call is recorded, that agents are protected (산업안전보건법 41조).

Of a call that the desk dials it is known: the desk gave Connect the words. For an incoming call the contact flow says it, by the
same attributes: the words themselves, or ``yes`` for those in force. Where the flow sets none, a queue can be set to
count its calls as announced (``Queue.is_announced_by_phone``). Connect is asked when a call is answered and when it is over, and whenever
it says that the attributes have changed in between: a flow may play its words to somebody who waits, or after the agent has answered. What
was heard once stays heard. A process claims the calls that it asks about; one that dies meanwhile leaves them to the call's end.
"""

import asyncio
from datetime import timedelta

import structlog

from desk import clock
from desk.errors import DeskError, NotFoundError
from models import Call
from services.calls import queries
from services.calls.calls import ANNOUNCEMENT, CALLED_IN, NOTICE
from services.calls.directory import ConnectDirectory
from services.calls.events import CallChanged
from services.chats.announcing import Announcements
from services.contacts import queue_queries
from services.settings.texts import TextName, Texts
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

SAID = 'yes'
"""In place of words that nobody knows: the flow says that it told callers, and the desk has no text of it."""
YES = frozenset({SAID, 'true', '1', 'y'})
NO = frozenset({'', 'no', 'false', '0', 'n'})
ASKED_WITHIN = timedelta(days=1)
"""Older calls are not asked about any more."""
BATCH = 10
LOOK_SECONDS = 2.0
MOST_CHARS = 500


class CallNotices:
    """Learns what the callers of incoming calls heard. Any process may; a repeat changes nothing."""

    def __init__(
        self,
        units: UnitsOfWork,
        directory: ConnectDirectory,
        announcements: Announcements,
        texts: Texts,
    ) -> None:
        self._units = units
        self._directory = directory
        self._announcements = announcements
        self._texts = texts

    async def ask_due(self) -> int:
        """Learn of the calls that are to be asked about; return of how many. Connect away: they are asked about again."""
        now = clock.now()
        async with self._units.begin() as work:
            due = await queries.claim_unannounced(
                work.session, now, since=now - ASKED_WITHIN, limit=BATCH
            )
        return [await self._ask(call) for call in due].count(True)

    async def follow(self) -> None:
        """Learn of calls as they are answered, until cancelled."""
        while True:
            await self.ask_due()
            await asyncio.sleep(LOOK_SECONDS)

    async def _ask(self, call: Call) -> bool:
        try:
            attributes = await self._directory.api.attributes(call.contact_id or '')
        except NotFoundError:
            attributes = {}
        except DeskError as error:
            log.warning('call_notices_not_asked', call_id=str(call.id), key=error.key)
            await self._give_back(call)
            return False
        async with self._units.db.reading() as session:
            queue = await queue_queries.by_id(session, call.queue_id) if call.queue_id else None
        usual = SAID if queue is not None and queue.is_announced_by_phone else ''
        version = await self._version(attributes.get(ANNOUNCEMENT, usual))
        recording = await self._recording(attributes.get(NOTICE, usual))
        async with self._units.begin() as work:
            locked = await queries.call_by_id(work.session, call.id, lock=True)
            if locked is None or locked.notices_asked_at != call.notices_asked_at:
                return False  # more was said meanwhile: that is asked about next
            heard = version or locked.announcement_id, recording or locked.recording_notice
            if heard != (locked.announcement_id, locked.recording_notice):
                locked.announcement_id, locked.recording_notice = heard
                locked.version += 1
                work.tell(CallChanged.of(locked))
            work.session.add(locked)
        return True

    async def _give_back(self, call: Call) -> None:
        async with self._units.begin() as work:
            locked = await queries.call_by_id(work.session, call.id, lock=True)
            if locked is not None:
                locked.notices_asked_at = None
                work.session.add(locked)

    async def _version(self, told: str) -> int | None:
        words = told.strip()[:MOST_CHARS]
        if words.lower() in NO:
            return None
        if words.lower() in YES:
            return (await self._announcements.current(CALLED_IN)).version
        return await self._announcements.version(CALLED_IN, words)

    async def _recording(self, told: str) -> str:
        words = told.strip()[:MOST_CHARS]
        if words.lower() in NO:
            return ''
        if words.lower() not in YES:
            return words
        return (await self._texts.of()).said(TextName.RECORDING, CALLED_IN) or SAID
