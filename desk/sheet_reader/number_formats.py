"""Excel's number formats (ECMA-376 part 1, 18.8.31), as far as tables use them.

Colours, widths and languages are ignored, dates are returned as ISO 8601, and an unknown format
returns the plain number.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, auto
from functools import lru_cache

GENERAL = 'General'
MAX_CODE_CHARS = 255
"""Excel's own limit."""
MAX_SHOWN = 1e15
"""Above the 15 digits that Excel keeps, every format returns the plain number."""
MAX_DECIMALS = 15
BUILT_IN = {
    1: '0', 2: '0.00', 3: '#,##0', 4: '#,##0.00', 9: '0%', 10: '0.00%', 37: '#,##0', 38: '#,##0', 39: '#,##0.00',
    40: '#,##0.00', 14: 'yyyy-mm-dd', 15: 'yyyy-mm-dd', 16: 'yyyy-mm-dd', 17: 'yyyy-mm-dd', 18: 'h:mm', 19: 'h:mm:ss',
    20: 'h:mm', 21: 'h:mm:ss', 22: 'yyyy-mm-dd h:mm', 45: '[h]:mm:ss', 46: '[h]:mm:ss', 47: '[h]:mm:ss',
    **dict.fromkeys((*range(27, 32), 36, *range(50, 59)), 'yyyy-mm-dd'),
    **dict.fromkeys(range(32, 36), 'h:mm:ss'),
}  # fmt: skip
"""Formats that a workbook names by number only; 27 to 36 and 50 to 58 are Korean, Japanese and Chinese dates."""
DAY_SECONDS = 86_400
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a date without a time zone
FIRST_RIGHT_DAY = 61
"""Excel counts a 29 February 1900 that never was, so its earlier day numbers are off by one."""
LAST_DAY = 2_958_466

SURE_CHARS = 15
"""A plain number of at most this length is shown as it is written."""
_AS_SHOWN = re.compile(r'(?:[1-9][0-9]*|0(?!\.0000))(?:\.[0-9]*[1-9])?')
_WHOLE = re.compile('[1-9][0-9]{0,13}')
_SECTION = re.compile(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])*)(?:;|$)')
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracketed>[^\]]*)\]|_.|\*.|(?P<places>[0#?]+|[.,%])|(?P<other>.)',
    re.DOTALL,
)
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_AS_IT_IS = re.compile('general|g/|@|e[+-]')
"""General (also in Korean Excel's word), text, and powers of ten: the number is shown as it is."""
_CONDITION = re.compile(r'(<=|>=|<>|=|<|>)\s*(-?\d+(?:\.\d+)?)')
_CURRENCY = re.compile(r'\$([^-]*)')
_ELAPSED = re.compile(r'\[(h+|m+|s+)\]', re.IGNORECASE)


class _Kind(Enum):
    """The kind of value that a format shows."""

    NUMBER = auto()
    DATE = auto()
    TIME = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format, with the condition for its numbers, if any."""

    code: str
    condition: tuple[str, Decimal] | None

    def holds_for(self, number: Decimal) -> bool:
        if self.condition is None:
            return True
        sign, limit = self.condition
        return {
            '<': number < limit, '<=': number <= limit, '>': number > limit,
            '>=': number >= limit, '=': number == limit, '<>': number != limit,
        }[sign]  # fmt: skip


def shown(number: float, code: str, *, is_1904: bool = False) -> str:
    """Return a number as a cell with this format shows it."""
    if code == GENERAL or not -MAX_SHOWN < number < MAX_SHOWN:
        return general(number)
    match _kind(code):
        case _Kind.DATE:
            return _date(number, EPOCH_1904 if is_1904 else EPOCH)
        case _Kind.TIME:
            return _time(number)
        case _Kind.NUMBER:
            return _formatted(number, _sections(code))
        case _Kind.OTHER:
            return general(number)


def shown_by(code: str, *, is_1904: bool = False) -> Callable[[str], str]:
    """Return a function that shows a number's text in this format, or raises ``ValueError``."""

    def usual(text: str) -> str:
        return shown(float(text), code, is_1904=is_1904)

    def as_written(text: str) -> str:
        return text if len(text) <= SURE_CHARS and _AS_SHOWN.fullmatch(text) else usual(text)

    def with_zeros(text: str) -> str:
        return text.zfill(len(code)) if _WHOLE.fullmatch(text) else usual(text)

    if code == GENERAL:
        return as_written
    if not code.strip('0'):  # postcodes and item numbers
        return with_zeros
    return lru_cache(maxsize=8_192)(usual) if _kind(code) is _Kind.DATE else usual


def general(number: float) -> str:
    """Return a number with the 15 digits that Excel keeps; a whole one without a decimal point."""
    if number.is_integer() and abs(number) < MAX_SHOWN:
        return str(int(number))
    return f'{number:.15g}'


@lru_cache(maxsize=512)
def _kind(code: str) -> _Kind:
    if _ELAPSED.search(code):
        return _Kind.TIME
    bare = _LITERALS.sub('', code.partition(';')[0]).lower()
    if _AS_IT_IS.search(bare):
        return _Kind.OTHER
    has_digits = bool(re.search('[0#?]', bare.replace('.0', '')))
    if re.search('[yd]', bare) or (bare.strip('-/. ') in {'m', 'mm', 'mmm', 'mmmm'}):
        return _Kind.DATE
    if re.search('[hs]', bare):
        return _Kind.TIME
    return _Kind.NUMBER if has_digits and '/' not in bare else _Kind.OTHER


@lru_cache(maxsize=512)
def _sections(code: str) -> Sequence[_Section]:
    """Return a format's sections in the order in which their conditions are tested."""
    codes = [match[1] for match in _SECTION.finditer(code) if match[0]][:3]
    sections = [_Section(one, _condition(one)) for one in codes]
    if len(sections) < 2 or any(one.condition for one in sections):
        return sections
    positive, negative, *zero = codes
    return [
        *(_Section(one, ('=', Decimal(0))) for one in zero),
        _Section(negative, ('<', Decimal(0))),
        _Section(positive, None),
    ]


def _condition(code: str) -> tuple[str, Decimal] | None:
    bracketed = re.match(r'\[([^\]]*)\]', code)
    found = _CONDITION.fullmatch(bracketed[1]) if bracketed else None
    return (found[1], Decimal(found[2])) if found else None


def _formatted(number: float, sections: Sequence[_Section]) -> str:
    if number.is_integer() and number >= 0 and sections[0].code == '#,##0' and len(sections) == 1:
        return f'{int(number):,}'
    value = Decimal(repr(number))
    section = next((one for one in sections if one.holds_for(value)), None)
    if section is None:
        return general(number)
    has_own_sign = section.condition is not None and section.condition[0] in {'<', '<='}
    sign = '-' if value < 0 and not has_own_sign else ''
    return sign + _laid_out(abs(value), section.code).strip()


def _laid_out(value: Decimal, code: str) -> str:
    """Put the digits of a number into the digit places of a format; other characters stay."""
    tokens = list(_TOKEN.finditer(code))
    masks = ''.join(match['places'] or '' for match in tokens)
    whole, _, behind = masks.replace('%', '').partition('.')
    decimals = behind.replace(',', '')[:MAX_DECIMALS]
    thousands = len(whole) - len(whole.rstrip(','))
    value = value * 100 ** masks.count('%') / 1000**thousands
    digits, _, rest = (
        f'{value.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP):f}'.partition('.')
    )
    places = _filled(digits, whole.replace(',', ''), is_grouped=',' in whole.rstrip(','))
    out: list[str] = []
    is_behind = False
    for match in tokens:
        mask = match['places'] or ''
        if mask == '.':
            is_behind = True
            out.extend(places if not whole else ())
            out.append(_decimals(rest, decimals))
        elif mask in {'', '%'}:
            out.append(mask or _literal(match))
        elif mask != ',' and not is_behind:
            out.extend(next(places) for _ in mask)
    return ''.join(out)


def _filled(digits: str, pattern: str, *, is_grouped: bool) -> Iterator[str]:
    """Return the text of each digit place, filled from the right; surplus digits go to the first."""
    digits = '' if digits == '0' else digits
    padded = digits.rjust(len(pattern), '\0')
    surplus = len(padded) - len(pattern)
    texts = [padded[: surplus + 1], *padded[surplus + 1 :]]
    for place, (text, mask) in enumerate(zip(texts, pattern, strict=False)):
        if text == '\0':
            texts[place] = '0' if mask == '0' else ''
    if is_grouped and (number := ''.join(texts)):
        texts = [f'{int(number):,}', *([''] * (len(texts) - 1))]
    return iter(texts)


def _decimals(rest: str, pattern: str) -> str:
    kept = len(pattern.rstrip('#?'))
    shortened = rest[:kept] + rest[kept:].rstrip('0')
    return f'.{shortened}' if shortened else ''


def _literal(match: re.Match[str]) -> str:
    if match['bracketed'] is not None:
        currency = _CURRENCY.match(match['bracketed'])
        return currency[1] if currency else ''
    return match['quoted'] or match['escaped'] or match['other'] or ''


def _date(number: float, epoch: datetime) -> str:
    days = number if number >= FIRST_RIGHT_DAY or epoch is EPOCH_1904 else number + 1
    if not 0 <= days < LAST_DAY:
        return general(number)
    if number < 1 and epoch is EPOCH:
        return _time(number)
    moment = epoch + timedelta(seconds=round(days * DAY_SECONDS))
    return moment.date().isoformat() if number.is_integer() else moment.isoformat(' ')


def _time(number: float) -> str:
    seconds = round(number * DAY_SECONDS)
    if seconds < 0:
        return general(number)
    return f'{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}'
