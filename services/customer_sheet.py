"""A sheet of customers: which column is what, and what each row says or has wrong.

Knows no database: whether a row is a new customer or one on record is for ``customer_import``.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from desk.errors import InvalidInputError
from models import CustomerStatus, CustomerType, RiskLevel
from services import customer_fields
from services.customer_fields import MAX_MEMO_CHARS, CustomerFields
from services.search_terms import clean

Value = str | int

CODE = re.compile(r'(?:c-?|#)?0*(\d{1,12})', re.IGNORECASE)
_BETWEEN_PHONES = re.compile(r'[;/|\n]|,\s')
_LOST_ZERO = re.compile(r'(?:1[016789]|[2-7])\d{7,9}')
"""Excel takes 01012345678 for a number and leaves 1012345678."""
_PLAIN_MOBILE = re.compile(r'010[0-46-9]\d{7}')
"""What nine rows of ten have, and ``read_phone`` lets through as it is, forty times as slowly (0105… has gaps)."""


class Column(StrEnum):
    """What a column of a sheet may hold."""

    NUMBER = 'number'
    NAME = 'name'
    PHONE = 'phone'
    OTHER_PHONES = 'other_phones'
    EMAIL = 'email'
    TYPE = 'customer_type'
    STATUS = 'status'
    RISK = 'risk_level'
    MEMO = 'memo'
    ATTRIBUTE = 'attribute'
    """Of the centre's own kind: kept under its heading."""


HEADINGS: dict[str, Column] = {
    heading: column
    for column, headings in {
        Column.NUMBER: '고객번호 고객코드 번호 customernumber customerno customerid number code',
        Column.NAME: '이름 성명 고객명 고객이름 성함 상호 name customername fullname',
        Column.PHONE: '전화번호 전화 휴대폰 휴대전화 핸드폰 연락처 휴대폰번호 phone phonenumber mobile tel',
        Column.OTHER_PHONES: '다른전화번호 추가전화번호 기타전화 전화번호2 연락처2 otherphones phone2 altphone',
        Column.EMAIL: '이메일 메일 이메일주소 전자우편 email e-mail mail emailaddress',
        Column.TYPE: '고객유형 구분 유형 고객구분 type customertype',
        Column.STATUS: '상태 고객상태 status customerstatus',
        Column.RISK: '위험도 위험등급 risk risklevel',
        Column.MEMO: '메모 비고 특이사항 memo note notes remarks',
    }.items()
    for heading in headings.split()
}
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
}  # fmt: skip
"""What people write for the members of an enum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a row: a catalogue key and its values."""

    row: int
    """As Excel counts: the headings are row 1."""
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Given:
    """What one row says. A column that is not in ``values`` is to be left as it is."""

    row: int
    values: dict[Column, Value] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)

    def cells(self) -> list[Value | None]:
        """Return it in the order of ``COPIED``, for COPY; ``other_phones`` as PostgreSQL writes an array."""
        own = json.dumps(self.attributes, ensure_ascii=False) if self.attributes else None
        return [self.row, *(self.values.get(column) for column in COPIED), own]


def guessed(headings: Sequence[str]) -> list[Column | None]:
    """Return what each column most likely is; nothing where its heading says nothing. None is guessed twice."""
    found: list[Column | None] = []
    for heading in headings:
        column = HEADINGS.get(re.sub(r'[\s_.()*]', '', heading).lower())
        found.append(None if column in found else column)
    return found


def read(
    row: int, cells: Sequence[str], columns: Sequence[Column | None], headings: Sequence[str]
) -> Given | Fault:
    """Read one row by the mapping of its columns."""
    given = Given(row=row)
    for cell, column, heading in zip(cells, columns, headings, strict=True):
        try:
            _take(given, column, cell, heading)
        except InvalidInputError as faulty:
            return Fault(row=row, key=faulty.key, values={'heading': heading, **faulty.values})
    if Column.NUMBER not in given.values and Column.PHONE not in given.values:
        return Fault(row=row, key='import.no_key')
    return given


def _take(given: Given, column: Column | None, cell: str, heading: str) -> None:
    text = cell if column is Column.MEMO else clean(cell)  # a memo keeps its lines
    if not text or column is None:
        return
    if column is Column.ATTRIBUTE:
        read_ones = customer_fields.read(CustomerFields(attributes={heading: text}))
        for name, value in read_ones.items():
            given.attributes[name.removeprefix(customer_fields.ATTRIBUTE)] = str(value)
    else:
        given.values[column] = READERS[column](text)


def _number(text: str) -> int:
    if not (written := CODE.fullmatch(text)):
        raise InvalidInputError('import.number')
    return int(written[1])


def _phone(text: str) -> str:
    if _PLAIN_MOBILE.fullmatch(plain := text.replace('-', '')):
        return plain
    return customer_fields.read_phone(f'0{text}' if _LOST_ZERO.fullmatch(text) else text)


def _phones(text: str) -> str:
    phones = [_phone(one) for one in _BETWEEN_PHONES.split(text) if one.strip()]
    return '{' + ','.join(customer_fields.read_phones(phones)) + '}'


def _word(text: str, words: Mapping[str, str]) -> str:
    if (word := words.get(text.replace(' ', '').lower())) is None:
        raise InvalidInputError('import.word', words=', '.join(words))
    return str(word)


READERS: dict[Column, Callable[[str], Value]] = {
    Column.NUMBER: _number,
    Column.NAME: customer_fields.read_name,
    Column.PHONE: _phone,
    Column.OTHER_PHONES: _phones,
    Column.EMAIL: lambda text: customer_fields.read_email(text) or '',
    Column.TYPE: partial(_word, words=WORDS[Column.TYPE]),
    Column.STATUS: partial(_word, words=WORDS[Column.STATUS]),
    Column.RISK: partial(_word, words=WORDS[Column.RISK]),
    Column.MEMO: partial(customer_fields.read_text, key='customer.memo', most=MAX_MEMO_CHARS),
}
"""How the text of a cell is read."""
COPIED = tuple(READERS)
"""The columns that a row is copied by, in this order, between its number and its attributes."""
