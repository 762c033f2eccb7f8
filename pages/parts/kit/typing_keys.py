"""Shortcuts with Alt, which work while text is being typed, Hangul included."""

from collections.abc import Awaitable, Callable

from nicegui.element import Element
from nicegui.events import GenericEventArguments

CODES = ('ArrowDown', 'ArrowUp')
"""The keys, by position: no browser and no Korean input method uses them with Alt."""


class TypingKeys(Element, component='typing_keys.js'):
    """One invisible element per page."""

    def __init__(self, on_key: Callable[[str], Awaitable[None] | None]) -> None:
        """Call ``on_key`` with the position (``KeyboardEvent.code``) of each of ``CODES`` that is pressed with Alt."""
        super().__init__()
        self._props['codes'] = list(CODES)

        def pressed(event: GenericEventArguments) -> Awaitable[None] | None:
            code = event.args.get('code') if isinstance(event.args, dict) else None
            return on_key(code) if isinstance(code, str) and code in CODES else None

        self.on('pressed', pressed)
