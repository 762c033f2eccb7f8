"""What can be seen of a text. Signs without a look of their own are not part of a name, a message or a number.

A joiner or a selector inside an emoji is such a sign too, and stays: without it a family is three strangers.
"""

import re
import unicodedata

BLANK_LETTERS = '\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0'
"""Letters, marks and symbols that are drawn as nothing: Hangul fillers, the empty Braille pattern and the like."""
FORMATTING = (
    '\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb'
    '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a'
)
"""Signs that steer how others are drawn: directions, joiners, soft hyphens, marks of the byte order."""
SELECTORS = '\u180b-\u180d\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef'
"""What chooses the look of the sign before it: emoji or text, a flag's region, a way to write an ideograph."""
IDEOGRAPH_SELECTORS = '\U000e0100'
MOST_PARTS = 4
"""Of so many characters one that is composed may come: a Hangul syllable is three, a letter with two accents as well."""
JOINERS = '\u200c\u200d'

UNSEEN = re.compile(f'[{BLANK_LETTERS}{FORMATTING}{SELECTORS}]')
_SELECTOR = re.compile(f'[{SELECTORS}]')
_INSIDE = re.compile(f'(?![{JOINERS}])[{BLANK_LETTERS}{FORMATTING}]')
_SPACES = '\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000'
_UNPRINTABLE = {'Cc', 'Cs', 'Co', 'Zl', 'Zp'}


def members(ranges: str) -> str:
    """Return each character of ``a-z``, as a regular expression's brackets take them."""
    return re.sub(
        '(.)-(.)', lambda ends: ''.join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1))), ranges
    )


_AROUND = members(_SPACES + BLANK_LETTERS + FORMATTING + SELECTORS)


def trimmed(text: str) -> str:
    """Return a text without spaces and unseen signs around it; empty when there is nothing to see."""
    seen = text.strip(_AROUND)
    begin = text.find(seen)
    end = begin + len(seen)
    while seen and end < len(text) and _belongs_to(seen[-1], text[end]):
        end += 1
    return text[begin:end]


def is_visible(text: str) -> bool:
    """Whether there is anything to see."""
    return text.strip(_AROUND) != ''


def one_line(text: str) -> str:
    """Return a name as it is kept: composed, one space between words, unseen signs only where joined signs need them."""
    composed = unicodedata.normalize('NFC', trimmed(_INSIDE.sub('', text)))
    return ' '.join(composed.split())


def parse_name(text: str, *, most: int) -> str | None:
    """Return a name as it is kept; nothing when there is none to see, it is too long, or something in it cannot be printed."""
    if is_too_long(text, most):
        return None
    name = one_line(text)
    is_printable = not any(unicodedata.category(letter) in _UNPRINTABLE for letter in name)
    return name if 0 < len(name) <= most and is_printable else None


def is_too_long(text: str, most: int) -> bool:
    """Whether a text has more than ``most`` characters however it is composed: known before it costs anything to compose it."""
    return len(text) > most * MOST_PARTS


def is_selector(sign: str) -> bool:
    """Whether a sign only chooses the look of the one before it."""
    return _SELECTOR.match(sign) is not None


def _belongs_to(letter: str, sign: str) -> bool:
    """Whether a sign chooses the look of the letter before it; of letters and digits only ideographs have a choice."""
    is_chosen = not letter.isalnum() or sign >= IDEOGRAPH_SELECTORS
    return is_chosen and is_selector(sign)
