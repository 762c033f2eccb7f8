"""Sheets as people bring them: Korean Excel's encodings, its separators, its odd habits, and broken files."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # has no stubs

from desk.sheet_reader import UnreadableSheetError, open_sheet

LINES = [['이름', '전화번호'], ['김철수', '01012345678'], ['똠방각하', '']]


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / 'sheet'
    path.write_bytes(content)
    return path


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
    sheet = open_sheet(written(tmp_path, content))

    assert (sheet.encoding, sheet.headings) == (encoding, ('이름', '전화번호'))
    assert list(sheet.rows) == [(2, LINES[1]), (3, LINES[2])]


def test_quoted_cells_keep_their_commas_and_lines(tmp_path: Path) -> None:
    content = '이름,메모\r\n"김, 철수","두 줄\n""입니다"""\r\n'

    sheet = open_sheet(written(tmp_path, content.encode()))

    assert list(sheet.rows) == [(2, ['김, 철수', '두 줄\n"입니다"'])]


def test_ragged_and_blank_rows_are_evened_out(tmp_path: Path) -> None:
    sheet = open_sheet(written(tmp_path, b'\r\nname,phone,,\r\n\r\nKim\r\nLee,010,x,y,z\r\n'))

    assert sheet.headings == ('name', 'phone')
    assert list(sheet.rows) == [(4, ['Kim', '']), (5, ['Lee', '010'])]


def test_guard_against_formulas_is_taken_off(tmp_path: Path) -> None:
    sheet = open_sheet(written(tmp_path, b"phone\r\n'+82 10-1234-5678\r\n"))

    assert list(sheet.rows) == [(2, ['+82 10-1234-5678'])]


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        fill(book)
    return file.getvalue()


def test_workbook_is_read_as_it_looks(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet('빈 시트')
        hidden = book.add_worksheet('숨김')
        hidden.write_row(0, 0, ['비밀'])
        hidden.hide()
        people = book.add_worksheet('고객')
        people.write_row(0, 0, ['이름', '전화번호', '점수'])
        people.write_row(2, 0, ['김철수', 1012345678, 1.5])

    sheet = open_sheet(written(tmp_path, workbook(fill)))

    assert (sheet.encoding, sheet.headings) == ('xlsx', ('이름', '전화번호', '점수'))
    assert list(sheet.rows) == [(3, ['김철수', '1012345678', '1.5'])]


@pytest.mark.parametrize(
    ('content', 'key'),
    [
        (b'', 'sheet.empty'),
        (b'\r\n,,\r\n', 'sheet.empty'),
        (b'PK\x03\x04 cut off', 'sheet.broken'),
        (b'\x89PNG\r\n\x1a\n\x00\x00\xff\xfe', 'sheet.encoding'),
        (b'name\xff\xff\r\n', 'sheet.encoding'),
        (','.join('x' * 101).encode(), 'sheet.too_wide'),
        (workbook(lambda book: book.add_worksheet()), 'sheet.empty'),
    ],
)
def test_what_is_no_sheet_is_named(tmp_path: Path, content: bytes, key: str) -> None:
    with pytest.raises(UnreadableSheetError, match=key):
        open_sheet(written(tmp_path, content))


def test_csv_broken_further_down_is_named_when_it_is_met(tmp_path: Path) -> None:
    sheet = open_sheet(written(tmp_path, b'name,memo\r\nKim,"never closed\r\nLee,x\r\n'))

    with pytest.raises(UnreadableSheetError, match=r'sheet\.broken'):
        list(sheet.rows)
