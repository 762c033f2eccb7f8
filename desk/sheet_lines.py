"""A small sheet as headings and rows, read by a process of its own: a broken or huge file harms nobody else.

A feature's reader module calls ``write_lines`` in that process, the feature itself ``sheet_lines``.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.errors import InvalidInputError
from desk.sheet_reader.rows import UnreadableSheetError, column_letters
from desk.sheet_reader.sheets import Sheet, open_sheet
from desk.worker_process import WorkerError, bound_work, worker_process

MAX_CPU_SECONDS = 30
MAX_MEMORY_BYTES = 1 << 30
MAX_FILE_BYTES = 1 << 20
READER_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One row: its number as Excel counts, its cells, and why it cannot be read."""

    row: int
    cells: Sequence[str]
    fault: InvalidInputError | None


def write_lines(
    path: str, recognise: Callable[[Sequence[str]], int], *, most_rows: int, most_chars: int
) -> None:
    """Write a sheet's headings and rows to standard output as lines of JSON; an unreadable one is reported.

    Args:
        path: the file, CSV or XLSX.
        recognise: returns how many of a row's cells are headings that are known.
        most_rows: a sheet with more is refused.
        most_chars: longer cells are cut there.
    """
    bound_work(
        cpu_seconds=MAX_CPU_SECONDS, memory_bytes=MAX_MEMORY_BYTES, file_bytes=MAX_FILE_BYTES
    )
    try:
        _write(open_sheet(Path(path), recognise=recognise), most_rows, most_chars)
    except UnreadableSheetError as error:
        _say(unreadable=str(error), values=error.values)
    except (MemoryError, OSError):
        _say(unreadable='sheet.too_long', values={})


def _write(sheet: Sheet, most_rows: int, most_chars: int) -> None:
    _say(headings=[one[:most_chars] for one in sheet.headings])
    for count, row in enumerate(sheet.rows, start=1):
        if count > most_rows:
            raise UnreadableSheetError('sheet.too_long')
        cells = [cell[:most_chars] for cell in row.cells]
        column = column_letters(row.place) if row.place >= 0 else ''
        _say(row=row.number, cells=cells, fault=row.fault, column=column)


async def sheet_lines(reader: str, path: Path) -> tuple[list[str], list[SheetLine]]:
    """Return headings and rows as a reader module writes them. Raises ``InvalidInputError``."""
    lines: list[dict[str, Any]] = []
    try:
        async with worker_process(reader, str(path), seconds=READER_SECONDS) as process:
            lines.extend([json.loads(line) async for line in process.says])
    except WorkerError as error:
        raise InvalidInputError('sheet.too_long') from error
    for line in lines:
        if 'unreadable' in line:
            raise InvalidInputError(line['unreadable'], **line['values'])
    return (lines[0]['headings'], [_line(one) for one in lines[1:]]) if lines else ([], [])


def _line(said: dict[str, Any]) -> SheetLine:
    fault = InvalidInputError(said['fault'], column=said['column']) if said['fault'] else None
    return SheetLine(row=said['row'], cells=said['cells'], fault=fault)


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + '\n')
