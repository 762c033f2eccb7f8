"""Markup in one element, updated in place, so that keyboard focus and scroll position stay."""

from typing import Any

from markupsafe import Markup
from nicegui.element import Element
from typing_extensions import override


class Living(Element, component='living.js'):
    """Markup that is updated in place. Parts with ``data-key`` keep their identity when they move."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = Markup()

    def set_inside(self, inside: Markup) -> None:
        """Show other markup; equal markup sends nothing."""
        if inside != self._inside:
            self._inside = inside
            self._props['markup'] = str(inside)
            self.update()

    @override
    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        """Return the text that a reader sees, for NiceGUI's ``User``."""
        return [*super()._displayed_contents(only_visible=only_visible), self._inside.striptags()]
