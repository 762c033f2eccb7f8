"""Labels on chats: several for each, set by whoever may write in it, kept when the label goes out of use."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from desk.errors import ConflictError, InvalidInputError
from models import Agent, AuditAction, ChatLabel, ChatSession, ChatStatus, LabelColor
from models.label import MAX_LABELS
from services.chats import label_queries, queries
from services.chats.changes import require_chat, tell_changed
from services.chats.events import ChatCard
from services.chats.reopening import may_reopen
from services.contacts.access import may_write
from services.text.folding import name_key
from services.text.terms import clean, initials_of
from services.work.unit_of_work import UnitOfWork, UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelView:
    """A label as screens and programs show it."""

    id: UUID
    department: str
    """Whose chats it is for; empty: all chats."""
    name: str
    name_en: str
    color: LabelColor
    is_active: bool

    @classmethod
    def of(cls, row: ChatLabel) -> 'LabelView':
        """Build the view of a row."""
        return cls(
            id=row.id,
            department=row.department,
            name=row.name,
            name_en=row.name_en,
            color=row.color,
            is_active=row.is_active,
        )

    def called(self, language: str) -> str:
        """Return its name in a language."""
        return self.name_en if language == 'en' and self.name_en else self.name

    def is_for(self, department: str) -> bool:
        """Whether chats of this department can get it now."""
        return self.is_active and self.department in ('', department)


class ChatLabels:
    """The labels, and which of them chats have."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def all(self) -> list[LabelView]:
        """Return every label in order, those out of use too: a chat may still have one."""
        async with self._units.db.reading() as session:
            return [LabelView.of(one) for one in await label_queries.every(session)]

    async def set(self, agent: Agent, chat_id: UUID, label_ids: Collection[UUID]) -> ChatCard:
        """Give a chat exactly these labels; the same ones again change nothing.

        Raises:
            NotFoundError: the chat does not exist, or the agent may not see it.
            ConflictError: it is a colleague's.
            InvalidInputError: a label does not exist, is out of use or another department's, or there are too many.
        """
        async with self._units.begin() as work:
            chat = require_chat(await queries.locked_chat_of(work.session, agent, chat_id))
            if not _may_label(agent, chat):
                raise ConflictError('chat.held_by_colleague')
            wanted = list(dict.fromkeys(label_ids))
            await _check(work, chat, wanted)
            added = set(wanted) - set(chat.label_ids)
            removed = set(chat.label_ids) - set(wanted)
            if added or removed:
                chat.label_ids = wanted
                details = {'added': sorted(map(str, added)), 'removed': sorted(map(str, removed))}
                work.record(agent, AuditAction.CONTACT_LABELLED, subject=chat, details=details)
                tell_changed(work, chat)
        return queries.card(chat)


def matching(labels: Sequence[LabelView], text: str, language: str) -> list[LabelView]:
    """Return the labels whose name or initials (초성) contain a text, those that begin with it first; all for an empty one."""
    wanted = name_key(clean(text))
    if not wanted:
        return list(labels)

    def place(one: LabelView) -> int | None:
        key = name_key(one.called(language))
        places = (key.find(wanted), initials_of(key).find(wanted))
        return min((found for found in places if found >= 0), default=None)

    found = [(at, one) for one in labels if (at := place(one)) is not None]
    return [one for _, one in sorted(found, key=lambda each: each[0])]


def _may_label(agent: Agent, chat: ChatSession) -> bool:
    if chat.status is ChatStatus.CLOSED:
        return may_reopen(agent, chat)
    return may_write(agent, chat)


async def _check(work: UnitOfWork, chat: ChatSession, wanted: Sequence[UUID]) -> None:
    """Raise ``InvalidInputError`` unless the chat may have these; what it has already, it may keep."""
    if len(wanted) > MAX_LABELS:
        raise InvalidInputError('label.too_many', most=MAX_LABELS)
    new = [one for one in wanted if one not in chat.label_ids]
    usable = [LabelView.of(one) for one in await label_queries.among(work.session, new)]
    if len([one for one in usable if one.is_for(chat.department)]) < len(new):
        raise InvalidInputError('label.not_found')
