"""CSV as people bring it: Korean Excel's encodings, its separators, its odd habits, and one bad line among good ones."""

from pathlib import Path

import pytest

from desk.sheet_reader.csv_files import MAX_RECORD_CHARS
from desk.sheet_reader.rows import SheetRow, UnreadableSheetError
from desk.sheet_reader.sheets import open_sheet
from tests.support.sheets import cells_of, kept

LINES = [['이름', '전화번호'], ['김철수', '01012345678'], ['똠방각하', '']]


def as_csv(separator: str = ',') -> str:
    return ''.join(separator.join(line) + '\r\n' for line in LINES)


@pytest.mark.parametrize(
    ('content', 'encoding'),
    [
        (as_csv().encode('cp949'), 'cp949'),
        (as_csv().encode(), 'utf-8-sig'),
        (as_csv().encode('utf-8-sig'), 'utf-8-sig'),
        (as_csv('\t').encode('utf-16'), 'utf-16'),
        (as_csv(';').encode('cp949'), 'cp949'),
    ],
)
def test_korean_csv_is_read_whatever_saved_it(
    tmp_path: Path, content: bytes, encoding: str
) -> None:
    sheet = open_sheet(kept(tmp_path, content))

    assert (sheet.encoding, sheet.headings) == (encoding, ('이름', '전화번호'))
    assert list(sheet.rows) == [SheetRow(2, LINES[1]), SheetRow(3, LINES[2])]


@pytest.mark.parametrize('first', ['sep=;', '"sep=;"', 'SEP=;'])
def test_line_that_tells_excel_the_separator_is_no_row(tmp_path: Path, first: str) -> None:
    sheet = open_sheet(kept(tmp_path, f'{first}\r\n이름;메모\r\n김철수;가, 나, 다\r\n'))

    assert sheet.headings == ('이름', '메모')
    assert list(sheet.rows) == [SheetRow(2, ['김철수', '가, 나, 다'])]


def test_separator_is_what_parts_most_lines_alike(tmp_path: Path) -> None:
    content = '고객 목록, 2026년, 부산\r\n이름;메모\r\n김철수;가, 나\r\n이영희;다\r\n'

    assert cells_of(open_sheet(kept(tmp_path, content))) == [['김철수', '가, 나'], ['이영희', '다']]


@pytest.mark.parametrize('quote', ['', '"'])
def test_second_byte_order_mark_is_no_letter(tmp_path: Path, quote: str) -> None:
    content = f'\ufeff\ufeff{quote}이름{quote},전화번호\r\n김철수,010\r\n'

    assert open_sheet(kept(tmp_path, content)).headings == ('이름', '전화번호')


def test_quoted_cells_keep_their_commas_and_lines(tmp_path: Path) -> None:
    content = '이름,메모\r\n"김, 철수","두 줄\n""입니다"""\r\n'

    assert cells_of(open_sheet(kept(tmp_path, content))) == [['김, 철수', '두 줄\n"입니다"']]


@pytest.mark.parametrize(
    ('cell', 'text'),
    [
        ("'+82 10-1234-5678", '+82 10-1234-5678'),
        ("'김철수", '김철수'),
        ("'01012345678", '01012345678'),
        ("'t Hooft", "'t Hooft"),
        ("'따옴표'", "'따옴표'"),
        ("'", "'"),
        ("O'Brien", "O'Brien"),
        ('\u200b김철수\ufeff', '김철수'),
    ],
)
def test_what_excel_hides_is_taken_off(tmp_path: Path, cell: str, text: str) -> None:
    assert cells_of(open_sheet(kept(tmp_path, f'이름,등급\n{cell},A\n'))) == [[text, 'A']]


def test_stray_quote_is_the_fault_of_its_line_alone(tmp_path: Path) -> None:
    content = '이름,메모\n김철수,"닫지 않음\n이영희,가\n"박"새로,나\n최하나,"다"\n정다섯,5" 화면\n"마지막,라'

    rows = list(open_sheet(kept(tmp_path, content)).rows)

    assert [(row.number, row.fault) for row in rows if row.fault] == [
        (2, 'sheet.quote'), (4, 'sheet.quote'), (7, 'sheet.quote'),
    ]  # fmt: skip
    assert [row.cells for row in rows if not row.fault] == [
        ['이영희', '가'], ['최하나', '다'], ['정다섯', '5" 화면'],
    ]  # fmt: skip


def test_cell_of_50_000_characters_is_a_cell(tmp_path: Path) -> None:
    content = f'이름,메모\n김철수,{"가" * 50_000}\n이영희,나\n'

    assert cells_of(open_sheet(kept(tmp_path, content))) == [
        ['김철수', '가' * 50_000],
        ['이영희', '나'],
    ]


@pytest.mark.parametrize('quote', ['', '"'])
def test_line_without_end_is_the_fault_of_its_row(tmp_path: Path, quote: str) -> None:
    endless = 'x' * (MAX_RECORD_CHARS + 10)
    content = f'이름,메모\n김철수,{quote}{endless}{quote}\n이영희,나\n'

    first, second = open_sheet(kept(tmp_path, content)).rows

    assert (first.number, first.fault) == (2, 'sheet.row_long')
    assert (second.number, second.cells, second.fault) == (3, ['이영희', '나'], '')


@pytest.mark.parametrize(
    ('content', 'key'),
    [
        (b'', 'sheet.empty'),
        (b'\r\n,,\r\n', 'sheet.empty'),
        (b'\x89PNG\r\n\x1a\n\x00\x00\xff\xfe', 'sheet.encoding'),
        (b'name\xff\xff\r\n', 'sheet.encoding'),
        (','.join('x' * 101).encode(), 'sheet.too_wide'),
        (b'<html><table><tr><td>Kim</td></tr></table>', 'sheet.web_page'),
        ('\ufeff<!DOCTYPE html>'.encode(), 'sheet.web_page'),
        ('<?xml version="1.0"?><Workbook/>'.encode('utf-16'), 'sheet.web_page'),
        (b'<## NASCA DRM FILE - VER1.00 ##>\x00\x01', 'sheet.locked'),
        (b'SCDSA004\x00\x01', 'sheet.locked'),
    ],
)
def test_what_is_no_sheet_is_named(tmp_path: Path, content: bytes, key: str) -> None:
    with pytest.raises(UnreadableSheetError, match=key):
        open_sheet(kept(tmp_path, content))
