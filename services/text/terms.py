"""Interprets a text from the search box in every way it may be meant.

``김철`` is part of a name, ``ㄱㅊㅅ`` its initials, ``rlacjftn`` a name typed in the English layout,
``+82 10 1234-5678`` a phone number, ``C-0001234`` a customer number. One text may be several of
them.
"""

import re
from dataclasses import dataclass

from services.text import hangul
from services.text.folding import LEGAL_FORMS, name_key
from services.text.phone_numbers import typed_number
from services.text.visible import one_line

MAX_CHARS = 100
"""The longest name and e-mail on record: a longer text matches nothing."""
MAX_TYPED = 1_000
MIN_ENDING_DIGITS = 4
MIN_NUMBER_DIGITS = 7
MOBILE_PREFIX, MOBILE_DIGITS = '010', 8
MAX_NUMBER = 2**63 - 1

_CONTROLS = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_NUMBER = re.compile(r'(?:[cC]-?|#)([0-9]{1,19})')
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NORTH_AMERICAN = re.compile(r'[2-9][0-9]{2}[2-9][0-9]{6}')
_HONORIFIC = re.compile(r'(?<=..)(?:고객님|님|씨)$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A name with a half-typed last syllable: the text before it, and the possible endings."""

    begun: str
    first: str
    last: str

    @property
    def pattern(self) -> str:
        """The regular expression of the possible names."""
        return f'{re.escape(self.begun)}[{self.first}-{self.last}]'

    @property
    def endings(self) -> str:
        """The last two syllables of each possible name, with spaces between."""
        every = map(chr, range(ord(self.first), ord(self.last) + 1))
        return ' '.join(self.begun[-1:] + syllable for syllable in every)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerms:
    """One typed text in all its interpretations; an empty one finds nothing."""

    names: tuple[str, ...] = ()
    """Name keys: folded, without spaces. After the first: the other keyboard layout, and forms
    without 님."""
    unfinished: tuple[Unfinished, ...] = ()
    email: str = ''
    initials: str = ''
    """Initials, with other letters unchanged: ``ㄱㅊㅅ``; ``김ㅊㅅ`` counts as ``ㄱㅊㅅ``."""
    pattern: str = ''
    """The regular expression of names that fit ``initials``."""
    phone: str = ''
    number: int | None = None

    @property
    def is_begun_form(self) -> bool:
        """Whether only the beginning of a legal form was typed: ``주식회``."""
        return any(form.startswith(name) for name in self.names for form in LEGAL_FORMS)


def parse_terms(text: str) -> SearchTerms:
    """Interpret a typed text. Never raises: an unusable text gets empty interpretations."""
    typed = clean(text)
    if not typed or len(typed) > MAX_CHARS:
        return SearchTerms()
    phone, is_phone = typed_number(typed)
    key = '' if is_phone else hangul.apart(name_key(typed))
    other = _other_keyboard(''.join(typed.split()))
    with_initials = next((one for one in (key, other) if _has_initials(one)), '')
    names = [one for one in (key, other) if one and one != with_initials]
    return SearchTerms(
        names=tuple(dict.fromkeys([*names, *(_HONORIFIC.sub('', name) for name in names)])),
        unfinished=tuple(
            Unfinished(begun=begun, first=first, last=last)
            for name in names
            for begun, first, last in hangul.unfinished(name)
        ),
        email=typed.lower() if _may_be_email(typed, is_phone=is_phone) else '',
        initials=''.join(map(hangul.initial, with_initials)),
        pattern=''.join(_syllables(letter) for letter in with_initials),
        phone=phone,
        number=_number(typed),
    )


def clean(text: str) -> str:
    """Return a text that PostgreSQL can store, in composed letters, without invisible characters."""
    return one_line(_CONTROLS.sub(' ', text[:MAX_TYPED]).translate(_FULL_WIDTH))


def initials_of(key: str) -> str:
    """Return the initials (초성) of a key's syllables; other letters stay."""
    return ''.join(hangul.initial(letter) for letter in key)


def has_grams(key: str) -> bool:
    """Whether the index can select by a key: it needs two letters, or three in ASCII."""
    return len(key) > 2 or (len(key) == 2 and not key.isascii())


def whole_numbers(digits: str) -> list[str]:
    """Return the complete stored numbers that these digits may be.

    People leave out the 010 of a mobile phone, and the country code of a number in North America.
    """
    found = [digits]
    if len(digits) == MOBILE_DIGITS and not digits.startswith('0'):
        found.append(f'{MOBILE_PREFIX}{digits}')
    if _NORTH_AMERICAN.fullmatch(digits):
        found.append(f'+1{digits}')
    return found


def _may_be_email(typed: str, *, is_phone: bool) -> bool:
    return (
        ' ' not in typed
        and (typed.isascii() or '@' in typed)
        and (not is_phone or typed.isdecimal())
    )


def _other_keyboard(typed: str) -> str:
    """Return the text in the other keyboard layout, if that gives whole syllables or only initials."""
    if typed.isascii() and typed.isalpha():
        typed = (
            typed.lower() if typed.isupper() else typed
        )  # Caps Lock; a single capital is a double consonant
        written = hangul.apart(hangul.typed_in_hangul(typed))
        is_name = all(hangul.is_syllable(letter) for letter in written)
        is_initials = all(letter in hangul.INITIALS for letter in written)
        return written if is_name or is_initials else ''
    if any(letter in hangul.VOWELS for letter in typed):
        return hangul.typed_in_latin(typed).lower()
    return ''


def _has_initials(key: str) -> bool:
    """Whether a key consists of initials and syllables, with at least one initial."""
    letters = [letter in hangul.INITIALS for letter in key]
    return any(letters) and all(
        is_initial or hangul.is_syllable(letter)
        for letter, is_initial in zip(key, letters, strict=True)
    )


def _syllables(letter: str) -> str:
    if hangul.is_syllable(letter):
        return letter
    first, last = hangul.initial_range(letter)
    return f'[{letter}{first}-{last}]'


def _number(typed: str) -> int | None:
    """Return the customer number: ``C-0001234``, ``#1234``; bare digits only in full, ``0001234``."""
    written = _NUMBER.fullmatch(typed)
    if not written and not (
        typed.isdecimal() and typed.isascii() and len(typed) == MIN_NUMBER_DIGITS
    ):
        return None
    number = int(written[1] if written else typed)
    return number if 0 < number <= MAX_NUMBER else None
