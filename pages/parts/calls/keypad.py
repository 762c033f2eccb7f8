"""번호판: sends digits to the other party of the call, typed or pressed."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui
from nicegui.events import GenericEventArguments

from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button

KEYS = tuple('123456789*0#')


class Keypad(ui.element):
    """A field and twelve keys, hidden until the agent opens them."""

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        super().__init__('div')
        self.classes('desk-call-keypad')
        self._send = send
        with self:
            self._field = ui.input().props('dense outlined inputmode=tel')
            self._field.on('keydown', self._typed, args=['key'])
            self._field.props['aria-label'] = _('번호 보내기')
            self._field.props['placeholder'] = _('번호를 누르십시오')
            for key in KEYS:
                button(key, partial(send, key), ButtonStyle.QUIET)
        self.set_visibility(False)

    def toggle(self) -> bool:
        """Open or close the keypad. Return whether it is open."""
        is_open = not self.visible
        self.set_visibility(is_open)
        if is_open:
            self._field.run_method('focus')
        return is_open

    async def _typed(self, event: GenericEventArguments) -> None:
        """Send typed digits at once; they stay visible in the field."""
        key = event.args.get('key') if isinstance(event.args, dict) else None
        if isinstance(key, str) and key in KEYS:
            await self._send(key)
