"""Commands of programs to an agent's softphone: the page that has it announces this, and performs them."""

from collections import deque
from uuid import UUID

from desk.errors import DeskError
from desk.events import Event
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.connect_dialog import leading_to, places_of
from pages.parts.calls.phone_state import PhoneState
from pages.parts.calls.softphone import Softphone
from services.calls.events import SoftphoneAct, SoftphoneAsked, TargetKind, softphone_topic

REMEMBERED = 50
"""Recent commands by id: a repeated one is not performed twice."""


class RemoteActs(Component):
    """One page's part: only the tab that has the sound performs commands."""

    def __init__(self, context: PageContext, phone: Softphone) -> None:
        super().__init__(context.services.topics, 'span')
        self._context, self._phone = context, phone
        self._softphones = context.services.softphones
        self._done: deque[UUID] = deque(maxlen=REMEMBERED)
        self._was_open = False
        self.set_visibility(False)
        self.listen(softphone_topic(context.agent.id), self._hear, draws=False)
        phone.on_change(self._changed)
        self.at_end(self._end)

    @property
    def _is_open(self) -> bool:
        return is_open(self._phone.state)

    def _changed(self) -> None:
        """Announce at once that the softphone became available or unavailable."""
        agent_id, was, self._was_open = self._context.agent.id, self._was_open, self._is_open
        if self._is_open and not was:
            self.start(self._softphones.opened(agent_id))
        elif was and not self._is_open:
            self._softphones.closed(agent_id)
            if self._phone.state.owner:
                self.start(self._softphones.gone(agent_id))

    async def _end(self) -> None:
        if self._was_open:
            self._softphones.closed(self._context.agent.id)

    def _hear(self, event: Event) -> None:
        if not isinstance(event, SoftphoneAsked) or not self._is_open:
            return
        if event.command_id not in self._done:
            self._done.append(event.command_id)
            self.start(self._perform(event))

    async def _perform(self, asked: SoftphoneAsked) -> None:
        if asked.act is SoftphoneAct.HANG_UP:
            await self._hang_up(asked)
        else:
            await self._transfer(asked)

    async def _hang_up(self, asked: SoftphoneAsked) -> None:
        """End the call (보호); what was asked for is said by whoever asked."""
        try:
            await self.still(self._phone.command('hang_up', contact=asked.contact_id))
        except DeskError as error:
            notices.tell(error)

    async def _transfer(self, asked: SoftphoneAsked) -> None:
        try:
            where = await self.still(self._where(asked))
            await self.still(self._phone.command('pass_on', contact=asked.contact_id, **where))
        except DeskError as error:
            notices.tell(error)
        else:
            notices.news(_('요청에 따라 통화를 넘깁니다.'))

    async def _where(self, asked: SoftphoneAsked) -> dict[str, str]:
        if asked.target_kind is TargetKind.PHONE:
            return {'number': asked.target}
        wanted = asked.target
        if asked.target_kind is TargetKind.USER:
            name = self._context.services.connect_directory.name_of(asked.target)
            wanted = await self.still(name) or asked.target
        places = await self.still(places_of(self._phone))
        return leading_to(places, wanted).asked


def is_open(state: PhoneState) -> bool:
    """Return whether this tab's softphone takes commands and has the sound."""
    return state.is_ready and state.owner
