"""Where the table of a sheet is: titles above it, covers in front of it, headings in two rows, columns without any."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # has no stubs

from desk.sheet_reader.rows import SheetRow
from desk.sheet_reader.sheets import Headings, SheetChoice, open_sheet
from tests.support.sheets import cells_of, kept, workbook, workbook_of

KNOWN = {'이름', '구분', '휴대폰', '이메일', '연락처', '전화번호', '비고'}
PEOPLE: tuple[list[object], ...] = (
    ['김철수', '개인', '010-1234-5678'],
    ['이영희', '법인', '02-345-6789'],
)


def recognised(headings: Sequence[str]) -> int:
    return len(KNOWN & {*headings})


def test_title_above_the_headings_is_none_of_them(tmp_path: Path) -> None:
    content = workbook_of(
        ['2026년 고객 명단'],
        ['작성: 김관리', '', '2026-03-02'],
        [],
        ['이름', '구분', '휴대폰'],
        *PEOPLE,
    )

    sheet = open_sheet(kept(tmp_path, content), recognise=recognised)

    assert (sheet.place, sheet.headings) == (Headings(4, 4), ('이름', '구분', '휴대폰'))
    assert [row.number for row in sheet.rows] == [5, 6]


def test_title_is_seen_though_no_heading_is_known(tmp_path: Path) -> None:
    sheet = open_sheet(kept(tmp_path, 'Customers of 2026\n\nNom,Ville,Tel\nKim,Busan,010\n'))

    assert sheet.headings == ('Nom', 'Ville', 'Tel')


def test_heading_in_two_rows_is_read_from_both(tmp_path: Path) -> None:
    content = workbook_of(
        ['이름', '연락처', '', '비고'],
        ['', '휴대폰', '이메일', ''],
        ['김철수', '010', 'kim@example.com', '단골'],
    )

    sheet = open_sheet(kept(tmp_path, content), recognise=recognised)

    assert (sheet.place, sheet.headings) == (Headings(1, 2), ('이름', '휴대폰', '이메일', '비고'))
    assert cells_of(sheet) == [['김철수', '010', 'kim@example.com', '단골']]


def test_same_heading_under_two_groups_is_told_apart_by_them(tmp_path: Path) -> None:
    content = workbook_of(
        ['본인', '', '보호자', ''],
        ['이름', '전화번호', '이름', '전화번호'],
        ['김철수', '1', '김영수', '2'],
    )

    sheet = open_sheet(kept(tmp_path, content), recognise=recognised)

    assert sheet.headings == ('이름', '전화번호', '보호자 이름', '보호자 전화번호')


def test_first_customer_is_no_second_row_of_headings(tmp_path: Path) -> None:
    content = workbook_of(['이름', '구분', '휴대폰', ''], ['김철수', '', '010', '적어 둔 것'])

    sheet = open_sheet(kept(tmp_path, content), recognise=recognised)

    assert sheet.place == Headings(1, 1)


def with_cover(book: xlsxwriter.Workbook) -> None:
    cover = book.add_worksheet('표지')
    cover.write_column(0, 0, ['고객 명단', '고객지원본부'])
    table = book.add_worksheet('명단')
    table.write_row(0, 0, ['이름', '구분', '휴대폰'])
    for number, row in enumerate(PEOPLE, start=1):
        table.write_row(number, 0, row)
    book.add_worksheet('참고').write_row(0, 0, ['지역', '우편번호'])


def test_cover_sheet_is_passed_over(tmp_path: Path) -> None:
    sheet = open_sheet(kept(tmp_path, workbook(with_cover)), recognise=recognised)

    assert (sheet.name, sheet.names) == ('명단', ('표지', '명단', '참고'))
    assert cells_of(sheet) == [list(row) for row in PEOPLE]


def test_sheet_and_row_can_be_chosen(tmp_path: Path) -> None:
    path = kept(tmp_path, workbook(with_cover))

    other = open_sheet(path, SheetChoice('참고'), recognised)
    lower = open_sheet(path, SheetChoice('명단', Headings(2, 2)), recognised)

    assert other.headings == ('지역', '우편번호')
    assert (lower.headings, len(cells_of(lower))) == (('김철수', '개인', '010-1234-5678'), 1)


def test_headings_are_in_composed_letters_on_one_line(tmp_path: Path) -> None:
    apart = unicodedata.normalize('NFD', '고객\n이름')

    assert open_sheet(kept(tmp_path, f'"{apart}",전화\n김철수,010\n')).headings == (
        '고객 이름',
        '전화',
    )


def test_column_with_cells_and_no_heading_is_shown(tmp_path: Path) -> None:
    sheet = open_sheet(kept(tmp_path, '\r\nname,phone,,\r\n\r\nKim\r\nLee,010,x,y,z\r\n'))

    assert sheet.headings == ('name', 'phone', '', '', '')
    assert list(sheet.rows) == [
        SheetRow(4, ['Kim', '', '', '', '']),
        SheetRow(5, ['Lee', '010', 'x', 'y', 'z']),
    ]


def test_cell_beyond_all_that_is_shown_is_the_fault_of_its_row(tmp_path: Path) -> None:
    lines = ''.join(f'Kim{number},010\n' for number in range(20))

    rows = list(open_sheet(kept(tmp_path, f'name,phone\n{lines}Lee,010,,more\nPark,010,,\n')).rows)

    assert [row for row in rows if row.fault] == [SheetRow(22, ['Lee', '010'], 'sheet.beyond', 3)]


@pytest.mark.parametrize('empty', ['', ',,,\n'])
def test_blank_rows_are_left_out_and_counted(tmp_path: Path, empty: str) -> None:
    sheet = open_sheet(kept(tmp_path, f'name,phone\n{empty}\nKim,010\n'))

    assert [row.number for row in sheet.rows] == [3 + bool(empty)]
