"""What a row of a sheet says: columns by their headings, cells as people write them, faults by name."""

import pytest

from services.customer_fields import read_phone
from services.customer_sheet import Column, Fault, Given, guessed, read


@pytest.mark.parametrize(
    ('headings', 'columns'),
    [
        (['고객번호', '성명', '휴대폰 번호', 'E-Mail'], ['number', 'name', 'phone', 'email']),
        (['Name', 'Mobile', '회원등급'], ['name', 'phone', None]),
        (['이름', '전화번호', '전화 번호'], ['name', 'phone', None]),  # none is guessed twice
        (['비고', '위험도', '구분', '상태'], ['memo', 'risk_level', 'customer_type', 'status']),
    ],
)
def test_headings_tell_their_columns(headings: list[str], columns: list[str | None]) -> None:
    assert guessed(headings) == columns


@pytest.mark.parametrize(
    ('column', 'cell', 'value'),
    [
        (Column.NUMBER, 'C-0001234', 1234),
        (Column.NUMBER, '1234', 1234),
        (Column.NAME, '  김  철수 ', '김 철수'),
        (Column.PHONE, '010-1234-5678', '01012345678'),
        (Column.PHONE, '+82 10 1234 5678', '01012345678'),
        (Column.PHONE, '1012345678', '01012345678'),  # Excel took it for a number
        (Column.PHONE, '23456789', '023456789'),
        (Column.OTHER_PHONES, '02-345-6789; 010 9999 8888', '{023456789,01099998888}'),
        (Column.EMAIL, 'Kim@Example.com', 'Kim@Example.com'),
        (Column.TYPE, '법인', 'corporate'),
        (Column.STATUS, ' 차단 ', 'blocked'),
        (Column.RISK, 'HIGH', 'high'),
        (Column.MEMO, '두 줄\n입니다', '두 줄\n입니다'),
    ],
)
def test_cells_are_read_as_people_write_them(column: Column, cell: str, value: object) -> None:
    given = read(2, ['01055556666', cell], [Column.PHONE, column], ['전화', '제목'])

    assert isinstance(given, Given)
    assert given.values[column] == value


@pytest.mark.parametrize(
    ('column', 'cell', 'key'),
    [
        (Column.NUMBER, 'VIP', 'import.number'),
        (Column.PHONE, '12', 'customer.phone'),
        (Column.PHONE, '없음', 'customer.phone'),
        (Column.OTHER_PHONES, '010-1234-5678; 집', 'customer.phone'),
        (Column.EMAIL, 'kim@', 'customer.email'),
        (Column.TYPE, '외계인', 'import.word'),
        (Column.NAME, '가' * 101, 'customer.name'),
        (Column.ATTRIBUTE, '가' * 201, 'customer.attribute'),
    ],
)
def test_fault_names_its_row_and_heading(column: Column, cell: str, key: str) -> None:
    fault = read(7, ['01055556666', cell], [Column.PHONE, column], ['전화', '제목'])

    assert isinstance(fault, Fault)
    assert (fault.row, fault.key, fault.values['heading']) == (7, key, '제목')


def test_row_about_nobody_is_a_fault() -> None:
    fault = read(2, ['김철수', ''], [Column.NAME, Column.PHONE], ['이름', '전화'])

    assert fault == Fault(row=2, key='import.no_key')


def test_empty_cells_and_columns_left_alone_say_nothing() -> None:
    headings = ['이름', '전화', '등급', '기타']
    columns = [Column.NAME, Column.PHONE, Column.ATTRIBUTE, None]

    given = read(2, ['', '01012345678', '골드', '무엇이든'], columns, headings)

    assert isinstance(given, Given)
    assert given.values == {Column.PHONE: '01012345678'}
    assert given.attributes == {'등급': '골드'}


@pytest.mark.parametrize('start', ['0100', '0101', '0104', '0106', '0109'])
def test_plain_mobile_numbers_are_what_the_library_makes_of_them(start: str) -> None:
    for end in ('0000000', '1234567', '9999999'):
        given = read(2, [f'{start}{end}'], [Column.PHONE], ['전화'])

        assert isinstance(given, Given)
        assert given.values[Column.PHONE] == read_phone(f'{start}{end}')
