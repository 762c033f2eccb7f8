"""Phone numbers: one parser for all input, one formatter for all output.

A Korean number is stored as it is dialled there, digits only: ``01012345678``, ``15881234``. A
foreign number is stored with plus and country code: ``+12124567890``. An extension (내선) follows an
``x``: ``0212345678x301``.

Google's ``phonenumbers`` decides which numbers are valid, and the numbering plan where the library
lags behind: eight digits from 15xx, 16xx and 18xx (대표번호), and 010 with exactly eight more.
"""

import re
import unicodedata
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat

from services.text.visible import UNSEEN

REGION, COUNTRY_CODE = 'KR', 82
MAX_CHARS = 60
"""The longest accepted spelling; longer text is not parsed."""
MAX_KEPT_CHARS = 20  # customers.phone, chat_sessions.visitor_phone
MIN_TYPED_DIGITS = 3
MIN_WHOLE_DIGITS = 9
"""Fewer digits may be the end of a longer number."""
EXTENSION = 'x'

_PLAIN_MOBILE = re.compile(r'(?:0|\+82)10-?([0-9]{4})-?([0-9]{4})')
"""Matches nine numbers of ten, as they are typed and as Connect writes them, forty times as fast as the library."""
_SHARED = r'1[568][0-9]{6}'
_SHARED_ABROAD = re.compile(rf'(?:\+?82)?({_SHARED})')
_MOBILE_NATIONAL = re.compile(r'10[0-9]{8}')
_NORTH_AMERICAN = re.compile(r'1[2-9][0-9]{9}')
"""Eleven digits with this beginning are no Korean number."""
_AS_DIALLED_FROM_ABROAD = re.compile(r'^00(?=82)')
# As NFKC leaves them: ㅡ has become \u1173 and ㆍ \u119e.
_DASHES = re.compile(r'[_\u00b7\u02d7\u1173\u119e\u2010-\u2015\u2022\u2212\u30fb\u30fc]')
_EXCEL_FLOAT = re.compile(r'([0-9]+)\.0+')
_NUMBER = re.compile(r'[^0-9+*@]*(\+?\s*[0-9][0-9\s().\-/]*[0-9])[^0-9+*@]*')
_BEGUN = re.compile(r'\+?[0-9\s().\-/]+')
_EXTENSION = re.compile(
    r'(?<=[0-9)\s])[\s,;(\-]*(?:내선(?:\s?번호)?|교환|구내|ext(?:ension)?|x|#)[\s.:=]*([0-9]{1,6})\s?번?[\s)]*$',
    re.IGNORECASE,
)
_WRITTEN = (
    re.compile(r'(02)([0-9]{3,4})([0-9]{4})'),
    re.compile(r'(050[0-9])([0-9]{3,4})([0-9]{4})'),
    re.compile(r'(0[0-9]{2})([0-9]{3,4})([0-9]{4})'),
    re.compile(rf'(?={_SHARED}$)([0-9]{{4}})([0-9]{{4}})'),
)


class TypedNumber(NamedTuple):
    """The number in a typed text: its digits as they are stored, or as many as were typed."""

    digits: str = ''
    is_all: bool = False
    """Whether the text contains nothing else."""


def parse_phone(text: str) -> str | None:
    """Return a number as it is stored, from any spelling; ``None`` for one that cannot be dialled.

    Words around it are ignored, as in ``전화 010-1234-5678 (본인)``.
    """
    if plain := _PLAIN_MOBILE.fullmatch(text):
        return f'010{plain[1]}{plain[2]}'
    if len(text) > MAX_CHARS:
        return None
    spelt = _spelt(text)
    extension = _EXTENSION.search(spelt)
    found = _NUMBER.fullmatch(spelt[: extension.start()] if extension else spelt)
    number = _dialled_in_korea(re.sub(r'[^0-9+]', '', found[1])) if found else None
    if number and extension:
        number += EXTENSION + extension[1]
    return number if number and len(number) <= MAX_KEPT_CHARS else None


def typed_number(text: str) -> TypedNumber:
    """Return the digits to search for from a typed number or part of one: start, end or middle."""
    if len(text) > MAX_CHARS:
        return TypedNumber()
    spelt, whole = _spelt(text), parse_phone(text)
    if not _BEGUN.fullmatch(spelt):
        is_all = whole is not None and not any(map(str.isalpha, spelt))
        return TypedNumber(whole or '', is_all)
    begun = _AS_DIALLED_FROM_ABROAD.sub('+', re.sub(r'[^0-9+]', '', spelt))
    digits = begun.lstrip('+')
    if len(digits) < MIN_TYPED_DIGITS:
        return TypedNumber()
    if whole and len(digits) >= MIN_WHOLE_DIGITS:
        return TypedNumber(whole, is_all=True)
    if begun.startswith('+82'):
        return TypedNumber('0' + digits[2:].lstrip('0'), is_all=True)
    return TypedNumber(begun, is_all=True)


def written(number: str, *, extension: str = '내선') -> str:
    """Return a stored number as people write it: ``010-1234-5678``, ``02-1234-5678 내선 301``."""
    line, _, ending = number.partition(EXTENSION)
    shown = '-'.join(_parts(line)) or _written_abroad(line)
    return f'{shown} {extension} {ending}' if ending else shown


def masked_phone(number: str) -> str:
    """Return a stored number with its middle hidden: ``010-****-5678``; empty stays empty.

    A number without an area code keeps only its last four digits. The extension is left out.
    """
    line = without_extension(number)
    parts = _parts(line)
    if len(parts) == 3:
        return f'{parts[0]}-{"*" * len(parts[1])}-{parts[2]}'
    return f'****-{line[-4:]}' if len(line) > 4 else '****' if line else ''


def without_extension(number: str) -> str:
    """Return the number without its extension."""
    return number.partition(EXTENSION)[0]


def e164(number: str) -> str:
    """Return a stored number in E.164, without its extension: ``+821012345678``, ``+8215881234``."""
    line = without_extension(number)
    return line if line.startswith('+') else f'+{COUNTRY_CODE}{line.removeprefix("0")}'


def _spelt(text: str) -> str:
    """Return a spelling in ASCII digits and hyphens, without a spreadsheet's ``.0``."""
    spelt = _DASHES.sub('-', unicodedata.normalize('NFKC', UNSEEN.sub('', text)).strip())
    if not spelt.isascii():
        spelt = ''.join(str(int(one)) if one.isdecimal() else one for one in spelt)
    as_float = _EXCEL_FLOAT.fullmatch(spelt)
    return as_float[1] if as_float else spelt


def _dialled_in_korea(spelt: str) -> str | None:
    """Return a number as it is stored, from its digits and an optional plus."""
    if shared := _SHARED_ABROAD.fullmatch(spelt):
        return shared[1]
    spelt = _AS_DIALLED_FROM_ABROAD.sub('+', spelt)
    spellings = [spelt]
    if _NORTH_AMERICAN.fullmatch(spelt):
        spellings.append('+' + spelt)
    if spelt.startswith('00'):  # 00 in place of a Korean prefix (001, 002 …)
        spellings.append('+' + spelt[2:])
    return next(filter(None, map(_kept, spellings)), None)


def _kept(spelt: str) -> str | None:
    try:
        parsed = phonenumbers.parse(spelt, REGION)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code != COUNTRY_CODE:
        is_valid = phonenumbers.is_valid_number(parsed)
        return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if is_valid else None
    national = str(parsed.national_number)
    if national.startswith('10'):
        return f'0{national}' if _MOBILE_NATIONAL.fullmatch(national) else None
    if not phonenumbers.is_valid_number(parsed) or parsed.italian_leading_zero:
        return None
    return national if re.fullmatch(_SHARED, national) else f'0{national}'


def _parts(line: str) -> tuple[str, ...]:
    """Return the hyphenated parts of a Korean number; empty for others."""
    found = next(filter(None, (one.fullmatch(line) for one in _WRITTEN)), None)
    return found.groups() if found else ()


def _written_abroad(line: str) -> str:
    if not line.startswith('+'):
        return line
    try:
        parsed = phonenumbers.parse(line)
    except phonenumbers.NumberParseException:
        return line
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
