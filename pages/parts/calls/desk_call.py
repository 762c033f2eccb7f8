"""The desk's call behind one of Connect's contacts, for all parts of the call bar: asked for once a contact, not by each."""

import asyncio
from uuid import UUID

from pages.component import Component
from pages.context import PageContext


class DeskCall:
    """What one page knows of the contact that its bar is about."""

    def __init__(self, bar: Component, context: PageContext) -> None:
        self._bar, self._context = bar, context
        self._asking = asyncio.Lock()
        self._answers = 0
        self._contact_id = ''
        self._id: UUID | None = None

    async def id_of(self, contact_id: str) -> UUID | None:
        """Return the call's id; nothing before the desk has heard of the contact, which is asked about again.

        Who asks while an answer is under way gets that one.
        """
        answers = self._answers
        async with self._asking:
            is_it = contact_id == self._contact_id
            if not is_it or (self._id is None and self._answers == answers):
                agent, calls = self._context.agent, self._context.services.calls
                call = await self._bar.still(calls.of_contact(agent, contact_id))
                self._contact_id, self._id = contact_id, call.id if call else None
                self._answers += 1
            return self._id
