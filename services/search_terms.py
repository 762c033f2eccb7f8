"""What somebody typed into the search box, read in every way that it may be meant.

``김철`` is a part of a name, ``ㄱㅊㅅ`` its initials, ``rlacjftn`` a name with the keyboard left in English,
``+82 10 1234-5678`` a phone number, ``C-0001234`` a customer number. One text may be several of them.
"""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

from services import hangul

MAX_CHARS = 100
"""The longest name and e-mail on record: a longer text is found nowhere."""
MAX_TYPED = 1_000
REGION, COUNTRY_CODE = 'KR', 82
MIN_PHONE_DIGITS = 3
MIN_ENDING_DIGITS = 4
MIN_NUMBER_DIGITS = 7
MAX_NUMBER = 2**63 - 1

_UNSEEN = re.compile(r'[\x00-\x1f\x7f\ud800-\udfff\u200b-\u200f\ufeff]')
_PHONE = re.compile(r'\+?[\d\s().\-/]+')
_ABROAD = re.compile(r'^00[\s-]*(?=82)')  # as dialled from abroad: 0082 is +82
_NUMBER = re.compile(r'(?:[cC]-?|#)(\d{1,19})')
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerms:
    """One typed text in all its readings; an empty reading finds nothing."""

    names: tuple[str, ...] = ()
    """Name keys: lower case, no spaces. The second is the reading with the other keyboard."""
    email: str = ''
    initials: str = ''
    """Initials, other letters between them as they are: ``ㄱㅊㅅ``, ``김ㅊㅅ`` read as ``ㄱㅊㅅ``."""
    pattern: str = ''
    """The regular expression of the names that ``initials`` stand for."""
    phone: str = ''
    number: int | None = None


def read(text: str) -> SearchTerms:
    """Read a typed text. Nothing is too odd: what cannot be found is read as nothing."""
    typed = clean(text)
    if not typed or len(typed) > MAX_CHARS:
        return SearchTerms()
    phone = phone_digits(typed)
    key = '' if phone else hangul.apart(name_key(typed))
    other = _other_keyboard(''.join(typed.split()))
    with_initials = next((one for one in (key, other) if _has_initials(one)), '')
    return SearchTerms(
        names=tuple(one for one in (key, other) if one and one != with_initials),
        email=typed.lower() if _may_be_email(typed, phone) else '',
        initials=''.join(_initial(letter) for letter in with_initials),
        pattern=''.join(_syllables(letter) for letter in with_initials),
        phone=phone,
        number=_number(typed),
    )


def clean(text: str) -> str:
    """Return a text as PostgreSQL can take it, in composed letters, without what nobody sees."""
    composed = unicodedata.normalize('NFC', _UNSEEN.sub(' ', text[:MAX_TYPED]))
    return ' '.join(composed.translate(_FULL_WIDTH).split())


def name_key(text: str) -> str:
    """Return what ``name_key`` in the database makes of a name that is ``clean``."""
    return text.lower().replace(' ', '')


def has_grams(key: str) -> bool:
    """Whether the index can select by a key: by two letters, by three of ASCII."""
    return len(key) > 2 or (len(key) == 2 and not key.isascii())


def phone_digits(text: str) -> str:
    """Return a number, or a part of one, as digits dialled in Korea; empty when it is none."""
    text = _ABROAD.sub('+', text)
    digits = re.sub(r'\D', '', text)
    if not _PHONE.fullmatch(text) or len(digits) < MIN_PHONE_DIGITS:
        return ''
    try:
        parsed = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return digits
    is_whole = phonenumbers.is_possible_number(parsed) and len(digits) > 8
    if is_whole and parsed.country_code == COUNTRY_CODE:
        return '0' + str(parsed.national_number)
    if text.startswith('+82'):  # as far as it has been typed
        return '0' + digits[2:].lstrip('0')
    return digits


def _may_be_email(typed: str, phone: str) -> bool:
    return typed.isascii() and ' ' not in typed and (not phone or typed.isdecimal())


def _other_keyboard(typed: str) -> str:
    """Return the text as the other keyboard writes it, when it can be meant: whole syllables, or initials only."""
    if typed.isascii() and typed.isalpha():
        typed = (
            typed.lower() if typed.isupper() else typed
        )  # Caps Lock; one capital is a double consonant
        written = hangul.apart(hangul.typed_in_hangul(typed))
        is_name = all(hangul.is_syllable(letter) for letter in written)
        is_initials = all(letter in hangul.INITIALS for letter in written)
        return written if is_name or is_initials else ''
    if any(letter in hangul.VOWELS for letter in typed):
        return hangul.typed_in_latin(typed).lower()
    return ''


def _has_initials(key: str) -> bool:
    """Whether a key is of initials and syllables, with one initial at least."""
    letters = [letter in hangul.INITIALS for letter in key]
    return any(letters) and all(
        is_initial or hangul.is_syllable(letter)
        for letter, is_initial in zip(key, letters, strict=True)
    )


def _initial(letter: str) -> str:
    if not hangul.is_syllable(letter):
        return letter
    return hangul.INITIALS[
        (ord(letter) - ord(hangul.FIRST_SYLLABLE)) // hangul.SYLLABLES_AN_INITIAL
    ]


def _syllables(letter: str) -> str:
    if hangul.is_syllable(letter):
        return letter
    first, last = hangul.initial_range(letter)
    return f'[{letter}{first}-{last}]'


def _number(typed: str) -> int | None:
    """Return the customer number: ``C-0001234``, ``#1234``; bare only when written out in full, ``0001234``."""
    written = _NUMBER.fullmatch(typed)
    if not written and not (
        typed.isdecimal() and typed.isascii() and len(typed) == MIN_NUMBER_DIGITS
    ):
        return None
    number = int(written[1] if written else typed)
    return number if 0 < number <= MAX_NUMBER else None
