"""Free at Connect when the 후처리 is done: a contact that has ended keeps its agent's place there until it is cleared.

It is cleared by the softphone; from a page that has none, by Connect's own API.
"""

from uuid import UUID

from desk.errors import DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.parts.calls.phone_state import Call, Link, Phase
from pages.parts.calls.remote_acts import is_open
from pages.parts.calls.softphone import Softphone
from services.contacts.wrap_ups import WrapUpChanged, wrap_up_topic

WITHOUT = frozenset({Link.ABSENT, Link.UNREACHABLE, Link.SIGNED_OUT, Link.DENIED, Link.MISMATCH})
"""There is no softphone at this page that could clear."""


class Clearing(Component):
    """One page's part: the tab that has the sound clears."""

    def __init__(self, context: PageContext, phone: Softphone) -> None:
        super().__init__(context.services.topics, 'span')
        self._context, self._phone = context, phone
        self._waiting: set[UUID] = set()
        """Calls whose 후처리 was done before the softphone said that they are over."""
        self.set_visibility(False)
        self.listen(wrap_up_topic(context.agent.id), self._hear, draws=False)
        phone.on_change(self._changed)

    def _hear(self, event: object) -> None:
        if isinstance(event, WrapUpChanged) and event.is_done:
            self._waiting.add(event.contact_id)
            self._changed()

    def _changed(self) -> None:
        state = self._phone.state
        if not self._waiting or self._phone.view.pending:
            return
        if state.link in WITHOUT:
            for call_id in self._waiting:
                self.start(self._dismiss(call_id))
            self._waiting.clear()
        elif is_open(state):
            for call in state.calls:
                if call.phase is Phase.WRAP_UP:
                    self.start(self._clear(call))

    async def _clear(self, call: Call) -> None:
        known = await self.still(
            self._context.services.calls.of_contact(self._context.agent, call.id)
        )
        if known is None or known.id not in self._waiting:
            return
        self._waiting.discard(known.id)
        try:
            await self.still(self._phone.command('clear', contact=call.id))
        except DeskError as error:
            notices.tell(error)

    async def _dismiss(self, call_id: UUID) -> None:
        try:
            await self._context.services.calls.dismiss(self._context.agent, call_id)
        except DeskError:  # a chat's 후처리, or Connect has cleared it by itself
            return
