"""What a row of a sheet says: columns by their headings, cells as people write them, faults by name."""

import pytest

from desk.errors import InvalidInputError
from desk.sheet_reader.rows import SheetRow
from services.customers.fields import MAX_ATTRIBUTES, read_phone
from services.customers.importing.columns import Column
from services.customers.importing.sheet import Given, RowFault, check_columns, parse_row


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
        (Column.PHONE, '21234567.0', '021234567'),
        (Column.PHONE, '02-1234-5678 내선 301', '0212345678x301'),
        (Column.PHONE, '+1 212-456-7890', '+12124567890'),
        (Column.EMAIL, 'Kim@Example.com', 'Kim@example.com'),
        (Column.TYPE, '법인', 'corporate'),
        (Column.STATUS, ' 차단 ', 'blocked'),
        (Column.RISK, 'HIGH', 'high'),
        (Column.PERMISSION, 'Y', 'anything'),
        (Column.PERMISSION, '광고까지 동의', 'anything'),
        (Column.PERMISSION, '아니오', 'service'),
        (Column.PERMISSION, '상담 전화만', 'service'),
        (Column.PERMISSION, '수신 거부', 'nothing'),
        (Column.MEMO, '두 줄\n입니다', '두 줄\n입니다'),
    ],
)
def test_cells_are_read_as_people_write_them(column: Column, cell: str, value: object) -> None:
    given = parse_row(SheetRow(2, ['01055556666', cell]), [Column.PHONE, column], ['전화', '제목'])

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
    fault = parse_row(SheetRow(7, ['01055556666', cell]), [Column.PHONE, column], ['전화', '제목'])

    assert isinstance(fault, RowFault)
    assert (fault.row, fault.key, fault.values['heading']) == (7, key, '제목')


def test_several_columns_of_other_phones_are_put_together() -> None:
    columns = [Column.PHONE, Column.OTHER_PHONES, Column.OTHER_PHONES]
    row = SheetRow(2, ['01055556666', '02-345-6789; 010 9999 8888', '010-9999-8888'])

    given = parse_row(row, columns, ['전화', '집전화', '회사전화'])

    assert isinstance(given, Given)
    assert given.other_phones == ['023456789', '01099998888']


@pytest.mark.parametrize(
    ('columns', 'headings', 'key', 'values'),
    [
        (['phone', 'phone'], ['전화', '휴대폰'], 'import.column_twice', {'first': 'A', 'second': 'B'}),
        (['phone', 'memo', 'memo'], ['전화', '비고', '메모'], 'import.column_twice', {'first': 'B', 'second': 'C'}),
        (['phone', 'attribute', 'attribute'], ['전화', '등급', '등급'], 'import.column_twice', {'first': 'B', 'second': 'C'}),
        (['phone', 'attribute'], ['전화', ''], 'import.heading_missing', {'column': 'B'}),
    ],
)  # fmt: skip
def test_column_that_would_overwrite_another_is_refused(
    columns: list[str], headings: list[str], key: str, values: dict[str, str]
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_columns([Column(one) for one in columns], headings)

    assert (refused.value.key, refused.value.values) == (key, values)


def test_columns_that_hold_several_may_be_several() -> None:
    columns = [Column.PHONE, Column.OTHER_PHONES, Column.OTHER_PHONES, Column.ATTRIBUTE, None, None]

    check_columns(columns, ['전화', '전화2', '전화3', '등급', '등급', ''])


def test_row_of_more_own_fields_than_a_customer_may_have_is_a_fault() -> None:
    headings = ['전화', *(f'항목{number}' for number in range(25))]
    row = SheetRow(2, ['01055556666', *'가' * 25])

    fault = parse_row(row, [Column.PHONE, *[Column.ATTRIBUTE] * 25], headings)

    assert isinstance(fault, RowFault)
    assert (fault.key, fault.values['most']) == ('customer.attributes_many', MAX_ATTRIBUTES)


def test_row_that_could_not_be_read_is_a_fault_with_its_column() -> None:
    row = SheetRow(9, ['01055556666'], 'sheet.beyond', 27)

    fault = parse_row(row, [Column.PHONE], ['전화'])

    assert fault == RowFault(row=9, key='sheet.beyond', values={'column': 'AB'})


def test_row_about_nobody_is_a_fault() -> None:
    fault = parse_row(SheetRow(2, ['김철수', '']), [Column.NAME, Column.PHONE], ['이름', '전화'])

    assert fault == RowFault(row=2, key='import.no_key')


def test_empty_cells_and_columns_left_alone_say_nothing() -> None:
    headings = ['이름', '전화', '등급', '기타']
    columns = [Column.NAME, Column.PHONE, Column.ATTRIBUTE, None]

    given = parse_row(SheetRow(2, ['', '01012345678', '골드', '무엇이든']), columns, headings)

    assert isinstance(given, Given)
    assert given.values == {Column.PHONE: '01012345678'}
    assert given.attributes == {'등급': '골드'}


@pytest.mark.parametrize('start', ['0100', '0101', '0104', '0106', '0109'])
def test_plain_mobile_numbers_are_what_the_library_makes_of_them(start: str) -> None:
    for end in ('0000000', '1234567', '9999999'):
        given = parse_row(SheetRow(2, [f'{start}{end}']), [Column.PHONE], ['전화'])

        assert isinstance(given, Given)
        assert given.values[Column.PHONE] == read_phone(f'{start}{end}')
