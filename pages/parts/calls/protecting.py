"""보호 in a call: the button on the bar and its key, which work from the first words until the rest after the end."""

from uuid import UUID

from desk.errors import ConflictError, DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.desk_call import DeskCall
from pages.parts.calls.phone_state import OVER, Phase, PhoneState
from pages.parts.kit.buttons import button
from pages.parts.protection.panel import ProtectionPanel

KEY = 'KeyQ'
IN_CALL = frozenset({Phase.TALKING, Phase.HELD, *OVER})
"""After the end the rest is offered."""


class ProtectionButton(Component):
    """Follows the call that the bar is about; its panel stands below the bar."""

    def __init__(self, context: PageContext, calls: DeskCall) -> None:
        super().__init__(context.services.topics, 'span')
        self._context, self._calls = context, calls
        self._panel: ProtectionPanel | None = None
        self._contact_id = ''
        self._call_id: UUID | None = None
        with self:
            button(_('보호'), self.press).props['title'] = _('보호 (Shift + Q)')
        self.set_visibility(False)

    def draw_panel(self) -> None:
        """Draw the panel here, hidden."""
        self._panel = ProtectionPanel(self._context, key='Shift + Q')

    def show(self, state: PhoneState) -> None:
        """Follow the call that the bar is about; a case that was opened stays until its rest has begun."""
        call = state.call if state.phase in IN_CALL else None
        self.set_visibility(call is not None and state.phase not in OVER)
        contact_id = call.id if call else ''
        if contact_id == self._contact_id or not contact_id:
            return
        self._contact_id, self._call_id = contact_id, None
        self.start(self._find(contact_id))

    async def press(self) -> None:
        """Open the panel with its next step focused; after the end begin the rest."""
        try:
            if self._call_id is None and self._contact_id:
                await self.still(self._find(self._contact_id, must=True))
        except DeskError as error:
            notices.tell(error)
            return
        if self._panel is not None:
            await self._panel.press()

    async def _find(self, contact_id: str, *, must: bool = False) -> None:
        """Find the desk's call and follow it. Raises ``ConflictError`` when it must be known and is not yet."""
        call_id = await self.still(self._calls.id_of(contact_id))
        if call_id is None:
            if must:
                raise ConflictError('call.not_begun')
            return
        if contact_id == self._contact_id and self._panel is not None:
            self._call_id = call_id
            self._panel.follow(call_id)
