"""Texts for customers in two languages: a queue's own, else those of every queue, else the desk's catalogue.

They are data of people: shown as text, never as markup. An empty text is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from desk.errors import DeskError, FieldsRefusedError, InvalidInputError
from models import EVERYWHERE, SettingKind
from services.settings import queries
from services.text.visible import is_visible
from services.work.unit_of_work import UnitsOfWork

LANGUAGES = ('ko', 'en')
MAX_TEXT_CHARS = 500
OPENS = '{opens}'
"""What a text for a closed queue may contain: it is replaced by the time at which the queue opens."""


class TextName(StrEnum):
    """Where a text is shown."""

    GREETING = 'greeting'
    """Above the form, and at the head of a chat that waits."""
    WAITING = 'waiting'
    """Below the customer's place in the queue."""
    CLOSED = 'closed'
    """Outside of business hours, in place of a chat."""
    CROWDED = 'crowded'
    """Before a chat, while the queue is crowded: the other ways are offered below it."""
    ENDED = 'ended'
    """After a chat."""
    SILENCE_ASKED = 'silence_asked'
    """Asks a customer who has not answered for a while whether they are still there."""
    SILENCE_ENDED = 'silence_ended'
    """After a chat that ended because its customer did not answer."""
    RECORDING = 'recording'
    """Said to who is called by the desk, by Connect's contact flow, and read by who asks for a call-back."""
    ANNOUNCEMENT = 'announcement'
    """보호: before a contact, that agents are protected. One for the desk: it is read before a queue is chosen."""
    WARNING = 'warning'
    """보호: every warning but the last one."""
    LAST_WARNING = 'last_warning'
    PROTECTED_END = 'protected_end'
    """보호: the last words to a customer whose contact is ended for abuse."""


def field_of(name: TextName, language: str) -> str:
    """Return the name of the field that holds a text in a language."""
    return f'{name.value}_{language}'


NEW_TEXTS: Mapping[str, str] = {
    field_of(name, language): '' for name in TextName for language in LANGUAGES
}
"""The texts before anybody writes any: the catalogue's are shown."""


@dataclass(frozen=True, slots=True)
class CustomerTexts:
    """The texts of one queue, or of every queue."""

    values: Mapping[str, str] = field(default_factory=dict)

    def said(self, name: TextName, language: str, *, opens: str = '') -> str:
        """Return a text in a language; empty when the catalogue's is to be shown."""
        return self.values.get(field_of(name, language), '').replace(OPENS, opens)


class Texts:
    """Reads the texts that customers see."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def of(self, queue_id: UUID | None = None) -> CustomerTexts:
        """Return the texts of a queue, or of every queue."""
        async with self._db.reading() as session:
            wanted = [EVERYWHERE, *([queue_id] if queue_id else [])]
            found = await queries.documents(session, [SettingKind.TEXTS], wanted)
        shown: dict[str, str] = {}
        for subject_id in wanted:
            values = found.get((SettingKind.TEXTS.value, subject_id), {})
            shown |= {name: text for name, text in values.items() if text}
        return CustomerTexts(shown)


def parsed_texts(values: Mapping[str, str]) -> dict[str, str]:
    """Return texts as they are stored. Raises ``FieldsRefusedError`` with every text that cannot be shown."""
    kept: dict[str, str] = {}
    faults: dict[str, DeskError] = {}
    for name, typed in values.items():
        text = '\n'.join(line.rstrip() for line in typed.strip().splitlines())
        is_shown = not text or (is_visible(text) and text.replace('\n', ' ').isprintable())
        if len(text) > MAX_TEXT_CHARS or not is_shown:
            faults[name] = InvalidInputError('texts.text', most=MAX_TEXT_CHARS)
        kept[name] = text
    if faults:
        raise FieldsRefusedError(faults)
    return kept
