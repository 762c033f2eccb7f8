"""녹음 멈춤: a button beside the call, and a red clock that runs down to where the recording resumes by itself."""

from datetime import datetime
from uuid import UUID

from desk.errors import ConflictError, DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.desk_call import DeskCall
from pages.parts.calls.phone_state import Call, Phase, PhoneState
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.clock import milliseconds
from pages.parts.kit.markup import Piece, filled
from services.calls.events import call_topic
from services.calls.recordings import RecordingChanged

KEY = 'KeyR'
IN_CALL = frozenset({Phase.TALKING, Phase.HELD})


class RecordingPauseButton(Component):
    """Shown while the agent talks; what it shows is what the desk knows, in every tab of theirs."""

    def __init__(self, context: PageContext, calls: DeskCall) -> None:
        super().__init__(context.services.topics, 'span')
        self._context, self._calls = context, calls
        self._contact_id = ''
        self._call_id: UUID | None = None
        self._until: datetime | None = None
        self.classes('desk-call-recording')
        with self:
            self._button = button('', self.toggle, ButtonStyle.PLAIN)
            self._clock = Piece('span').props('role=status')
        self._draw()
        self.set_visibility(False)

    def show(self, state: PhoneState) -> None:
        """Follow the call that the bar is about."""
        call = state.call if state.phase in IN_CALL else None
        self.set_visibility(call is not None)
        contact_id = call.id if call else ''
        if contact_id == self._contact_id:
            return
        self._contact_id, self._call_id, self._until = contact_id, None, None
        self.stop_listening()
        self._draw()
        if call is not None:
            self.start(self._read(call))

    async def toggle(self) -> None:
        """Pause, or go on recording now."""
        if not self._contact_id:
            return
        recordings, agent = self._context.services.recordings, self._context.agent
        is_paused = self._until is not None
        try:
            call_id = await self.still(self._found())
            if is_paused:
                await self.still(recordings.resume(agent, call_id))
                self._become(None)
            else:
                self._become((await self.still(recordings.pause(agent, call_id))).resume_at)
        except DeskError as error:
            notices.tell(error)

    async def _read(self, call: Call) -> None:
        """Show a pause that goes on: the page was loaded anew, or another tab began it."""
        try:
            call_id = await self.still(self._found())
            until = await self.still(
                self._context.services.recordings.paused_until(self._context.agent, call_id)
            )
        except DeskError:  # the desk has not heard of the call yet: then nothing is paused either
            return
        if call.id == self._contact_id:
            self._become(until)

    async def _found(self) -> UUID:
        """Return the desk's call. Raises ``ConflictError`` before the desk has heard of it."""
        if self._call_id is None:
            contact_id = self._contact_id
            call_id = await self.still(self._calls.id_of(contact_id))
            if call_id is None or contact_id != self._contact_id:
                raise ConflictError('call.not_begun')
            self._call_id = call_id
            self.listen(call_topic(call_id), self._hear)
        return self._call_id

    def _hear(self, event: object) -> None:
        if isinstance(event, RecordingChanged) and event.call_id == self._call_id:
            self._become(event.resume_at)

    def _become(self, until: datetime | None) -> None:
        if until != self._until:
            self._until = until
            self._draw()

    def _draw(self) -> None:
        is_paused = self._until is not None
        text = _('녹음 재개') if is_paused else _('녹음 멈춤')
        self._button.set_inside(filled('{text}', text=text))
        self._button.set_attribute('title', f'{text} (Shift + R)')
        self._button.set_attribute('aria-pressed', str(is_paused).lower())
        said = filled('')
        if self._until is not None:
            said = filled(
                '<b>{word}</b> <time data-countdown="{until}"></time>',
                word=_('녹음 안 함'),
                until=milliseconds(self._until),
            )
        self._clock.set_inside(said)
