"""Which language a text is in, of the two that are spoken here, and how much of it fits into so many bytes."""

import re
from typing import Literal

_HANGUL = re.compile('[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]')
_LATIN = re.compile('[A-Za-z]')
_WORTH = re.compile(r'[^\W\d_]|[\u203c-\u32ff\U0001f000-\U0001faff]')
LETTERS_A_SYLLABLE = 3
"""A Korean syllable says about as much as three Latin letters."""


def language_of(text: str) -> Literal['ko', 'en']:
    """Return the language that most of a text is in; Korean where it has no letters."""
    hangul, latin = len(_HANGUL.findall(text)), len(_LATIN.findall(text))
    return 'ko' if hangul * LETTERS_A_SYLLABLE >= latin else 'en'


def has_feeling(text: str) -> bool:
    """Whether a text can sound like anything: it has a letter or an emoji in it, not numbers and signs alone."""
    return bool(_WORTH.search(text))


def cut(text: str, size_bytes: int) -> str:
    """Return as much of the beginning of a text as fits into ``size_bytes`` of UTF-8; no character is torn."""
    return text.encode()[:size_bytes].decode(errors='ignore')
