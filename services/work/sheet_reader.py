"""Reads a small sheet in a separate process (``desk.worker_process``): headings and rows as lines of JSON.

python -m services.work.sheet_reader PATH HEADING…     the headings by which the table is found, folded (``folded``)
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from desk.sheet_reader.rows import UnreadableSheetError, column_letters
from desk.sheet_reader.sheets import open_sheet
from desk.worker_process import bound_work

MAX_ROWS = 5_000
"""The most rows in one sheet: no centre has more people, and a month of theirs fits in a few files."""
MAX_CELL_CHARS = 500
MAX_CPU_SECONDS = 30
MAX_MEMORY_BYTES = 1 << 30
MAX_FILE_BYTES = 1 << 20


def folded(heading: str) -> str:
    """Return a heading as it is compared: without blanks, in small letters."""
    return ''.join(heading.split()).lower()


def read(path: Path, known: Sequence[str]) -> None:
    """Write the headings, and then each row with its number. Raises ``UnreadableSheetError``."""
    wanted = frozenset(known)
    sheet = open_sheet(path, recognise=lambda found: sum(folded(one) in wanted for one in found))
    _say(headings=[one[:MAX_CELL_CHARS] for one in sheet.headings])
    for count, row in enumerate(sheet.rows, start=1):
        if count > MAX_ROWS:
            raise UnreadableSheetError('sheet.too_long')
        cells = [cell[:MAX_CELL_CHARS] for cell in row.cells]
        column = column_letters(row.place) if row.place >= 0 else ''
        _say(row=row.number, cells=cells, fault=row.fault, column=column)


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + '\n')


def main(path: str, *known: str) -> None:
    """Read the sheet; an unreadable one is reported as ``{"unreadable": key}``."""
    bound_work(
        cpu_seconds=MAX_CPU_SECONDS, memory_bytes=MAX_MEMORY_BYTES, file_bytes=MAX_FILE_BYTES
    )
    try:
        read(Path(path), known)
    except UnreadableSheetError as error:
        _say(unreadable=str(error), values=error.values)
    except (MemoryError, OSError):
        _say(unreadable='sheet.too_long', values={})


if __name__ == '__main__':
    main(*sys.argv[1:])
