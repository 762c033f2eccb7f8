"""The list of words that is pointed out in customers' messages (보호): of every queue, and more of single queues.

Supervisors edit those of their departments' queues. The list points; it never acts.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from desk.errors import DeskError, FieldsRefusedError, InvalidInputError
from models import EVERYWHERE, SettingKind
from services.settings import queries
from services.text.abuse import WordList
from services.text.visible import parse_name

WORDS, INNOCENT = 'words', 'innocent'
MOST_WORDS = 300
MAX_WORD_CHARS = 40
NEW_ABUSE_WORDS: Mapping[str, str] = {WORDS: '', INNOCENT: ''}
"""A queue's own list before anybody writes one."""
USUAL: Mapping[str, str] = {
    WORDS: '시발\n씨발\n병신\n개새끼\n지랄\nㅅㅂ\nㅂㅅ\n죽여버린다',
    INNOCENT: '시발역\n시발점\n시발택시\n시발자동차\n병신년',
}
"""The list of every queue before an administrator changes it."""


def parsed_abuse_words(values: Mapping[str, str]) -> dict[str, str]:
    """Return lists as they are stored, one word a line, without repeats. Raises ``FieldsRefusedError``."""
    kept: dict[str, str] = {}
    faults: dict[str, DeskError] = {}
    for name, typed in values.items():
        lines = [line for line in typed.splitlines() if line.strip()]
        words = [parse_name(line, most=MAX_WORD_CHARS) for line in lines]
        if len(words) > MOST_WORDS or any(word is None or not _is_word(word) for word in words):
            faults[name] = InvalidInputError('abuse_words.list', most=MOST_WORDS, chars=MAX_WORD_CHARS)  # fmt: skip
        kept[name] = '\n'.join(dict.fromkeys(word for word in words if word))
    if faults:
        raise FieldsRefusedError(faults)
    return kept


async def word_list(session: AsyncSession, queue_id: UUID | None) -> WordList:
    """Return the words of every queue and of this one."""
    wanted = [EVERYWHERE, *([queue_id] if queue_id else [])]
    found = await queries.documents(session, [SettingKind.ABUSE_WORDS], wanted)
    lists = WordList()
    for subject_id in wanted:
        usual = USUAL if subject_id == EVERYWHERE else NEW_ABUSE_WORDS
        values = {**usual, **found.get((SettingKind.ABUSE_WORDS.value, subject_id), {})}
        lists = lists.with_more(
            WordList(tuple(values[WORDS].splitlines()), tuple(values[INNOCENT].splitlines()))
        )
    return lists


class AbuseWords:
    """Reads the list for screens that point its words out."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, queue_id: UUID | None) -> WordList:
        """Return the words of every queue and of this one."""
        async with self._db.reading() as session:
            return await word_list(session, queue_id)


def _is_word(word: str) -> bool:
    """Whether a word has at least two letters: a single one would be found everywhere."""
    return sum(letter.isalpha() for letter in word) > 1
