"""A text that is saved while it is typed, and that neither a reload nor a server that is away can lose."""

from collections.abc import Callable

from nicegui.element import Element
from nicegui.events import GenericEventArguments


class KeptText(Element, component='kept_text.js', dependencies=['desk_*.js']):
    """Some lines of text. The server hears of them when typing pauses, and says when they are saved."""

    def __init__(
        self, label: str, *, keep: str, text: str, most: int, on_change: Callable[[], None]
    ) -> None:
        """Draw the field.

        Args:
            label: its name.
            keep: the name by which the tab keeps what was not heard: of what the text is about.
            text: what is saved.
            most: so many characters at most.
            on_change: called when another text was heard, see ``text``.
        """
        super().__init__()
        self.text = text
        self._most, self._on_change = most, on_change
        self._props.update(label=label, keep=keep, text=text, most=most)
        self.on('draft', self._heard)

    def saved(self, text: str) -> None:
        """Say that a text has been saved."""
        self.run_method('kept', text)

    def _heard(self, event: GenericEventArguments) -> None:
        text = event.args.get('text') if isinstance(event.args, dict) else None
        if isinstance(text, str) and text != self.text:
            self.text = text[: self._most]
            self._on_change()
