"""Sheets: Korean intact, nothing a formula, rows streamed, and no process left behind."""

import asyncio
import contextlib
import csv
import io
from collections.abc import AsyncIterator

import psutil
import pytest
from python_calamine import CalamineWorkbook

from desk import sheets
from desk.sheets import Cell, Rows
from desk.worker_process import WorkerError, worker_process
from tests.support.until import until

ROWS: list[list[Cell]] = [
    ['이름', '말'],
    ['김철수', '=HYPERLINK("http://evil.example","여기")'],
    ['왕 "가나다", 라', '두 줄\n입니다 🙂'],
    ['+82 10', -5],
]


async def batches(rows: Rows, size: int = 2) -> AsyncIterator[Rows]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


async def whole(parts: AsyncIterator[bytes]) -> bytes:
    return b''.join([part async for part in parts])


@pytest.mark.parametrize('start', ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＠', '  ='])  # noqa: RUF001
def test_nothing_typed_is_a_formula(start: str) -> None:
    assert sheets.harmless(f'{start}1+1') == f"'{start}1+1"


@pytest.mark.parametrize('cell', ['김철수', '010-1234-5678', '', -5, None, 'a=b'])
def test_what_is_no_formula_stays(cell: Cell) -> None:
    assert sheets.harmless(cell) == cell


async def test_csv_opens_in_excel_as_it_was_written() -> None:
    written = await whole(sheets.csv_stream(batches(ROWS)))

    assert written.startswith(b'\xef\xbb\xbf')
    read = list(csv.reader(io.StringIO(written.decode('utf-8-sig'), newline='')))
    assert read[1][1] == '\'=HYPERLINK("http://evil.example","여기")'
    assert read[2] == ROWS[2]
    assert read[3] == ["'+82 10", '-5']


async def test_xlsx_holds_the_same_rows_and_no_formula() -> None:
    written = await whole(sheets.xlsx_stream(batches(ROWS)))

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(written)).get_sheet_by_index(0)
    assert sheet.to_python() == [*ROWS[:3], ['+82 10', -5.0]]
    assert b'<f>' not in written


async def test_reader_who_leaves_leaves_no_process() -> None:
    async def endless() -> AsyncIterator[Rows]:
        while True:
            yield ROWS

    writing = asyncio.ensure_future(whole(sheets.xlsx_stream(endless())))
    await until(is_writing)

    writing.cancel()

    with contextlib.suppress(asyncio.CancelledError):
        await writing
    assert not is_writing()


def is_writing() -> bool:
    """Whether a process of this test writes a workbook."""
    return any('desk.sheets' in one.cmdline() for one in psutil.Process().children())


async def test_module_that_fails_is_told() -> None:
    async def fail() -> None:
        async with worker_process('desk.sheets') as writer:
            writer.feed.write(b'not JSON\n')
            writer.feed.close()

    with pytest.raises(WorkerError, match='desk\\.sheets'):
        await fail()
