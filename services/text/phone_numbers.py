"""Telephone numbers: one reader for every way in, one writer for every way out.

A number of Korea is kept as it is dialled there, digits only: ``01012345678``, ``15881234``. One of another country is
kept with its plus and country code: ``+12124567890``. An extension (내선) follows an ``x``: ``0212345678x301``.

What is a number is decided by Google's ``phonenumbers``, and by the numbering plan where that lags behind it:
eight digits from 15xx, 16xx and 18xx (대표번호) and 010 with eight more, no fewer.
"""

import re
import unicodedata
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat

from services.text.visible import UNSEEN

REGION, COUNTRY_CODE = 'KR', 82
MAX_CHARS = 60
"""The longest spelling: what is longer is not looked at."""
MAX_KEPT_CHARS = 20  # customers.phone, chat_sessions.visitor_phone
MIN_TYPED_DIGITS = 3
MIN_WHOLE_DIGITS = 9
"""Fewer digits may as well be the end of a longer number."""
EXTENSION = 'x'

_PLAIN_MOBILE = re.compile(r'010-?([0-9]{4})-?([0-9]{4})')
"""What nine numbers of ten look like; the library would take forty times as long to say the same."""
_SHARED = r'1[568][0-9]{6}'
_SHARED_ABROAD = re.compile(rf'(?:\+?82)?({_SHARED})')
_MOBILE_NATIONAL = re.compile(r'10[0-9]{8}')
_NORTH_AMERICAN = re.compile(r'1[2-9][0-9]{9}')
"""Eleven digits that begin so are nothing in Korea."""
_AS_DIALLED_FROM_ABROAD = re.compile(r'^00(?=82)')
# As NFKC leaves them: ㅡ is \u1173 and ㆍ is \u119e by then.
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
    """What a typed text says of a number: its digits as they are kept, or as many as were typed."""

    digits: str = ''
    is_all: bool = False
    """Whether the text says nothing else."""


def parse_phone(text: str) -> str | None:
    """Return a number, however it is spelt, as it is kept; nothing when it is none that can be dialled.

    Words around it, as in ``전화 010-1234-5678 (본인)``, are left out.
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
    """Return what is looked for when somebody types a number, or a part of one: its beginning, its end, its middle."""
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
    """Return a kept number as people write it: ``010-1234-5678``, ``+1 212-456-7890``, ``02-1234-5678 내선 301``."""
    line, _, ending = number.partition(EXTENSION)
    shown = '-'.join(_parts(line)) or _written_abroad(line)
    return f'{shown} {extension} {ending}' if ending else shown


def masked_phone(number: str) -> str:
    """Return a kept number with its middle hidden: ``010-****-5678``; empty stays empty.

    What begins with no area code keeps its last four digits only. An extension is not told.
    """
    line = without_extension(number)
    parts = _parts(line)
    if len(parts) == 3:
        return f'{parts[0]}-{"*" * len(parts[1])}-{parts[2]}'
    return f'****-{line[-4:]}' if len(line) > 4 else '****' if line else ''


def without_extension(number: str) -> str:
    """Return the number that is dialled before an extension is asked for."""
    return number.partition(EXTENSION)[0]


def e164(number: str) -> str:
    """Return a kept number as telephone networks spell it, its extension left out: ``+821012345678``, ``+8215881234``."""
    line = without_extension(number)
    return line if line.startswith('+') else f'+{COUNTRY_CODE}{line.removeprefix("0")}'


def _spelt(text: str) -> str:
    """Return a spelling in ASCII digits and hyphens, without unseen signs and the ``.0`` of a cell that was a number."""
    spelt = _DASHES.sub('-', unicodedata.normalize('NFKC', UNSEEN.sub('', text)).strip())
    if not spelt.isascii():
        spelt = ''.join(str(int(one)) if one.isdecimal() else one for one in spelt)
    as_float = _EXCEL_FLOAT.fullmatch(spelt)
    return as_float[1] if as_float else spelt


def _dialled_in_korea(spelt: str) -> str | None:
    """Return a number as it is kept, of its digits and perhaps a plus."""
    if shared := _SHARED_ABROAD.fullmatch(spelt):
        return shared[1]
    spelt = _AS_DIALLED_FROM_ABROAD.sub('+', spelt)
    spellings = [spelt]
    if _NORTH_AMERICAN.fullmatch(spelt):
        spellings.append('+' + spelt)
    if spelt.startswith('00'):  # 00 where Korea dials 001, 002 …
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
    """Return the parts that hyphens stand between in a number of Korea; none for others."""
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
