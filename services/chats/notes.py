"""Private notes (메모) in a chat: written by and for colleagues who may see it, with mentions that ring.

No customer ever reads one. Notes are no messages: they have a table, a service, topics and routes of their own, which
the customer's side does not import (decision 0044, import-linter). A mention grants no access: only who may see the
chat can be mentioned, and who no longer may is told nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from desk.throttle import Throttle
from models import Agent, AuditAction, ChatNote, ChatSession, NoteMention
from models.chat_note import MAX_CHAT_NOTE_CHARS, MAX_MENTIONS
from services.chats import note_queries as queries
from services.chats import queries as chat_queries
from services.chats.changes import require_chat
from services.chats.note_events import (
    Mentioned,
    MentionRead,
    MentionView,
    NoteAdded,
    NoteView,
)
from services.contacts.access import may_see
from services.text.folding import name_key
from services.text.masking import masked_in_thread
from services.text.storable import UNSTORABLE
from services.text.terms import clean, initials_of
from services.text.visible import is_visible, trimmed
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MOST_NOTES = 200
"""The most notes of one chat that are shown: the newest."""
MOST_UNREAD = 50
MOST_COLLEAGUES = 8
NOTES = Throttle(limit=20, seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """A note on its way in; ``id`` is the writer's, so that the same note sent twice is one."""

    id: UUID
    chat_id: UUID
    body: str
    mentions: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who can be mentioned in a chat."""

    id: UUID
    name: str
    username: str
    department: str


class ChatNotes:
    """Notes in chats, and mentions."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def notes(self, agent: Agent, chat_id: UUID) -> list[NoteView]:
        """Return a chat's notes, oldest first, at most ``MOST_NOTES``. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            require_chat(await chat_queries.chat_of(session, agent, chat_id))
            return await queries.notes(session, chat_id, limit=MOST_NOTES)

    async def beside(self, agent: Agent, chat_id: UUID) -> list[NoteView]:
        """Return the notes of a chat that is being shown: as ``notes``, in one statement, and none where it refuses."""
        async with self._db.reading() as session:
            return await queries.notes(session, chat_id, limit=MOST_NOTES, seen_by=agent)

    async def add(self, agent: Agent, new: NewNote) -> NoteView:
        """Store a note and ring at the mentioned colleagues. The same ``new.id`` again returns the existing note.

        Sensitive numbers are masked as in messages.

        Raises:
            NotFoundError: the chat does not exist, or the agent may not see it.
            InvalidInputError: blank, too long, or it mentions somebody who may not see the chat.
            ConflictError: the id is another note's.
            TooManyError: more than ``NOTES`` allows.
        """
        _check(new)
        NOTES.hit(agent.id, act=new.id)
        body = await masked_in_thread(trimmed(new.body))
        async with self._units.begin() as work:
            await queries.one_at_a_time(work.session, new.id)
            # The lock makes the note stand after a line that is being written now.
            chat = require_chat(await chat_queries.locked_chat_of(work.session, agent, new.chat_id))
            if earlier := await queries.note(work.session, new.id):
                return await _own(work, earlier, agent, new.chat_id)
            people = await _mentioned(work, chat, new.mentions)
            row = ChatNote(
                id=new.id,
                chat_session_id=chat.id,
                author_id=agent.id,
                after_number=chat.last_number,
                body=body,
                created_at=clock.now(),
            )
            work.session.add(row)
            await queries.clear_draft(work.session, agent.id, chat.id)
            await work.session.flush()
            return _told(work, chat, row, agent, people)

    async def colleagues(self, agent: Agent, chat_id: UUID, text: str) -> list[Colleague]:
        """Return the colleagues who may see a chat and whose name or initials (초성) contain a text.

        At most ``MOST_COLLEAGUES``, those who begin with it first. Raises ``NotFoundError``.
        """
        async with self._db.reading() as session:
            chat = require_chat(await chat_queries.chat_of(session, agent, chat_id))
            everybody = await queries.colleagues(session)
        able = [one for one in everybody if one.id != agent.id and may_see(one, chat)]
        return [
            Colleague(id=one.id, name=one.name, username=one.username, department=one.department)
            for one in _matching(able, text)[:MOST_COLLEAGUES]
        ]

    async def unread(self, agent: Agent) -> list[MentionView]:
        """Return a person's unread mentions, oldest first; none in chats that they no longer see."""
        async with self._db.reading() as session:
            return await queries.unread(session, agent, limit=MOST_UNREAD)

    async def read(self, agent: Agent, note_id: UUID) -> None:
        """Mark a mention as read; again changes nothing. Raises ``NotFoundError`` for notes that mention others."""
        async with self._units.begin() as work:
            if not await queries.is_mentioned(work.session, agent.id, note_id):
                raise NotFoundError('note.not_found')
            if await queries.mark_read(work.session, agent.id, note_id, clock.now()):
                work.tell(MentionRead(agent_id=agent.id, note_id=note_id))


def _check(new: NewNote) -> None:
    if not is_visible(new.body) or UNSTORABLE.search(new.body):
        raise InvalidInputError('note.blank')
    if len(new.body) > MAX_CHAT_NOTE_CHARS:
        raise InvalidInputError('note.too_long', most=MAX_CHAT_NOTE_CHARS)
    if len(set(new.mentions)) > MAX_MENTIONS:
        raise InvalidInputError('note.mentions', most=MAX_MENTIONS)


async def _mentioned(work: UnitOfWork, chat: ChatSession, wanted: Sequence[UUID]) -> list[Agent]:
    """Return the mentioned people. Whoever may not see the chat is refused like somebody who does not exist."""
    everybody = {one.id: one for one in await queries.colleagues(work.session)} if wanted else {}
    people = [everybody[one] for one in dict.fromkeys(wanted) if one in everybody]
    if len(people) < len(set(wanted)) or not all(may_see(one, chat) for one in people):
        raise InvalidInputError('note.mention')
    return people


def _told(
    work: UnitOfWork, chat: ChatSession, row: ChatNote, author: Agent, people: Sequence[Agent]
) -> NoteView:
    """Store the mentions, announce the note, and record it for the audit."""
    note = queries.shown(row, author, sorted(one.name for one in people))
    work.session.add_all(
        [NoteMention(note_id=row.id, agent_id=one.id, created_at=row.created_at) for one in people]
    )
    work.tell(NoteAdded(note=note))
    mention = MentionView(note=note, customer=chat.visitor_name)
    for one in people:
        work.tell(Mentioned(agent_id=one.id, mention=mention))
    work.record(author, AuditAction.NOTE_ADDED, subject=chat, details={'mentions': len(people)})
    return note


async def _own(work: UnitOfWork, earlier: ChatNote, agent: Agent, chat_id: UUID) -> NoteView:
    if earlier.author_id != agent.id or earlier.chat_session_id != chat_id:
        raise ConflictError('message.id_taken')
    named = await queries.mentioned(work.session, [earlier.id])
    return queries.shown(earlier, agent, named.get(earlier.id, ()))


def _matching(people: Sequence[Agent], text: str) -> list[Agent]:
    """Return those whose name, initials or sign-in name contain a text; names that begin with it first."""
    wanted = name_key(clean(text))

    def place(one: Agent) -> int | None:
        key = name_key(one.name)
        places = [key.find(wanted), initials_of(key).find(wanted), one.username.find(wanted)]
        return min((found for found in places if found >= 0), default=None)

    found = [(at, one) for one in people if (at := place(one)) is not None]
    return [one for _, one in sorted(found, key=lambda each: each[0])]
