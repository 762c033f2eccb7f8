"""Finds messages in which an agent promises to do something by a time.

Both must be in one sentence: the agent's own future act (``드리겠습니다``, ``할게요``, ``I'll``), and a
time. Phrases that only sound like a promise (알겠습니다, 기다리겠습니다, we will be closed) are skipped. A
missed promise costs one keystroke, a wrong one a glance: the agent decides
(``services.contacts.promises``).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from services.text.spoken_times import spoken_time

_SENTENCE_ENDS = re.compile(r'(?<=[.!?。…])\s+|\n+')
MOST_SENTENCES = 30
MOST_SENTENCE_CHARS = 300
_NO_ACT = (
    '알',
    '모르',
    '좋',
    '감사하',
    '되',
    '있',
    '없',
    '기다리',
    '같',
    '하시',
    '주시',
    '싶',
    '죄송하',
    '도착하',
)
_WILL = re.compile(
    ''.join(f'(?<!{one})' for one in _NO_ACT) + r'(?:겠습니다|겠어요|겠사오니)'
    r'|(?<!실)(?<!될)(?<!있을)(?:[릴할볼줄갈올둘을낼길])(?:게요|께요)'
    r'|도록\s*(?:하겠|할게|조치)|약속드'
)
_WILL_EN = re.compile(
    r"\b(?:i|we)(?:\s*['\u2019]ll|\s+will|\s+shall|\s*['\u2019](?:m|re)\s+going\s+to|\s+(?:am|are)\s+going\s+to)\b"
    r'(?!\s+(?:not\b|be\s+(?:closed|open|unavailable|away|out)\b|wait\b|need\b))'
    r"|\blet\s+me\s+(?:call|get\s+back|check|follow)\b|\byou\s*(?:['\u2019]ll|\s+will)\s+(?:hear\s+from|get\s+a\s+call)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise in the words of the message, and its due time."""

    body: str
    due_at: datetime


def promised(text: str, said_at: datetime) -> PromiseLine | None:
    """Return the first promise with a time in an agent's message, or ``None``."""
    for part in _SENTENCE_ENDS.split(text)[:MOST_SENTENCES]:
        sentence = part.strip()[:MOST_SENTENCE_CHARS]
        if not (_WILL.search(sentence) or _WILL_EN.search(sentence)):
            continue
        if (found := spoken_time(sentence, said_at)) is not None:
            return PromiseLine(sentence, found.at)
    return None
