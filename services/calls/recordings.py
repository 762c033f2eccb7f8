"""녹음 멈춤: nothing is recorded while a card number is said, and the recording resumes by itself.

Who paused may forget it, close their page or lose their line. So the end of each pause is a row before Connect is asked, and
any process resumes what is due. Connect is never asked inside a transaction.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from typing_extensions import override

from desk import clock
from desk.errors import ConflictError, DeskError, InvalidInputError, NotFoundError
from desk.events import Event
from models import Agent, AuditAction, PauseEnding, RecordingPause
from services.calls import queries
from services.calls import recording_queries as pauses
from services.calls.calls import Calls
from services.calls.directory import ConnectDirectory
from services.calls.events import call_topic
from services.contacts import queue_queries
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

PAUSE_SECONDS = 90
"""So long a pause lasts in a call without a queue; each queue has its own (``recording_pause_seconds``)."""
TRY_AGAIN = timedelta(seconds=5)
LOOK_SECONDS = 1.0
BATCH = 50
_CANNOT_RESUME = (NotFoundError, ConflictError, InvalidInputError)
"""The call is over, or is recorded no more."""


class RecordingChanged(Event):
    """A recording pauses until ``resume_at``, or goes on when that is empty."""

    call_id: UUID
    resume_at: datetime | None

    @override
    def topics(self) -> tuple[str, ...]:
        return (call_topic(self.call_id),)


class Recordings:
    """Pauses and resumes what is recorded of calls."""

    def __init__(self, units: UnitsOfWork, calls: Calls, directory: ConnectDirectory) -> None:
        self._units = units
        self._calls = calls
        self._directory = directory

    async def pause(self, agent: Agent, call_id: UUID) -> RecordingPause:
        """Let nothing be recorded for as long as the call's queue allows; paused already, that long from now on.

        Raises:
            NotFoundError, NotAllowedError: there is no such call; it is a colleague's.
            ConflictError: it is over or not begun, or nothing is recorded of it.
            UpstreamError: Connect is away; whether it paused is not known, and it will be resumed all the same.
        """
        call, leg = await self._calls.open_leg(agent, call_id)
        pause = await self._begun(agent, call_id, leg.contact_id, call.queue_id)
        try:
            await self._directory.api.pause_recording(leg.contact_id, call.contact_id or '')
        except _CANNOT_RESUME:
            await self._close(pause.id, PauseEnding.REFUSED)
            raise
        async with self._units.begin() as work:
            work.record(agent, AuditAction.RECORDING_PAUSED, subject=call)
            work.tell(RecordingChanged(call_id=call_id, resume_at=pause.resume_at))
        return pause

    async def resume(self, agent: Agent, call_id: UUID) -> None:
        """Go on recording now. Raises as ``pause``."""
        call, leg = await self._calls.open_leg(agent, call_id)
        await self._directory.api.resume_recording(leg.contact_id, call.contact_id or '')
        async with self._units.begin() as work:
            pause = await pauses.open_pause(work.session, call_id, lock=True)
            if pause is not None:
                pause.resumed_at, pause.ending = clock.now(), PauseEnding.AGENT
                work.session.add(pause)
            work.record(agent, AuditAction.RECORDING_RESUMED, subject=call)
            work.tell(RecordingChanged(call_id=call_id, resume_at=None))

    async def paused_until(self, agent: Agent, call_id: UUID) -> datetime | None:
        """Return when a call's recording resumes by itself; nothing while it records. Raises ``NotFoundError``."""
        await self._calls.call(agent, call_id)
        async with self._units.db.reading() as session:
            pause = await pauses.open_pause(session, call_id)
        return pause.resume_at if pause else None

    async def resume_due(self) -> int:
        """Resume what has paused for long enough, whoever's it is; returns how many. Connect away: they are tried again."""
        now = clock.now()
        async with self._units.begin() as work:
            due = await pauses.claim_due(work.session, now, until=now + TRY_AGAIN, limit=BATCH)
        resumed = 0
        for pause in due:
            try:
                resumed += await self._resume_due(pause)
            except DeskError as error:
                log.warning('recording_not_resumed', call_id=str(pause.call_id), key=error.key)
        return resumed

    async def follow(self) -> None:
        """Resume what is due, until cancelled."""
        while True:
            await self.resume_due()
            await asyncio.sleep(LOOK_SECONDS)

    async def _resume_due(self, pause: RecordingPause) -> bool:
        async with self._units.db.reading() as session:
            call = await queries.call_by_id(session, pause.call_id)
        root_id, ending = (call.contact_id if call else None) or '', PauseEnding.LIMIT
        try:
            await self._directory.api.resume_recording(pause.contact_id, root_id)
        except _CANNOT_RESUME:
            ending = PauseEnding.OVER
        if await self._close(pause.id, ending, claimed_until=pause.resume_at):
            return True
        # Its agent paused it once more meanwhile.
        await self._directory.api.pause_recording(pause.contact_id, root_id)
        return False

    async def _begun(
        self, agent: Agent, call_id: UUID, contact_id: str, queue_id: UUID | None
    ) -> RecordingPause:
        """Write down that a pause begins, and when it ends; the one that goes on ends later."""
        async with self._units.begin() as work:
            queue = await queue_queries.by_id(work.session, queue_id) if queue_id else None
            seconds = queue.recording_pause_seconds if queue else PAUSE_SECONDS
            await queries.call_by_id(work.session, call_id, lock=True)  # one pause at a time
            pause = await pauses.open_pause(work.session, call_id, lock=True)
            ends = clock.now() + timedelta(seconds=seconds)
            if pause is None:
                pause = RecordingPause(
                    call_id=call_id, contact_id=contact_id, agent_id=agent.id, resume_at=ends
                )
            pause.contact_id, pause.resume_at = contact_id, ends
            work.session.add(pause)
        return pause

    async def _close(
        self, pause_id: UUID, ending: PauseEnding, *, claimed_until: datetime | None = None
    ) -> bool:
        """Close a pause; returns whether it was not made longer since it was claimed."""
        async with self._units.begin() as work:
            pause = await pauses.pause_by_id(work.session, pause_id)
            if pause is None or pause.resumed_at is not None:
                return True
            if claimed_until is not None and pause.resume_at != claimed_until:
                return False
            pause.resumed_at, pause.ending = clock.now(), ending
            work.session.add(pause)
            if ending is PauseEnding.LIMIT:
                call = await queries.call_by_id(work.session, pause.call_id)
                if call is not None:
                    work.record(None, AuditAction.RECORDING_RESUMED, subject=call)
            work.tell(RecordingChanged(call_id=pause.call_id, resume_at=None))
        return True
