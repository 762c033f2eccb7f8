"""Text that is saved while it is typed, and that neither a reload nor an absent server can lose."""

from collections.abc import Callable

from nicegui.element import Element
from nicegui.events import GenericEventArguments


class KeptText(Element, component='kept_text.js', dependencies=['desk_*.js']):
    """A text area. The server receives the text when typing pauses, and confirms when it is saved."""

    def __init__(
        self, label: str, *, keep: str, text: str, most: int, on_change: Callable[[], None]
    ) -> None:
        """Draw the field.

        Args:
            label: its name.
            keep: the browser's key for text that the server has not received; it names the text's subject.
            text: the saved text.
            most: the longest text, in characters.
            on_change: called when ``text`` has changed.
        """
        super().__init__()
        self.text = text
        self._most, self._on_change = most, on_change
        self._props.update(label=label, keep=keep, text=text, most=most)
        self.on('draft', self._heard)

    def saved(self, text: str) -> None:
        """Confirm that a text is saved."""
        self.run_method('kept', text)

    def _heard(self, event: GenericEventArguments) -> None:
        text = event.args.get('text') if isinstance(event.args, dict) else None
        if isinstance(text, str) and text != self.text:
            self.text = text[: self._most]
            self._on_change()
