"""One folding for what is stored and what is typed: two spellings of one word fold to the same letters.

Compatible forms (NFKC), capitals, accents and unseen signs make no difference: ``㈜`` is ``(주)``, ``José`` is ``jose``,
``ΟΔΥΣΣΕΥΣ`` is ``οδυσσευσ``. Single letters of Hangul stay single, since they are looked for as initials.

PostgreSQL folds by the same tables, whatever its locale is (``search_key`` and ``name_key``, migration 0008): a change here is
a migration there, and a test folds every character with both.
"""

import re
import unicodedata

from services.text.visible import UNSEEN, members

PLAIN = (
    '\t\n\r -~\u00a9\u00ae\u00b0\u00b1\u00b7\u00d7\u00f7\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u20a9\u20ac'
    '\u2190-\u2199\u25a0-\u27bf\u3001-\u3029\u3041-\u3096\u30a1-\u30fc\u3131-\u3163\u3165-\u318e'
    '\u4e00-\u9fff\uac00-\ud7a3\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff'
)
"""What folds to itself, but for the capitals of ASCII: most texts have nothing else in them, and need no more."""
CAPITALS = (
    'A-Z\u00c6\u00d0\u00d8\u00de\u0110\u0126\u0141\u014a\u0152\u0166'
    '\u0391-\u03a9\u03c2\u0400-\u042f\u0460-\u0480\u048a-\u052e\u0531-\u0556'
)
"""The capitals of Latin, Greek, Cyrillic and Armenian that are one character, and the final sigma."""
MARKS = (
    '\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f'
)
"""Accents, and the points of Hebrew and Arabic."""
LOOKALIKES = {'ø': 'o', 'ł': 'l', 'đ': 'd', 'ð': 'd', 'ħ': 'h', '\u0131': 'i', 'ŧ': 't'}
"""What these letters are written as by whose keyboard lacks them."""
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
"""What the name of a company may have before or behind it; ㈜ folds to (주)."""

_NOT_PLAIN = re.compile(f'[^{PLAIN}]')
_LEFT_OUT = re.compile(f'[{MARKS}]|{UNSEEN.pattern}')
_HANGUL_LETTER = re.compile('[\u3131-\u318e]')
_HELD = {letter: letter + 0xC000 for letter in range(0x3131, 0x318F) if letter != 0x3164}
"""Single letters of Hangul, which NFKC would take for parts of syllables, wait in the private area."""
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
    """Return a text in the letters that are searched; the database's ``search_key``."""
    if is_plain(text):
        return text.lower()
    has_letters = _HANGUL_LETTER.search(text) is not None
    bare = _LEFT_OUT.sub(
        '', text
    )  # before as well: a thousand accents on one letter take long to be put in order
    apart = unicodedata.normalize('NFKD', bare.translate(_HELD) if has_letters else bare)
    folded = unicodedata.normalize('NFC', _LEFT_OUT.sub('', apart).translate(_FOLDED))
    return folded.translate(_RELEASED) if has_letters else folded


def is_plain(text: str) -> bool:
    """Whether folding changes nothing but capitals, letter by letter."""
    return _NOT_PLAIN.search(text) is None


def name_key(text: str) -> str:
    """Return a name in the letters that are searched, without spaces and legal forms; the database's ``name_key``."""
    key = fold(text).replace(' ', '')
    return _LEGAL_FORM.sub('', key) or key
