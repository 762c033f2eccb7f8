"""Visible text: characters without a glyph are not part of a name, a message or a number.

Joiners and selectors inside an emoji are such characters too, and stay: without them a family
becomes separate people.
"""

import re
import unicodedata

BLANK_LETTERS = '\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0'
"""Letters, marks and symbols with an empty glyph: Hangul fillers, the empty Braille pattern and
others."""
FORMATTING = (
    '\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb'
    '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a'
)
"""Characters that control others: direction marks, joiners, soft hyphens, byte order marks."""
SELECTORS = '\u180b-\u180d\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef'
"""Characters that choose the glyph of the one before: emoji or text, a flag's region, an
ideograph's form."""
IDEOGRAPH_SELECTORS = '\U000e0100'
MOST_PARTS = 4
"""The most characters that compose into one: three for a Hangul syllable or a letter with two
accents."""
JOINERS = '\u200c\u200d'

UNSEEN = re.compile(f'[{BLANK_LETTERS}{FORMATTING}{SELECTORS}]')
_SELECTOR = re.compile(f'[{SELECTORS}]')
_INSIDE = re.compile(f'(?![{JOINERS}])[{BLANK_LETTERS}{FORMATTING}]')
_SPACES = '\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000'
_UNPRINTABLE = {'Cc', 'Cs', 'Co', 'Zl', 'Zp'}


def members(ranges: str) -> str:
    """Return each character of ranges such as ``a-z``, written as in a regular expression's brackets."""
    return re.sub(
        '(.)-(.)', lambda ends: ''.join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1))), ranges
    )


_AROUND = members(_SPACES + BLANK_LETTERS + FORMATTING + SELECTORS)


def trimmed(text: str) -> str:
    """Return a text without spaces and invisible characters at its ends; it may be empty."""
    seen = text.strip(_AROUND)
    begin = text.find(seen)
    end = begin + len(seen)
    while seen and end < len(text) and _belongs_to(seen[-1], text[end]):
        end += 1
    return text[begin:end]


def is_visible(text: str) -> bool:
    """Whether a text contains anything visible."""
    return text.strip(_AROUND) != ''


def one_line(text: str) -> str:
    """Return a name as it is stored: composed, single spaces, no invisible signs but in emoji."""
    composed = unicodedata.normalize('NFC', trimmed(_INSIDE.sub('', text)))
    return ' '.join(composed.split())


def parse_name(text: str, *, most: int) -> str | None:
    """Return a name as it is stored; ``None`` when it is empty, too long or unprintable."""
    if is_too_long(text, most):
        return None
    name = one_line(text)
    is_printable = not any(unicodedata.category(letter) in _UNPRINTABLE for letter in name)
    return name if 0 < len(name) <= most and is_printable else None


def is_too_long(text: str, most: int) -> bool:
    """Whether a text has over ``most`` characters in any composed form; cheaper than composing it."""
    return len(text) > most * MOST_PARTS


def is_selector(sign: str) -> bool:
    """Whether a character only chooses the glyph of the one before it."""
    return _SELECTOR.match(sign) is not None


def _belongs_to(letter: str, sign: str) -> bool:
    """Whether a selector fits the letter before it; of letters, only ideographs have variants."""
    is_chosen = not letter.isalnum() or sign >= IDEOGRAPH_SELECTORS
    return is_chosen and is_selector(sign)
