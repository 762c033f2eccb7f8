"""Workbooks as programs write them, as they look, and broken ones in bounded time and memory."""

import io
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # has no stubs

from desk.sheet_reader.rows import SheetRow, UnreadableSheetError
from desk.sheet_reader.sheets import open_sheet
from tests.support.sheets import MAIN, cells_of, inline, kept, raw_workbook, workbook, workbook_of

ROOT = Path(__file__).parents[3]
HEAD = f'<row r="1">{inline("A1", "이름")}{inline("B1", "메모")}</row>'
READING = """
import sys
from pathlib import Path
import psutil
from desk.sheet_reader.sheets import open_sheet
process, rows, most = psutil.Process(), 0, 0
before = process.memory_info().rss
for row in open_sheet(Path(sys.argv[1])).rows:
    rows += 1
    if rows % 1000 == 0:
        most = max(most, process.memory_info().rss - before)
print(rows, most >> 20)
"""
"""Reads a sheet in a process of its own; says how many rows there are and how many MB it took."""
COMPOUND = bytes.fromhex('d0cf11e0a1b11ae1')


def test_workbook_is_read_as_it_looks(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet('빈 시트')
        hidden = book.add_worksheet('숨김')
        hidden.write_row(0, 0, ['비밀'])
        hidden.hide()
        people = book.add_worksheet('고객')
        people.write_row(0, 0, ['이름', '전화번호', '점수'])
        people.write_row(2, 0, ['김철수', 1012345678, 1.5])

    sheet = open_sheet(kept(tmp_path, workbook(fill)))

    assert (sheet.encoding, sheet.name, sheet.names) == ('xlsx', '고객', ('빈 시트', '고객'))
    assert sheet.headings == ('이름', '전화번호', '점수')
    assert list(sheet.rows) == [SheetRow(3, ['김철수', '1012345678', '1.5'])]


def test_number_formats_are_kept(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ['우편번호', '할인', '동의', '가입일', '포인트'])
        sheet.write(1, 0, 6123, book.add_format({'num_format': '00000'}))
        sheet.write(1, 1, 0.15, book.add_format({'num_format': '0 %'}))
        sheet.write(1, 2, True)
        sheet.write(1, 3, date(2026, 3, 2), book.add_format({'num_format': 'yyyy-mm-dd'}))
        sheet.write(1, 4, 12345, book.add_format({'num_format': 3}))

    sheet = open_sheet(kept(tmp_path, workbook(fill)))

    assert cells_of(sheet) == [['06123', '15 %', 'TRUE', '2026-03-02', '12,345']]


def test_rich_texts_are_put_together_without_how_they_are_said(tmp_path: Path) -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>이름</t></si><si><t>메모</t></si>'
        '<si><r><t>김</t></r><r><t>철수</t></r><rPh sb="0" eb="1"><t>キム</t></rPh></si></sst>'
    )
    rows = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
        '<row><c t="s"><v>2</v></c><c t="inlineStr"><is><r><t>두 </t></r><r><t>줄</t></r></is></c></row>'
        '<row><c t="str"><f>A1&amp;B1</f><v>계산한 값</v></c><c t="e"><v>#N/A</v></c></row>'
    )
    content = raw_workbook(rows, parts={'xl/sharedStrings.xml': strings})

    assert cells_of(open_sheet(kept(tmp_path, content))) == [
        ['김철수', '두 줄'],
        ['계산한 값', '#N/A'],
    ]


def test_prefixes_and_slashes_of_other_programs_are_understood(tmp_path: Path) -> None:
    rows = '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>이름</x:t></x:is></x:c></x:row>'
    sheet_xml = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    content = raw_workbook('', parts={'xl\\worksheets\\Sheet1.xml': sheet_xml})

    assert open_sheet(kept(tmp_path, content)).headings == ('이름',)


@pytest.mark.parametrize('dimension', ['A1', 'A1:XFD1048576', 'nonsense'])
def test_wrong_dimension_is_not_believed(tmp_path: Path, dimension: str) -> None:
    row = f'<row r="2">{inline("A2", "김철수")}{inline("B2", "단골")}</row>'
    sheet_xml = f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/><sheetData>{HEAD}{row}</sheetData></worksheet>'
    content = raw_workbook('', parts={'xl/worksheets/sheet1.xml': sheet_xml})

    assert cells_of(open_sheet(kept(tmp_path, content))) == [['김철수', '단골']]


@pytest.mark.parametrize('reference', ['ZZZZZZ2', '2', '가2', 'XFE2', '', 'A2'])
def test_broken_cell_reference_is_the_fault_of_its_row(tmp_path: Path, reference: str) -> None:
    rows = (
        f'<row r="2">{inline("A2", "김철수")}<c r="{reference or "?"}" t="inlineStr"><is><t>단골</t></is></c></row>'
        f'<row r="3">{inline("A3", "이영희")}{inline("B3", "새로")}</row>'
    )

    first, second = open_sheet(kept(tmp_path, raw_workbook(HEAD + rows))).rows

    assert (first.number, first.fault) == (2, 'sheet.reference')
    assert second == SheetRow(3, ['이영희', '새로'])


@pytest.mark.parametrize('number', ['1', '0', '-5', '99999999999999', 'x'])
def test_broken_row_number_is_the_fault_of_its_row(tmp_path: Path, number: str) -> None:
    rows = f'<row r="{number}"><c t="inlineStr"><is><t>김철수</t></is></c></row><row r="3">{inline("A3", "이영희")}</row>'

    first, second = open_sheet(kept(tmp_path, raw_workbook(HEAD + rows))).rows

    assert (first.number, first.fault) == (2, 'sheet.reference')
    assert (second.number, second.fault) == (3, '')


def test_value_that_is_none_is_the_fault_of_its_row(tmp_path: Path) -> None:
    rows = '<row r="2"><c r="A2"><v>12x</v></c></row><row r="3"><c r="A3" t="s"><v>7</v></c></row>'

    faults = [
        (row.number, row.fault, row.place)
        for row in open_sheet(kept(tmp_path, raw_workbook(HEAD + rows))).rows
    ]

    assert faults == [(2, 'sheet.cell', 0), (3, 'sheet.cell', 0)]


def test_stray_cell_in_the_last_column_is_named_and_costs_nothing(tmp_path: Path) -> None:
    rows = ''.join(f'<row r="{row}">{inline(f"A{row}", "김철수")}</row>' for row in range(2, 40))
    stray = f'<row r="1048576">{inline("XFD1048576", "여기")}</row>'

    *others, last = open_sheet(kept(tmp_path, raw_workbook(HEAD + rows + stray))).rows

    assert not any(row.fault for row in others)
    assert (last.number, last.fault, last.place) == (1_048_576, 'sheet.beyond', 16_383)


def test_whole_workbook_of_eight_hundred_kilobytes_takes_little_memory(tmp_path: Path) -> None:
    """It unpacks to 100 times its size: twelve hundred thousand cells, all the same."""
    head = ''.join(inline(f'{letter}1', f'메모 {letter}') for letter in 'ABCDEFGHIJ')
    row = '<row>' + '<c t="inlineStr"><is><t>메모</t></is></c>' * 10 + '</row>'
    content = raw_workbook(f'<row>{head}</row>' + row * 120_000)
    path = kept(tmp_path, content)
    assert len(content) < 800_000

    said = subprocess.run(
        [sys.executable, '-c', READING, str(path)], cwd=ROOT, capture_output=True, check=True
    )

    rows, megabytes = map(int, said.stdout.split())
    assert rows == 120_000
    assert megabytes < 60


def test_entities_that_grow_are_refused_at_once(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    sheet_xml = f'{bomb}<worksheet xmlns="{MAIN}"><sheetData>{HEAD}</sheetData></worksheet>'
    content = raw_workbook('', parts={'xl/worksheets/sheet1.xml': sheet_xml})

    with pytest.raises(UnreadableSheetError, match=r'sheet\.broken'):
        open_sheet(kept(tmp_path, content))


@pytest.mark.parametrize(
    ('content', 'key'),
    [
        (b'PK\x03\x04 cut off', 'sheet.broken'),
        (workbook_of(['이름'], ['김철수'])[:-200], 'sheet.broken'),
        (workbook_of(), 'sheet.empty'),
        (raw_workbook('', parts={'xl/worksheets/sheet1.xml': '<worksheet><sheetData>'}), 'sheet.broken'),
        (raw_workbook('', parts={'xl/workbook.xml': 'no XML'}), 'sheet.broken'),
        (COMPOUND + 'EncryptedPackage'.encode('utf-16-le'), 'sheet.locked'),
        (COMPOUND + bytes(600) + 'Workbook'.encode('utf-16-le'), 'sheet.old_workbook'),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_its_sentence(tmp_path: Path, content: bytes, key: str) -> None:
    with pytest.raises(UnreadableSheetError, match=key):
        list(open_sheet(kept(tmp_path, content)).rows)


@pytest.mark.parametrize('part', ['word/document.xml', 'content.xml', 'xl/workbook.bin'])
def test_other_packages_are_told_apart_from_workbooks(tmp_path: Path, part: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr(part, 'anything')

    with pytest.raises(UnreadableSheetError, match=r'sheet\.encoding'):
        open_sheet(kept(tmp_path, file.getvalue()))
