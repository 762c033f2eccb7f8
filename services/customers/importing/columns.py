"""The meaning of a sheet's columns, guessed from their headings and cells."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum


class Column(StrEnum):
    """The possible meanings of a column."""

    NUMBER = 'number'
    NAME = 'name'
    PHONE = 'phone'
    OTHER_PHONES = 'other_phones'
    EMAIL = 'email'
    TYPE = 'customer_type'
    STATUS = 'status'
    RISK = 'risk_level'
    PERMISSION = 'call_permission'
    MEMO = 'memo'
    ATTRIBUTE = 'attribute'
    """The centre's own field: stored under the column's heading."""


SEVERAL = frozenset({Column.OTHER_PHONES, Column.ATTRIBUTE})
"""Meanings that several columns may share; every other meaning has one column."""
HEADINGS: dict[str, Column] = {
    heading: column
    for column, headings in {
        Column.NUMBER: '번호 코드 id no number code customernumber customerno customerid',
        Column.NAME: '이름 성명 성함 고객명 회원명 상호 상호명 name fullname',
        Column.PHONE: (
            '전화번호 전화 휴대폰 휴대전화 핸드폰 연락처 휴대폰번호 휴대전화번호 핸드폰번호 휴대번호 모바일 폰번호 hp '
            'phone phonenumber phoneno mobile mobilephone mobilenumber mobileno cell cellphone tel telno telephone '
            'contactnumber'
        ),
        Column.OTHER_PHONES: (
            '다른전화번호 다른연락처 추가전화번호 추가연락처 기타전화 기타연락처 비상연락처 집전화 집전화번호 자택전화 '
            '회사전화 직장전화 유선전화 otherphone otherphones altphone homephone workphone officephone'
        ),
        Column.EMAIL: '이메일 메일 이메일주소 메일주소 전자우편 email mail emailaddress',
        Column.TYPE: '유형 구분 type',
        Column.STATUS: '상태 status',
        Column.RISK: '위험도 위험등급 risk risklevel',
        Column.PERMISSION: (
            '수신동의 수신동의여부 전화동의 전화동의여부 전화수신동의 전화수신동의여부 전화수신 광고수신동의 광고수신동의여부 광고전화동의 '
            '광고동의 마케팅동의 마케팅동의여부 마케팅수신동의 마케팅수신동의여부 callpermission callconsent marketingconsent'
        ),
        Column.MEMO: '메모 비고 특이사항 memo note notes remarks',
    }.items()
    for heading in headings.split()
}
"""Headings without spaces, punctuation and text in brackets."""
OWNERS = ('고객', '회원', 'customer')
"""Words that may precede a heading: 고객 성함."""
_REMARK = re.compile(r'\([^)]*\)|\[[^\]]*\]')
_MARKS = re.compile(r'[\W_]')
_NUMBERED = re.compile(r'(.+?)(\d)')
_CODE = re.compile(r'c-\d{1,12}', re.IGNORECASE)


def known(headings: Sequence[str]) -> int:
    """Return how many columns have a known heading."""
    return len({column for heading in headings if (column := _column(heading))})


def guessed(headings: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> list[Column | None]:
    """Return the likeliest meaning of each column; ``None`` for an unknown heading.

    No meaning is guessed twice.

    A column counts as the customer number only when its cells look like one: in most sheets 번호
    numbers the rows or belongs to another system, and would match wrong customers.
    """
    found: list[Column | None] = []
    for place, heading in enumerate(headings):
        column = _column(heading)
        if column is Column.NUMBER and not _are_codes([row[place] for row in sample]):
            column = None
        is_again = column in found and column not in SEVERAL
        found.append(None if is_again else column)
    return found


def _column(heading: str) -> Column | None:
    text = unicodedata.normalize('NFKC', heading).lower()
    key = _MARKS.sub('', _REMARK.sub('', text)) or _MARKS.sub('', text)
    numbered = _NUMBERED.fullmatch(key)
    column = _by_key(numbered[1] if numbered else key)
    if not numbered or numbered[2] == '1':
        return column
    return Column.OTHER_PHONES if column in {Column.PHONE, Column.OTHER_PHONES} else None


def _by_key(key: str) -> Column | None:
    if key in HEADINGS:
        return HEADINGS[key]
    owner = next((one for one in OWNERS if key.startswith(one)), '')
    return HEADINGS.get(key.removeprefix(owner)) if owner else None


def _are_codes(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(map(_CODE.fullmatch, filled))
