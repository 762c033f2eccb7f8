"""The private notes of a chat in its transcript: yellow, with a lock, below the message after which they were written.

Only transcripts of the staff are given one; the customer's page does not import this module (decision 0044).
"""

from collections.abc import Iterator
from uuid import UUID

from markupsafe import Markup

from desk.errors import DeskError
from desk.events import Resync
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.markup import filled, linked, marked
from pages.parts.transcript.transcript import Transcript
from services.chats.note_events import NoteAdded, NoteView, notes_topic


class NoteLines(Component):
    """Shows a chat's notes in a transcript and keeps them current; draws nothing of its own."""

    def __init__(self, context: PageContext, chat_id: UUID, transcript: Transcript) -> None:
        """Show nothing yet; ``follow`` starts it."""
        super().__init__(context.services.topics)
        self.set_visibility(False)
        self._notes_service, self._agent = context.services.chat_notes, context.agent
        self._chat_id, self._transcript = chat_id, transcript
        self._notes: dict[UUID, NoteView] = {}
        self._sought: UUID | None = None

    def follow(self) -> None:
        """Read the notes, and show new ones as they come."""
        self.listen(notes_topic(self._chat_id), self._hear)  # before reading
        self.start(self._read())

    def add(self, note: NoteView) -> None:
        """Show one more note."""
        if note.id not in self._notes:
            self._notes[note.id] = note
            self._show()

    async def lead_to(self, note: NoteView) -> None:
        """Scroll to a note and point it out."""
        self._sought = note.id
        self._notes[note.id] = note
        self._show()
        if note.after_number:
            await self.still(self._transcript.load_around(note.after_number))

    async def _read(self) -> None:
        try:
            found = await self.still(self._notes_service.beside(self._agent, self._chat_id))
        except DeskError:  # the messages can be read without them
            return
        self._notes |= {note.id: note for note in found}
        self._show()

    def _hear(self, event: object) -> None:
        if isinstance(event, Resync):
            self.start(self._read())
        elif isinstance(event, NoteAdded):
            self.add(event.note)

    def _show(self) -> None:
        asides: dict[int, Markup] = {}
        for note in sorted(self._notes.values(), key=lambda one: (one.created_at, one.id)):
            drawn = note_line(note, is_sought=note.id == self._sought)
            asides[note.after_number] = asides.get(note.after_number, Markup()) + drawn
        self._transcript.set_asides(asides)


def note_line(note: NoteView, *, is_sought: bool = False) -> Markup:
    """Return the markup of a note."""
    spans = list(_mentions(note))
    return filled(
        '<div class="desk-note" role="note" data-note="{id}"{sought}>'
        '<div class="desk-note-head"><i class="material-icons" aria-hidden="true">lock</i>'
        '<b>{kind}</b> {author}<time title="{full}">{hour}</time></div>'
        '<div class="desk-note-body" dir="auto">{body}</div></div>',
        id=note.id,
        sought=Markup(' data-sought') if is_sought else '',
        kind=_('내부 메모'),
        author=note.author,
        full=times.full(note.created_at),
        hour=times.hour(note.created_at),
        body=marked(note.body, spans) if spans else linked(note.body),
    )


def _mentions(note: NoteView) -> Iterator[tuple[int, int]]:
    """Yield the places of ``@name`` of the mentioned people, first to last, without overlaps."""
    end = 0
    for at, letter in enumerate(note.body):
        if letter != '@' or at < end:
            continue
        names = [name for name in note.mentions if note.body.startswith(name, at + 1)]
        if names:
            end = at + 1 + len(max(names, key=len))
            yield at, end
