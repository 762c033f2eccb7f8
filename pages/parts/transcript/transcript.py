"""A transcript on screen: the newest messages, older ones on scrolling back, delivery marks under the reader's own.

Used wherever messages are shown: the agent's conversation, an earlier chat, and the customer's page. Its owner supplies the
messages (``MessagePages``).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from models import MessageType, Sender
from pages.component import ResultT, still
from pages.locale import _
from pages.parts.kit.markup import Piece
from pages.parts.kit.scroller import Scroller, ScrollerLabels
from pages.parts.transcript import bubbles
from pages.parts.transcript.drawn import trace_drawing
from pages.parts.transcript.tones import pointer, tone
from services.chats.events import ChatMessage
from services.chats.transcript_view import TranscriptView
from services.sentiment.events import LineMark
from services.text.abuse import WordList, pointed
from services.text.highlight import spans

PAGE = 50
MAX_SHOWN = 100
"""Messages drawn at most, since the browser redraws the whole page on every push: older ones are removed as new ones come."""
MAX_READING = 200
"""The limit while the reader is scrolled far back; beyond it the newest messages are removed, and come back at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePages:
    """Reads messages: ``before(number, limit)`` and ``after(number)``, both oldest first."""

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
            pages: reads messages.
            own: the reader's side, drawn on the right.
            writer: returns the name above a message.
            label: the accessible name of the log.
            unread_from: the first unread number: a line is drawn above it.
            words: the search words: they are marked wherever they occur.
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
        self._listed = WordList()
        self._asides: Mapping[int, Markup] = {}
        self._loose: Piece | None = None
        self._delivered = self._read = 0
        self._is_catching_up = False
        self._most = MAX_SHOWN

    async def load(self) -> None:
        """Read and draw the newest messages."""
        self.show(await self._still(self._pages.before(None, PAGE)))
        await self._catch_up_if_behind()

    async def load_around(self, number: int) -> None:
        """Read and draw the messages around a number, and scroll to it."""
        if not any(one.number == number for one in self.view.messages):
            around = (await self._still(self._pages.after(max(0, number - 1 - PAGE))))[: 2 * PAGE]
            self.show(around, is_cut=len(around) == 2 * PAGE)
            await self._still(self._catch_up_if_behind())
        self.scroller.to_number(number)

    def show(self, newest: list[ChatMessage], *, is_cut: bool = False) -> None:
        """Replace all messages by these: the newest ones, or others if ``is_cut``."""
        self.view.load(newest, is_cut=is_cut)
        self._most = MAX_SHOWN
        self._pieces.clear()
        self.scroller.clear()
        self._draw(self.view.messages)
        self.scroller.older_done(has_more=self.view.first > 1)

    def add(self, message: ChatMessage) -> bool:
        """Merge one message. Return whether anything new is shown (repeated and early messages are not)."""
        shown = self.view.add([message])
        self._draw(shown)
        self._drop_oldest()
        if shown:
            trace_drawing(self.scroller, message, self._own)
        return bool(shown)

    async def catch_up(self) -> None:
        """Read and draw messages after the last one until none is missing; nothing is added while the reader is far back."""
        if self._is_catching_up:
            return
        self._is_catching_up = True
        try:
            while await self._still(self._read_on()):
                pass
        finally:
            self._is_catching_up = False

    async def _read_on(self) -> bool:
        """Read and draw the next messages. Return whether there may be more."""
        last = self.view.last
        missing = await self._still(self._pages.after(last))
        self._draw(self.view.add(missing))
        self._drop_oldest()
        return self.view.last > last and not self.view.is_cut

    async def _catch_up_if_behind(self) -> None:
        """Read messages that came during another reading."""
        if self.view.is_behind:
            await self.catch_up()

    def set_marks(self, *, delivered: int, read: int) -> None:
        """Show how far the reader's own messages were delivered and read."""
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
        """Show the sentiment of messages, by number; other messages keep theirs."""
        touched = {number for number, mark in tones.items() if self._tones.get(number) != mark}
        self._tones |= tones
        for place, message in enumerate(self.view.messages):
            if message.number in touched and message.id in self._pieces:
                self._pieces[message.id].set_inside(self._inside(place))

    def point_out(self, words: WordList) -> None:
        """Mark the customer's messages that hold a listed word (보호), from now on; it points and judges nobody."""
        before, self._listed = self._listed, words
        for place, message in enumerate(self.view.messages):
            if message.id in self._pieces and (_points(message, before) or _points(message, words)):
                self._pieces[message.id].set_inside(self._inside(place))

    def _tone(self, message: ChatMessage) -> Markup:
        mark = self._tones.get(message.number)
        return tone(mark) if mark else Markup()

    def _pointer(self, message: ChatMessage) -> Markup:
        return pointer() if _points(message, self._listed) else Markup()

    def set_asides(self, asides: Mapping[int, Markup]) -> None:
        """Show what stands beside the talk (private notes), by the number of the message above it; 0: before the first."""
        touched = {number for number in asides if asides[number] != self._asides.get(number)}
        touched |= {1} if 0 in touched else set()
        self._asides = asides
        for place, message in enumerate(self.view.messages):
            if message.number in touched and message.id in self._pieces:
                self._pieces[message.id].set_inside(self._inside(place))
        self._show_loose()

    def _show_loose(self) -> None:
        """Show what stands before the first message while there is no message."""
        if self._loose is not None:
            self._loose.delete()
            self._loose = None
        if not self.view.messages and 0 in self._asides:
            with self.scroller:
                self._loose = Piece(inside=self._asides[0]).classes('desk-message')

    def _draw(self, messages: list[ChatMessage]) -> None:
        """Append elements for messages that were just added at the view's end."""
        if not messages:
            return
        if self._loose is not None:
            self._show_loose()
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
        above = self._asides.get(0, '') if message.number == 1 else ''
        line = bubbles.bubble(
            message,
            self._before(place),
            own=self._own,
            writer=self._writer(message),
            mark=self._marks.get(message.id, ''),
            starts_unread=message.number == self._unread_from,
            spans=spans(message.content, self._words) if self._words else (),
            tone=self._pointer(message) + self._tone(message),
        )
        return Markup().join([above, line, self._asides.get(message.number, '')])

    def _before(self, place: int) -> ChatMessage | None:
        return self.view.messages[place - 1] if place else None

    async def _load_older(self) -> None:
        self._most = MAX_READING  # before reading, so that new messages remove none at the top
        older = await self._still(self._older())
        with self.scroller:
            for place in range(len(older)):
                self._append(place).move(target_index=place)
        if len(older) < len(self.view.messages):  # it may no longer need its day divider
            first = self.view.messages[len(older)]
            self._pieces[first.id].set_inside(self._inside(len(older)))
        self._forget(self.view.drop_newest(MAX_READING))
        self.scroller.older_done(has_more=bool(older) and self.view.first > 1)

    async def _older(self) -> list[ChatMessage]:
        """Read and merge the messages before the first; again if another one became the first meanwhile."""
        while True:
            first = self.view.first
            older = await self._still(self._pages.before(first, PAGE))
            if first == self.view.first:
                return self.view.put_before(older)

    async def _come_back(self) -> None:
        """Show the chat's newest messages again when the reader scrolls to the end."""
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


def _points(message: ChatMessage, words: WordList) -> bool:
    """Whether a customer's message holds a listed word."""
    is_said = message.sender is Sender.CUSTOMER and message.type is MessageType.TEXT
    return is_said and bool(pointed(message.content, words))
