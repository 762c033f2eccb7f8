"""A small sheet as headings and rows, read by a process of its own: a broken or huge file harms nobody else.

python -m desk.sheet_lines PATH MOST_CHARS HEADING…     writes them as lines of JSON; the headings are those of the table
"""

import asyncio
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from desk.errors import InvalidInputError
from desk.sheet_reader.rows import UnreadableSheetError, column_letters
from desk.sheet_reader.sheets import Sheet, open_sheet
from desk.worker_process import WorkerError, bound_work, worker_process

NamedT = TypeVar('NamedT', bound=StrEnum)
MAX_SHEET_BYTES = 10 << 20
MAX_ROWS = 5_000
"""The most rows in one sheet: no centre has more people, and a month of their shifts fits in a few files."""
MAX_CELL_CHARS = 500
MAX_CPU_SECONDS = 30
MAX_MEMORY_BYTES = 1 << 30
MAX_FILE_BYTES = 1 << 20
READER_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One row: its number as Excel counts, its cells, and why it cannot be read."""

    row: int
    cells: Sequence[str]
    fault: InvalidInputError | None = None


def folded(heading: str) -> str:
    """Return a heading as it is compared: without blanks, in small letters."""
    return ''.join(heading.split()).lower()


def by_name(named: Mapping[NamedT, Sequence[str]]) -> dict[str, NamedT]:
    """Return what each folded name means: those given for it, and its own value."""
    return {folded(name): one for one, names in named.items() for name in (one.value, *names)}


async def sheet_lines(
    path: Path, known: Collection[str], *, most_chars: int = MAX_CELL_CHARS
) -> tuple[list[str], list[SheetLine]]:
    """Return the headings of a sheet, and its rows.

    Args:
        path: the file, CSV or XLSX.
        known: the headings by which the table is found, folded.
        most_chars: longer cells are cut there.

    Raises:
        InvalidInputError: not a sheet, or too large.
    """
    if (await asyncio.to_thread(path.stat)).st_size > MAX_SHEET_BYTES:
        raise InvalidInputError('sheet.too_large', most=MAX_SHEET_BYTES >> 20)
    arguments = str(path), str(most_chars), *known
    lines: list[dict[str, Any]] = []
    try:
        async with worker_process(
            'desk.sheet_lines', *arguments, seconds=READER_SECONDS
        ) as process:
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


def main(path: str, most_chars: str, *known: str) -> None:
    """Read the sheet in this process; an unreadable one is reported as ``{"unreadable": key}``."""
    bound_work(
        cpu_seconds=MAX_CPU_SECONDS, memory_bytes=MAX_MEMORY_BYTES, file_bytes=MAX_FILE_BYTES
    )
    wanted = frozenset(known)
    try:
        sheet = open_sheet(
            Path(path), recognise=lambda found: sum(folded(one) in wanted for one in found)
        )
        _write(sheet, int(most_chars))
    except UnreadableSheetError as error:
        _say(unreadable=str(error), values=error.values)
    except (MemoryError, OSError):
        _say(unreadable='sheet.too_long', values={})


def _write(sheet: Sheet, most_chars: int) -> None:
    _say(headings=[one[:most_chars] for one in sheet.headings])
    for count, row in enumerate(sheet.rows, start=1):
        if count > MAX_ROWS:
            raise UnreadableSheetError('sheet.too_long')
        cells = [cell[:most_chars] for cell in row.cells]
        column = column_letters(row.place) if row.place >= 0 else ''
        _say(row=row.number, cells=cells, fault=row.fault, column=column)


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + '\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
