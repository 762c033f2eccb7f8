"""The box in which a reply is written: Hangul, drafts, and sends that are never lost.

The browser keeps each send until the server settles it and repeats it, with the same id, after every reload and
reconnect: ``on_send`` must be idempotent by ``TypedReply.id``, and must end in ``settle``, ``fail`` or ``hold``.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from nicegui.element import Element
from nicegui.events import GenericEventArguments
from typing_extensions import override

from pages.component import still


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBoxLabels:
    """The box's words, translated."""

    placeholder: str
    box: str
    send: str
    sending: str
    waiting: str
    failed: str
    again: str
    discard: str
    send_anyway: str
    edit: str
    too_long: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedReply:
    """What someone sent: their own id for it, the text, and the newest number they had on screen."""

    id: UUID
    text: str
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBoxPlace:
    """Where a box stands: the browser's key for its unsettled sends, and the transcript above it.

    ``keep`` names chat and person, since a browser may serve several. ``transcript`` is a CSS selector of the
    element whose descendants carry ``data-number``.
    """

    keep: str
    transcript: str


class ReplyBox(Element, component='reply_box.js', dependencies=['desk_*.js']):
    """A textarea that grows to six lines, a button, and the sends that are still under way."""

    def __init__(
        self, labels: ReplyBoxLabels, place: ReplyBoxPlace, *, limit: int, text: str = ''
    ) -> None:
        """Draw the box with a stored draft.

        Args:
            labels: the words.
            place: keys and transcript.
            limit: characters that a message may have at most.
            text: the draft to begin with.
        """
        super().__init__()
        self._in_order = asyncio.Lock()
        self._props['labels'] = asdict(labels)
        self._props['placeholder'] = labels.placeholder  # what NiceGUI's ``User`` finds the box by
        self._props['keep'] = place.keep
        self._props['transcript'] = place.transcript
        self._props['limit'] = limit
        self._props['text'] = text

    def on_send(self, send: Callable[[TypedReply], Awaitable[None]]) -> None:
        """Await ``send`` for every message, one after the other, in the order they were sent."""

        async def arrived(event: GenericEventArguments) -> None:
            outgoing = _outgoing(event.args)
            if outgoing is None:  # not from our box: nothing is pending that could be told
                return
            async with self._in_order:
                await send(outgoing)

        self.on('send', arrived)

    def on_draft(self, keep: Callable[[str], Awaitable[None]]) -> None:
        """Await ``keep`` with the text whenever typing pauses or the box is left.

        A send empties the draft without saying so. Where nobody asks for drafts, the browser's tab keeps them.
        """
        self._props['keeps-drafts'] = True

        async def arrived(event: GenericEventArguments) -> None:
            if isinstance(text := _fields(event.args).get('text'), str):
                await still(self, keep(text))
                self.run_method('draft_kept', text)

        self.on('draft', arrived)

    def on_typing(self, tell: Callable[[], Awaitable[None] | None]) -> None:
        """Call ``tell`` while the text grows, at most every three seconds."""
        self.on('typing', lambda _: tell())

    def settle(self, message_id: UUID) -> None:
        """Say that a send is stored: the browser forgets it."""
        self.run_method('settle', str(message_id))

    def fail(self, message_id: UUID, sentence: str) -> None:
        """Say why a send was refused; its text stays, to be sent again or dropped."""
        self.run_method('fail', str(message_id), sentence)

    def hold(self, message_id: UUID, sentence: str) -> None:
        """Say that something came in between; the writer sends it all the same, or changes it."""
        self.run_method('hold', str(message_id), sentence)

    def restore(self, text: str) -> None:
        """Put ``text`` into the box, in front of what is typed there."""
        self.run_method('restore', text)

    def set_draft(self, text: str) -> None:
        """Show a draft that changed elsewhere, unless somebody is writing in this box."""
        self.run_method('set_draft', text)

    def sent_elsewhere(self, text: str) -> None:
        """Take away a draft that the same person has sent from another tab; other words stay."""
        self.run_method('sent_elsewhere', text)

    def focus(self) -> None:
        """Put the caret into the box."""
        self.run_method('focus')

    def close(self, reason: str) -> None:
        """Take no more messages and say why; what is typed can still be read and copied."""
        self._props['disabled'] = True
        self._props['reason'] = reason

    def reopen(self) -> None:
        """Take messages again."""
        self._props['disabled'] = False
        self._props['reason'] = ''

    @override
    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        """Return what NiceGUI's ``User`` may find: the placeholder, and why nothing can be sent."""
        return [
            *super()._displayed_contents(only_visible=only_visible),
            self._props.get('reason'),
        ]


def _fields(args: Any) -> dict[str, Any]:
    """Return what the browser sent, if it has the shape of our events: anybody can send anything."""
    return args if isinstance(args, dict) else {}


def _outgoing(args: Any) -> TypedReply | None:
    fields = _fields(args)
    text, seen = fields.get('text'), fields.get('seen')
    if not isinstance(text, str) or not isinstance(seen, int):
        return None
    try:
        return TypedReply(id=UUID(str(fields.get('id'))), text=text, seen=seen)
    except ValueError:
        return None
