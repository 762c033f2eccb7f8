"""The language of a text, Korean or English, and cutting a text to a size in bytes."""

import re
from typing import Literal

_HANGUL = re.compile('[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]')
_LATIN = re.compile('[A-Za-z]')
_WORTH = re.compile(r'[^\W\d_]|[\u203c-\u32ff\U0001f000-\U0001faff]')
LETTERS_A_SYLLABLE = 3
"""One Korean syllable carries about as much meaning as three Latin letters."""


def language_of(text: str) -> Literal['ko', 'en']:
    """Return the language of most of a text; Korean for a text without letters."""
    hangul, latin = len(_HANGUL.findall(text)), len(_LATIN.findall(text))
    return 'ko' if hangul * LETTERS_A_SYLLABLE >= latin else 'en'


def has_feeling(text: str) -> bool:
    """Whether a text can carry sentiment: it contains a letter or an emoji."""
    return bool(_WORTH.search(text))


def cut(text: str, size_bytes: int) -> str:
    """Return the start of a text that fits into ``size_bytes`` of UTF-8, in whole characters."""
    return text.encode()[:size_bytes].decode(errors='ignore')
