"""A transcript on screen: the newest messages, older ones on scrolling back, marks under the reader's own.

Everything that shows messages shows them with this: the agent's conversation, an earlier chat opened in place
and the customer's page. Where the messages come from is the owner's business (``Pages``).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from models import Sender
from pages.component import ResultT, still
from pages.locale import _
from pages.parts.kit.markup import Piece
from pages.parts.kit.scroller import Scroller, ScrollerLabels
from pages.parts.transcript import bubbles
from pages.parts.transcript.tones import tone
from services.chats.events import ChatMessage
from services.chats.transcript_view import TranscriptView
from services.sentiment.events import LineMark
from services.text.highlight import spans

PAGE = 50
MAX_SHOWN = 100
"""The browser redraws the whole page on every push: older messages leave as new ones come."""
MAX_READING = 200
"""While reading far back, so many stay on screen; beyond, the newest leave and come back at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePages:
    """Where messages are read: ``before(number, limit)`` and ``after(number)``, both oldest first."""

    before: Callable[[int | None, int], Awaitable[list[ChatMessage]]]
    after: Callable[[int], Awaitable[list[ChatMessage]]]


class Transcript:
    """The messages of one chat in a scroller of their own."""

    def __init__(
        self,
        pages: MessagePages,
        *,
        own: Sender,
        writer: Callable[[ChatMessage], str],
        label: str,
        unread_from: int | None = None,
        words: Sequence[str] = (),
    ) -> None:
        """Draw an empty transcript.

        Args:
            pages: where messages are read.
            own: as whom the reader writes: these stand on the right.
            writer: the name over a message.
            label: the accessible name of the log.
            unread_from: the first number that the reader has not read: a line is drawn above it.
            words: what the reader looks for: it is marked wherever it was said.
        """
        self.view = TranscriptView()
        self.scroller = Scroller(
            ScrollerLabels(log=label, end=_('맨 아래로'), newest=_('새 메시지')), has_more=False
        )
        self.scroller.on_older(self._load_older)
        self.scroller.on_end(self._come_back)
        self._pages = pages
        self._own = own
        self._writer = writer
        self._unread_from = unread_from
        self._words = words
        self._pieces: dict[UUID, Piece] = {}
        self._marks: dict[UUID, str] = {}
        self._tones: dict[int, LineMark] = {}
        self._delivered = self._read = 0
        self._is_catching_up = False
        self._most = MAX_SHOWN

    async def load(self) -> None:
        """Read and draw the newest messages."""
        self.show(await self._still(self._pages.before(None, PAGE)))
        await self._catch_up_if_behind()

    async def load_around(self, number: int) -> None:
        """Read and draw the messages around one, and bring that into sight."""
        if not any(one.number == number for one in self.view.messages):
            around = (await self._still(self._pages.after(max(0, number - 1 - PAGE))))[: 2 * PAGE]
            self.show(around, is_cut=len(around) == 2 * PAGE)
            await self._still(self._catch_up_if_behind())
        self.scroller.to_number(number)

    def show(self, newest: list[ChatMessage], *, is_cut: bool = False) -> None:
        """Draw messages that were read, the newest unless ``is_cut``; forget whatever stood there."""
        self.view.load(newest, is_cut=is_cut)
        self._most = MAX_SHOWN
        self._pieces.clear()
        self.scroller.clear()
        self._draw(self.view.messages)
        self.scroller.older_done(has_more=self.view.first > 1)

    def add(self, message: ChatMessage) -> bool:
        """Take in one message; returns whether anything new is on screen (repeats and early ones are not)."""
        shown = self.view.add([message])
        self._draw(shown)
        self._drop_oldest()
        return bool(shown)

    async def catch_up(self) -> None:
        """Read what is missing after what is shown, until nothing is; while reading far back nothing is added there."""
        if self._is_catching_up:
            return
        self._is_catching_up = True
        try:
            while await self._still(self._read_on()):
                pass
        finally:
            self._is_catching_up = False

    async def _read_on(self) -> bool:
        """Read and draw what comes next; returns whether there may be more."""
        last = self.view.last
        missing = await self._still(self._pages.after(last))
        self._draw(self.view.add(missing))
        self._drop_oldest()
        return self.view.last > last and not self.view.is_cut

    async def _catch_up_if_behind(self) -> None:
        """Read what came while something else was read and shown."""
        if self.view.is_behind:
            await self.catch_up()

    def set_marks(self, *, delivered: int, read: int) -> None:
        """Show how far the reader's own messages got on the other side."""
        self._delivered, self._read = delivered, read
        marks = bubbles.marks(self.view.messages, self._own, delivered=delivered, read=read)
        touched = {
            key
            for key in marks.keys() | self._marks.keys()
            if marks.get(key) != self._marks.get(key)
        }
        self._marks = marks
        for place, message in enumerate(self.view.messages):
            if message.id in touched and message.id in self._pieces:
                self._pieces[message.id].set_inside(self._inside(place))

    def set_tones(self, tones: Mapping[int, LineMark]) -> None:
        """Show how lines sound, by number; what was shown already stays as it is."""
        touched = {number for number, mark in tones.items() if self._tones.get(number) != mark}
        self._tones |= tones
        for place, message in enumerate(self.view.messages):
            if message.number in touched and message.id in self._pieces:
                self._pieces[message.id].set_inside(self._inside(place))

    def _draw(self, messages: list[ChatMessage]) -> None:
        """Append elements for messages that the view has just taken in at its end."""
        if not messages:
            return
        start = len(self.view.messages) - len(messages)
        with self.scroller:
            for offset in range(len(messages)):
                self._append(start + offset)
        self.set_marks(delivered=self._delivered, read=self._read)

    def _append(self, place: int) -> Piece:
        message = self.view.messages[place]
        piece = Piece(inside=self._inside(place)).classes(bubbles.side(message, self._own))
        if bubbles.joins(message, self._before(place)):
            piece.classes('desk-joined')
        piece.props['data-number'] = str(message.number)
        self._pieces[message.id] = piece
        return piece

    def _inside(self, place: int) -> Markup:
        message = self.view.messages[place]
        return bubbles.bubble(
            message,
            self._before(place),
            own=self._own,
            writer=self._writer(message),
            mark=self._marks.get(message.id, ''),
            starts_unread=message.number == self._unread_from,
            spans=spans(message.content, self._words) if self._words else (),
            tone=tone(mark) if (mark := self._tones.get(message.number)) else None,
        )

    def _before(self, place: int) -> ChatMessage | None:
        return self.view.messages[place - 1] if place else None

    async def _load_older(self) -> None:
        self._most = (
            MAX_READING  # before it is read: what is added meanwhile pushes nothing out at the top
        )
        older = await self._still(self._older())
        with self.scroller:
            for place in range(len(older)):
                self._append(place).move(target_index=place)
        if len(older) < len(
            self.view.messages
        ):  # the former first one may have lost its day divider
            first = self.view.messages[len(older)]
            self._pieces[first.id].set_inside(self._inside(len(older)))
        self._forget(self.view.drop_newest(MAX_READING))
        self.scroller.older_done(has_more=bool(older) and self.view.first > 1)

    async def _older(self) -> list[ChatMessage]:
        """Read what came before the first message, again if another one became the first meanwhile; take it in."""
        while True:
            first = self.view.first
            older = await self._still(self._pages.before(first, PAGE))
            if first == self.view.first:
                return self.view.put_before(older)

    async def _come_back(self) -> None:
        """The reader is at the end of what is shown: show the chat's end again."""
        if self.view.is_cut:
            await self._still(self.load())
            self.scroller.to_bottom()

    async def _still(self, work: Awaitable[ResultT]) -> ResultT:
        return await still(self.scroller, work)

    def _drop_oldest(self) -> None:
        gone = self.view.drop_oldest(self._most)
        self._forget(gone)
        if gone:
            self.scroller.older_done(has_more=True)

    def _forget(self, gone: list[ChatMessage]) -> None:
        for message in gone:
            self._pieces.pop(message.id).delete()
