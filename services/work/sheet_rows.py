"""Rows of small sheets that people upload, read in a process of its own."""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.errors import InvalidInputError
from desk.worker_process import WorkerError, worker_process

READER = 'services.work.sheet_reader'
READER_SECONDS = 60.0
MAX_FILE_BYTES = 10 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """A row as it was read."""

    row: int
    """As Excel counts."""
    cells: Sequence[str]
    fault: InvalidInputError | None = None
    """Why a cell cannot be read."""


async def sheet_rows(path: Path, known: Collection[str]) -> tuple[list[str], list[SheetLine]]:
    """Return the headings of a sheet, and its rows.

    Args:
        path: the file: CSV or XLSX.
        known: the headings by which the table is found, folded (``sheet_reader.folded``).

    Raises:
        InvalidInputError: not a sheet, or too large.
    """
    if (await asyncio.to_thread(path.stat)).st_size > MAX_FILE_BYTES:
        raise InvalidInputError('sheet.too_large', most=MAX_FILE_BYTES >> 20)
    lines: list[dict[str, Any]] = []
    try:
        async with worker_process(READER, str(path), *known, seconds=READER_SECONDS) as reader:
            lines.extend([json.loads(line) async for line in reader.says])
    except WorkerError as error:
        raise InvalidInputError('sheet.too_long') from error
    for line in lines:
        if 'unreadable' in line:
            raise InvalidInputError(line['unreadable'], **line['values'])
    return (lines[0]['headings'], [_line(one) for one in lines[1:]]) if lines else ([], [])


def _line(said: dict[str, Any]) -> SheetLine:
    wrong = InvalidInputError(said['fault'], column=said['column']) if said['fault'] else None
    return SheetLine(row=said['row'], cells=said['cells'], fault=wrong)
