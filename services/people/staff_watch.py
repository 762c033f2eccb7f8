"""Keeps the signed-in person of an open page or program current.

The row is read again whenever the person changes, when events may have been missed, and once a
minute. When the session is no longer valid, the page or program is told.
"""

import asyncio
from typing import Protocol

import structlog

from desk import clock
from desk.errors import NotSignedInError
from desk.events import Event, Resync, Topics
from models import Agent
from services.people.events import AgentChanged, SessionRevoked, agent_topic
from services.people.sign_ins import SignIns, Staff

log = structlog.get_logger()

RECHECK_SECONDS = 60.0
"""How often the person is read again in case an event was lost."""
RETRY_SECONDS = 5.0
"""The pause before the next try while the database is away."""


class Watched(Protocol):
    """The page or program that shows what a person may see."""

    def person_changed(self, fields: frozenset[str]) -> None:
        """Use the person's new row: these fields changed. Must not block."""

    def sign_in_ended(self) -> None:
        """Show nothing more: the session or the account has ended. Must not block."""


class StaffWatch:
    """Watches the person of one page or program; begins at once, ``keep`` continues it."""

    def __init__(self, sign_ins: SignIns, topics: Topics, staff: Staff, watched: Watched) -> None:
        self._sign_ins = sign_ins
        self._staff = staff
        self._watched = watched
        self._again = asyncio.Event()
        self._elsewhere: set[str] = set()
        self._is_over = False
        self._subscription = topics.subscribe(agent_topic(staff.agent.id), self._hear)

    async def keep(self) -> None:
        """Watch until the session ends or ``stop`` is called."""
        while not self._is_over:
            is_read = await self.look()
            left = (self._staff.expires_at - clock.now()).total_seconds()
            if left <= 0:
                self._end()
            await self._rest(min(RECHECK_SECONDS if is_read else RETRY_SECONDS, max(0.0, left)))

    def stop(self) -> None:
        """Stop watching."""
        self._is_over = True
        self._subscription.cancel()
        self._again.set()

    async def look(self) -> bool:
        """Read the person again; return whether that was possible."""
        elsewhere, self._elsewhere = self._elsewhere, set()
        try:
            now = await self._sign_ins.staff(self._staff.session_id)
        except NotSignedInError:
            self._end()
            return True
        except Exception:  # whatever it is (e.g. the database away), keep watching
            log.warning('staff_not_read', session_id=str(self._staff.session_id), exc_info=True)
            self._elsewhere |= elsewhere
            return False
        changed = self._staff.agent.become(now.agent) | elsewhere
        if changed and not self._is_over:
            self._watched.person_changed(changed)
        return True

    def _hear(self, event: Event) -> None:
        match event:
            case SessionRevoked() if event.session_id == self._staff.session_id:
                self._end()  # at once, so that nothing more is shown
            case AgentChanged():
                self._elsewhere |= set(event.fields) - set(Agent.model_fields)
                self._again.set()
            case Resync():
                self._again.set()
            case _:
                pass

    def _end(self) -> None:
        if not self._is_over:
            self.stop()
            self._watched.sign_in_ended()

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._again.wait(), seconds)
        except TimeoutError:
            return
        self._again.clear()
