"""Folding: stored and typed text become comparable, so that two spellings of a word give the same key.

Compatibility forms (NFKC), capitals, accents and invisible characters make no difference: ``㈜``
becomes ``(주)``, ``José`` becomes ``jose``, ``ΟΔΥΣΣΕΥΣ`` becomes ``οδυσσευσ``. Single Hangul letters
stay single, because people search by initials.

PostgreSQL folds by the same tables in any locale (``search_key`` and ``name_key``, migration 0008):
a change here needs a migration there, and a test folds every character with both.
"""

import re
import unicodedata

from services.text.visible import UNSEEN, members

PLAIN = (
    '\t\n\r -~\u00a9\u00ae\u00b0\u00b1\u00b7\u00d7\u00f7\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u20a9\u20ac'
    '\u2190-\u2199\u25a0-\u27bf\u3001-\u3029\u3041-\u3096\u30a1-\u30fc\u3131-\u3163\u3165-\u318e'
    '\u4e00-\u9fff\uac00-\ud7a3\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff'
)
"""Characters that fold to themselves, except ASCII capitals: most texts contain no others."""
CAPITALS = (
    'A-Z\u00c6\u00d0\u00d8\u00de\u0110\u0126\u0141\u014a\u0152\u0166'
    '\u0391-\u03a9\u03c2\u0400-\u042f\u0460-\u0480\u048a-\u052e\u0531-\u0556'
)
"""The single-character capitals of Latin, Greek, Cyrillic and Armenian, and the final sigma."""
MARKS = (
    '\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f'
)
"""Accents, and the vowel points of Hebrew and Arabic."""
LOOKALIKES = {'ø': 'o', 'ł': 'l', 'đ': 'd', 'ð': 'd', 'ħ': 'h', '\u0131': 'i', 'ŧ': 't'}
"""The usual replacement for each letter on keyboards that lack it."""
SPELT_OUT = {'ß': 'ss', 'ẞ': 'ss', 'æ': 'ae', 'œ': 'oe', 'þ': 'th'}
LEGAL_FORMS = (
    '주식회사',
    '유한회사',
    '재단법인',
    '사단법인',
    '(주)',
    '(유)',
    '(재)',
    '(사)',
    '주)',
)
"""Legal forms before or after a company's name; ㈜ folds to (주)."""

_NOT_PLAIN = re.compile(f'[^{PLAIN}]')
_LEFT_OUT = re.compile(f'[{MARKS}]|{UNSEEN.pattern}')
_HANGUL_LETTER = re.compile('[\u3131-\u318e]')
_HELD = {letter: letter + 0xC000 for letter in range(0x3131, 0x318F) if letter != 0x3164}
"""Single Hangul letters are moved to the private use area, because NFKC would join them to
syllables."""
_RELEASED = {held: letter for letter, held in _HELD.items()}
_LOWER = {
    **{letter: letter.casefold() for letter in members(CAPITALS)},
    **LOOKALIKES,
    **SPELT_OUT,
}
_FOLDED = {
    ord(letter): SPELT_OUT.get(low) or LOOKALIKES.get(low) or low
    for letter, low in _LOWER.items()
    if letter != low
}
_FORMS = '|'.join(map(re.escape, LEGAL_FORMS))
_LEGAL_FORM = re.compile(f'^(?:{_FORMS})+|(?:{_FORMS})+$')


def fold(text: str) -> str:
    """Return the search key of a text, as the database's ``search_key`` does."""
    if is_plain(text):
        return text.lower()
    has_letters = _HANGUL_LETTER.search(text) is not None
    bare = _LEFT_OUT.sub(
        '', text
    )  # before folding too: ordering a thousand accents on one letter is slow
    apart = unicodedata.normalize('NFKD', bare.translate(_HELD) if has_letters else bare)
    folded = unicodedata.normalize('NFC', _LEFT_OUT.sub('', apart).translate(_FOLDED))
    return folded.translate(_RELEASED) if has_letters else folded


def is_plain(text: str) -> bool:
    """Whether folding changes only ASCII capitals, letter by letter."""
    return _NOT_PLAIN.search(text) is None


def name_key(text: str) -> str:
    """Return a name's search key, without spaces and legal forms, as ``name_key`` in the database."""
    key = fold(text).replace(' ', '')
    return _LEGAL_FORM.sub('', key) or key
