"""The reply box: Hangul input, drafts, and messages that are never lost.

The browser keeps each message until the server confirms it, and sends it again with the same id after every reload and
reconnect: ``on_send`` must be idempotent by ``TypedReply.id``, and must end in ``settle``, ``fail`` or ``hold``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from nicegui.element import Element
from nicegui.events import GenericEventArguments
from typing_extensions import override

from pages.component import still

CANNED_PATH = '/canned-replies'
"""The route that lists canned replies for the browser."""
MAX_LOOKED_FOR = 50
MOST_MENTIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBoxLabels:
    """The box's texts, translated."""

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
    resting: str = ''
    """Of a message that can still be taken back."""
    undo: str = ''
    people: str = ''
    """The accessible name of the list of people that ``@`` opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedReply:
    """A message to send: the sender's id for it, the text, and the newest number that the sender had on screen."""

    id: UUID
    text: str
    seen: int
    mentions: tuple[UUID, ...] = ()
    """The people chosen from the list of ``@`` whose names stand in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the list that ``@`` opens; ``detail`` tells people of one name apart."""

    id: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyBoxPlace:
    """The browser's key for the box's unconfirmed messages, and the transcript above the box.

    ``keep`` names chat and person, since several people may use one browser. ``transcript`` is a CSS selector of the
    element whose descendants carry ``data-number``.
    """

    keep: str
    transcript: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedLabels:
    """The texts of the list of canned replies, translated. ``more`` contains ``{count}``, replaced in the browser."""

    list: str
    hint: str
    own: str
    loading: str
    failed: str
    none: str
    empty: str
    more: str
    keys: str
    keys_en: str
    manage: str
    missing: str
    insert: str
    cancel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLabels:
    """The texts of files that are being sent, translated."""

    pick: str
    camera: str
    attached: str
    """Of a canned reply's file that waits for its message."""
    cancel: str
    again: str
    waiting: str
    failed: str
    away: str
    too_large: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedContext:
    """What the list of canned replies is opened for: one chat."""

    department: str
    """Whose shared replies are offered."""
    english: bool
    """Whether the customer writes English."""
    variables: Mapping[str, str]
    """The values of ``{name}`` in a text, by name."""


class ReplyBox(Element, component='reply_box.js', dependencies=['desk_*.js']):
    """A textarea that grows to six lines, a send button, and the unconfirmed messages."""

    def __init__(
        self,
        labels: ReplyBoxLabels,
        place: ReplyBoxPlace,
        *,
        limit: int,
        text: str = '',
        with_ctrl: bool = False,
        undo_seconds: int = 0,
    ) -> None:
        """Draw the box with a stored draft.

        Args:
            labels: the texts.
            place: the browser's key and the transcript.
            limit: the longest message, in characters.
            text: the draft.
            with_ctrl: Ctrl+Enter sends, and Enter begins a new line.
            undo_seconds: so long a sent message can be taken back before it goes out.
        """
        super().__init__()
        self._in_order = asyncio.Lock()
        self._canned: dict[str, Any] = {}
        self._props['labels'] = asdict(labels)
        self._props['placeholder'] = labels.placeholder  # NiceGUI's ``User`` finds the box by it
        self._props['keep'] = place.keep
        self._props['transcript'] = place.transcript
        self._props['limit'] = limit
        self._props['text'] = text
        self._props['with-ctrl'] = with_ctrl
        self._props['undo-ms'] = undo_seconds * 1_000

    def on_send(self, send: Callable[[TypedReply], Awaitable[None]]) -> None:
        """Await ``send`` for every message, one at a time, in the order they were sent."""

        async def arrived(event: GenericEventArguments) -> None:
            outgoing = _outgoing(event.args)
            if outgoing is None:  # not sent by our box: there is nothing to confirm
                return
            async with self._in_order:
                await send(outgoing)

        self.on('send', arrived)

    def offer_canned(
        self, labels: CannedLabels, *, manage: str, on_used: Callable[[UUID], Awaitable[None]]
    ) -> None:
        """Open the list of canned replies at a ``/``, once ``set_canned`` says what for.

        Args:
            labels: the texts.
            manage: the address of the screen where replies are kept.
            on_used: awaited with the id of each inserted reply.
        """
        self._canned = {'labels': asdict(labels), 'manage': manage, 'path': CANNED_PATH}

        async def arrived(event: GenericEventArguments) -> None:
            try:
                reply_id = UUID(str(_fields(event.args).get('id')))
            except ValueError:
                return
            await on_used(reply_id)

        self.on('used', arrived)

    def set_canned(self, context: CannedContext) -> None:
        """Tell the list of canned replies what it is opened for."""
        self._props['canned'] = {**self._canned, **asdict(context)}

    def offer_files(self, labels: FileLabels, *, path: str, most_bytes: int, accept: str) -> None:
        """Let files be picked, dropped and pasted.

        Args:
            labels: the texts.
            path: where each is sent to (PUT), followed by its id.
            most_bytes: the largest file.
            accept: the endings of names that the browser's dialog offers.
        """
        self._props['files'] = {
            'labels': asdict(labels),
            'path': path,
            'most': most_bytes,
            'accept': accept,
        }

    def canned_changed(self) -> None:
        """Tell the list of canned replies that it is no longer current."""
        self.run_method('canned_changed')

    def on_draft(self, keep: Callable[[str], Awaitable[None]]) -> None:
        """Await ``keep`` with the text whenever typing pauses or the box loses the focus.

        Sending empties the draft without calling ``keep``. Without this call the browser's tab keeps drafts.
        """
        self._props['keeps-drafts'] = True

        async def arrived(event: GenericEventArguments) -> None:
            if isinstance(text := _fields(event.args).get('text'), str):
                await still(self, keep(text))
                self.run_method('draft_kept', text)

        self.on('draft', arrived)

    def on_typing(self, tell: Callable[[], Awaitable[None] | None]) -> None:
        """Call ``tell`` while the text grows, at most once in three seconds."""
        self.on('typing', lambda _: tell())

    def on_people(self, find: Callable[[str], Awaitable[list[Person]]]) -> None:
        """Let ``@`` open a list of people: ``find`` returns those for the letters after it."""
        self._props['has-mentions'] = True

        async def arrived(event: GenericEventArguments) -> None:
            fields = _fields(event.args)
            number, text = fields.get('number'), fields.get('text')
            if isinstance(number, int) and isinstance(text, str):
                people = await still(self, find(text[:MAX_LOOKED_FOR]))
                self.run_method('people_found', number, [asdict(one) for one in people])

        self.on('people', arrived)

    def settle(self, message_id: UUID) -> None:
        """Confirm that a message is stored: the browser forgets it."""
        self.run_method('settle', str(message_id))

    def fail(self, message_id: UUID, sentence: str) -> None:
        """Show why a message was refused; its text stays, to be sent again or dropped."""
        self.run_method('fail', str(message_id), sentence)

    def hold(self, message_id: UUID, sentence: str) -> None:
        """Show that a newer message came in between; the writer sends the reply unchanged, or changes it."""
        self.run_method('hold', str(message_id), sentence)

    def restore(self, text: str) -> None:
        """Insert ``text`` in front of the typed text."""
        self.run_method('restore', text)

    def set_draft(self, text: str) -> None:
        """Show a draft that changed elsewhere, unless somebody is typing in this box."""
        self.run_method('set_draft', text)

    def sent_elsewhere(self, text: str) -> None:
        """Remove a draft that the same person has sent from another tab; any other text stays."""
        self.run_method('sent_elsewhere', text)

    def focus(self) -> None:
        """Put the caret into the box."""
        self.run_method('focus')

    def close(self, reason: str) -> None:
        """Accept no more messages and show why; typed text can still be read and copied."""
        self._props['disabled'] = True
        self._props['reason'] = reason

    def reopen(self) -> None:
        """Accept messages again."""
        self._props['disabled'] = False
        self._props['reason'] = ''

    @override
    def _displayed_contents(self, *, only_visible: bool) -> list[Any]:
        """Return the texts that NiceGUI's ``User`` finds: the placeholder, and why nothing can be sent."""
        return [
            *super()._displayed_contents(only_visible=only_visible),
            self._props.get('reason'),
        ]


def _fields(args: Any) -> dict[str, Any]:
    """Return the browser's data if it has our events' shape: a browser can send anything."""
    return args if isinstance(args, dict) else {}


def _outgoing(args: Any) -> TypedReply | None:
    fields = _fields(args)
    text, seen = fields.get('text'), fields.get('seen')
    if not isinstance(text, str) or not isinstance(seen, int):
        return None
    mentions = fields.get('mentions', [])
    if not isinstance(mentions, list) or len(mentions) > MOST_MENTIONS:
        return None
    try:
        people = tuple(UUID(str(one)) for one in mentions)
        return TypedReply(id=UUID(str(fields.get('id'))), text=text, seen=seen, mentions=people)
    except ValueError:
        return None
