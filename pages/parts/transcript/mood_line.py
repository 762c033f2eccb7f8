"""The line above a conversation that shows the customer's sentiment, and the marks at the messages below."""

from collections.abc import Iterable
from uuid import UUID

from desk.errors import DeskError
from desk.events import Resync
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.markup import Piece
from pages.parts.transcript.tones import mood_line
from pages.parts.transcript.transcript import Transcript
from services.sentiment.events import LineMark, LinesJudged, Mood, sentiment_topic


class MoodLine(Component):
    """Hidden until the first message has a mark."""

    def __init__(self, context: PageContext, chat_id: UUID) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-mood').props('role=status')
        self.props['aria-label'] = _('고객 감정')
        self._sentiments, self._agent = context.services.sentiments, context.agent
        self._chat_id = chat_id
        self._transcript: Transcript | None = None
        self._marks: dict[int, LineMark] = {}
        with self:
            self._inside = Piece('div').classes('desk-mood-inside')
        self.set_visibility(False)

    def follow(self, transcript: Transcript) -> None:
        """Mark the messages of a transcript, from now on."""
        self._transcript = transcript
        self.listen(sentiment_topic(self._chat_id), self._hear)  # before reading
        self.start(self._read())

    async def _read(self) -> None:
        try:
            found = await self.still(self._sentiments.of_chat(self._agent, self._chat_id))
        except DeskError:  # the messages can be read without it
            return
        if found.mood is not None:
            self._show(found.marks, found.mood)

    def _hear(self, event: object) -> None:
        if isinstance(event, Resync):
            self.start(self._read())
        elif isinstance(event, LinesJudged):
            self._show(event.marks, event.mood)

    def _show(self, marks: Iterable[LineMark], mood: Mood) -> None:
        self._marks |= {mark.number: mark for mark in marks}
        if self._transcript is not None:
            self._transcript.set_tones(self._marks)
        in_order = [self._marks[number] for number in sorted(self._marks)]
        self._inside.set_inside(mood_line(mood, in_order))
        self.set_visibility(True)
