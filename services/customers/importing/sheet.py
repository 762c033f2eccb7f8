"""Parses the rows of a customer sheet: their values and errors.

It does not use the database: ``services.customers.importing.queries`` decides whether a row is a new customer.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from desk.errors import InvalidInputError
from desk.sheet_reader.rows import SheetRow, column_letters
from models import CallPermission, CustomerStatus, CustomerType, RiskLevel
from services.customers import fields as customer_fields
from services.customers.fields import MAX_ATTRIBUTES, MAX_MEMO_CHARS, MAX_PHONES, CustomerFields
from services.customers.importing.columns import SEVERAL, Column
from services.text.terms import clean

Value = str | int

CODE = re.compile(r'(?:c-?|#)?0*(\d{1,12})', re.IGNORECASE)
_BETWEEN_PHONES = re.compile(r'[;/|\n]|,\s')


WORDS: dict[Column, dict[str, str]] = {
    Column.TYPE: {
        '개인': CustomerType.INDIVIDUAL, '개인고객': CustomerType.INDIVIDUAL, 'individual': CustomerType.INDIVIDUAL,
        '법인': CustomerType.CORPORATE, '기업': CustomerType.CORPORATE, 'corporate': CustomerType.CORPORATE,
    },
    Column.STATUS: {
        '정상': CustomerStatus.ACTIVE, '활성': CustomerStatus.ACTIVE, 'active': CustomerStatus.ACTIVE,
        '휴면': CustomerStatus.INACTIVE, '비활성': CustomerStatus.INACTIVE, 'inactive': CustomerStatus.INACTIVE,
        '차단': CustomerStatus.BLOCKED, 'blocked': CustomerStatus.BLOCKED,
    },
    Column.RISK: {
        '낮음': RiskLevel.LOW, '하': RiskLevel.LOW, 'low': RiskLevel.LOW,
        '보통': RiskLevel.MEDIUM, '중': RiskLevel.MEDIUM, 'medium': RiskLevel.MEDIUM,
        '높음': RiskLevel.HIGH, '상': RiskLevel.HIGH, '고위험': RiskLevel.HIGH, 'high': RiskLevel.HIGH,
    },
    Column.PERMISSION: {
        **dict.fromkeys(
            ('동의', '동의함', '수신동의', '수신', '광고까지동의', '광고동의', '예', '네', 'y', 'yes', 'o', 'true', '1', 'anything'),
            CallPermission.ANYTHING,
        ),
        **dict.fromkeys(
            ('미동의', '비동의', '동의안함', '상담만', '상담전화만', '아니오', '아니요', 'n', 'no', 'x', 'false', '0', 'service'),
            CallPermission.SERVICE,
        ),
        **dict.fromkeys(
            ('거부', '수신거부', '전화거부', '모두거부', 'nothing', 'donotcall'), CallPermission.NOTHING
        ),
    },
}  # fmt: skip
"""Accepted words for the members of an enum. Who does not agree to advertising may still be called about their matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """The error of a row: a catalogue key and its values."""

    row: int
    """As Excel counts: the headings are row 1."""
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Given:
    """The values of one row. A column missing in ``values`` stays unchanged."""

    row: int
    values: dict[Column, Value] = field(default_factory=dict)
    other_phones: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    def cells(self) -> list[Value | None]:
        """Return the values for COPY in the order of ``COPIED``; ``other_phones`` in array syntax."""
        others = f'{{{",".join(self.other_phones)}}}' if self.other_phones else None
        own = json.dumps(self.attributes, ensure_ascii=False) if self.attributes else None
        return [self.row, *(self.values.get(column) for column in COPIED), others, own]


def check_columns(columns: Sequence[Column | None], headings: Sequence[str]) -> None:
    """Refuse two columns with one meaning, and an own field without a heading.

    Raises:
        InvalidInputError: two columns have the same meaning (``import.column_twice``), or a heading is missing.
    """
    first: dict[str, int] = {}
    for place, (column, heading) in enumerate(zip(columns, headings, strict=True)):
        if column is None or (column in SEVERAL and column is not Column.ATTRIBUTE):
            continue
        if column is Column.ATTRIBUTE and not heading:
            raise InvalidInputError('import.heading_missing', column=column_letters(place))
        goal = heading if column is Column.ATTRIBUTE else column.value
        before = first.setdefault(f'{column is Column.ATTRIBUTE} {goal}', place)
        if before != place:
            one, other = column_letters(before), column_letters(place)
            raise InvalidInputError('import.column_twice', first=one, second=other)


def parse_row(
    row: SheetRow, columns: Sequence[Column | None], headings: Sequence[str]
) -> Given | RowFault:
    """Parse one row by the meanings of its columns."""
    if row.fault:
        values = {'column': column_letters(row.place)} if row.place >= 0 else {}
        return RowFault(row=row.number, key=row.fault, values=values)
    given = Given(row=row.number)
    for cell, column, heading in zip(row.cells, columns, headings, strict=True):
        try:
            _take(given, column, cell, heading)
        except InvalidInputError as faulty:
            said = {'heading': heading, **faulty.values}
            return RowFault(row=row.number, key=faulty.key, values=said)
    if Column.NUMBER not in given.values and Column.PHONE not in given.values:
        return RowFault(row=row.number, key='import.no_key')
    return given


def _take(given: Given, column: Column | None, cell: str, heading: str) -> None:
    if not cell or column is None:
        return
    text = cell if column is Column.MEMO else clean(cell)  # a memo keeps its line breaks
    if not text:
        return
    if column is Column.ATTRIBUTE:
        read_ones = customer_fields.parse_fields(CustomerFields(attributes={heading: text}))
        for name, value in read_ones.items():
            given.attributes[name.removeprefix(customer_fields.ATTRIBUTE)] = str(value)
        if len(given.attributes) > MAX_ATTRIBUTES:
            raise InvalidInputError('customer.attributes_many', most=MAX_ATTRIBUTES)
    elif column is Column.OTHER_PHONES:
        given.other_phones = list(dict.fromkeys([*given.other_phones, *_phones(text)]))
        if len(given.other_phones) > MAX_PHONES:
            raise InvalidInputError('customer.phones_many', most=MAX_PHONES)
    else:
        given.values[column] = READERS[column](text)


def _number(text: str) -> int:
    if not (written := CODE.fullmatch(text)):
        raise InvalidInputError('import.number')
    return int(written[1])


def _phones(text: str) -> list[str]:
    return [customer_fields.read_phone(one) for one in _BETWEEN_PHONES.split(text) if one.strip()]


def _word(text: str, words: Mapping[str, str]) -> str:
    if (word := words.get(text.replace(' ', '').lower())) is None:
        raise InvalidInputError('import.word', words=', '.join(words))
    return str(word)


READERS: dict[Column, Callable[[str], Value]] = {
    Column.NUMBER: _number,
    Column.NAME: customer_fields.read_name,
    Column.PHONE: customer_fields.read_phone,
    Column.EMAIL: lambda text: customer_fields.read_email(text) or '',
    Column.TYPE: partial(_word, words=WORDS[Column.TYPE]),
    Column.STATUS: partial(_word, words=WORDS[Column.STATUS]),
    Column.RISK: partial(_word, words=WORDS[Column.RISK]),
    Column.PERMISSION: partial(_word, words=WORDS[Column.PERMISSION]),
    Column.MEMO: partial(customer_fields.read_text, key='customer.memo', most=MAX_MEMO_CHARS),
}
"""The parser for each meaning of a column."""
COPIED = tuple(READERS)
"""The columns that are copied, in this order, between the row's number and its other phones and
attributes."""
