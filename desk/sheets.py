"""Spreadsheet output for Excel: rows as CSV, and as XLSX in a separate process.

python -m desk.sheets      reads lines of JSON, each a list of rows; writes one XLSX to standard
output
"""

import csv
import io
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import BinaryIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # has no stubs

from desk.worker_process import bound_work, worker_process

Cell = str | int | float | None
Row = Sequence[Cell]
Rows = Sequence[Row]

BYTE_ORDER_MARK = '\ufeff'.encode()
"""Without it Excel reads a CSV as CP949 and garbles Korean."""
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠')  # noqa: RUF001
"""OWASP, "CSV Injection": characters that make a cell a formula; Excel accepts the full-width ones too."""
MAX_XLSX_ROWS = 1_048_575
"""Excel's own limit of 1,048,576, less the heading row."""
CHUNK_BYTES = 64 * 1024
MAX_CPU_SECONDS = 1_800
MAX_MEMORY_BYTES = 1 << 30
MAX_FILE_BYTES = 4 << 30
"""The limit for files of the process that writes a workbook; far above the largest one."""


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs as a formula: an apostrophe in front makes it text."""
    if isinstance(cell, str) and cell.lstrip(' ').startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def csv_bytes(rows: Rows) -> bytes:
    """Return rows as CSV (RFC 4180, UTF-8), free of formulas. A file begins with ``BYTE_ORDER_MARK``."""
    written = io.StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


async def csv_stream(batches: AsyncIterator[Rows]) -> AsyncGenerator[bytes]:
    """Yield a CSV file in chunks."""
    yield BYTE_ORDER_MARK
    async for rows in batches:
        yield csv_bytes(rows)


async def xlsx_stream(batches: AsyncIterator[Rows]) -> AsyncGenerator[bytes]:
    """Return an XLSX file bit by bit, none of it before the last row. Raises ``worker_process.WorkerError``."""
    async with worker_process('desk.sheets') as writer:
        async for rows in batches:
            writer.feed.write(json.dumps([list(row) for row in rows]).encode() + b'\n')
            await writer.feed.drain()
        writer.feed.close()
        while part := await writer.says.read(CHUNK_BYTES):
            yield part


def _write_workbook(lines: BinaryIO, file: BinaryIO) -> None:
    options = {'constant_memory': True, 'strings_to_formulas': False, 'strings_to_urls': False}
    with Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        count = 0
        for line in lines:
            for row in json.loads(line):
                sheet.write_row(count, 0, row)
                count += 1


def main() -> None:
    """Write the rows from standard input as one workbook."""
    bound_work(
        cpu_seconds=MAX_CPU_SECONDS, memory_bytes=MAX_MEMORY_BYTES, file_bytes=MAX_FILE_BYTES
    )
    with tempfile.TemporaryFile() as file:
        _write_workbook(sys.stdin.buffer, file)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)


if __name__ == '__main__':
    main()
