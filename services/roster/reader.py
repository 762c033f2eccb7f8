"""Reads a sheet of people in a separate process (``desk.worker_process``): headings and rows as lines of JSON.

python -m services.roster.reader PATH
"""

import json
import sys
from pathlib import Path

from desk.sheet_reader.rows import UnreadableSheetError, column_letters
from desk.sheet_reader.sheets import open_sheet
from desk.worker_process import bound_work
from services.roster.columns import known

MAX_ROWS = 5_000
"""The most people in one sheet: more work at no centre, and each becomes an invitation."""
MAX_CELL_CHARS = 500
MAX_CPU_SECONDS = 30
MAX_MEMORY_BYTES = 1 << 30
MAX_FILE_BYTES = 1 << 20


def read(path: Path) -> None:
    """Write the headings, and then each row with its number. Raises ``UnreadableSheetError``."""
    sheet = open_sheet(path, recognise=known)
    _say(headings=[one[:MAX_CELL_CHARS] for one in sheet.headings])
    for count, row in enumerate(sheet.rows, start=1):
        if count > MAX_ROWS:
            raise UnreadableSheetError('sheet.too_long')
        cells = [cell[:MAX_CELL_CHARS] for cell in row.cells]
        column = column_letters(row.place) if row.place >= 0 else ''
        _say(row=row.number, cells=cells, fault=row.fault, column=column)


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + '\n')


def main(path: str) -> None:
    """Read the sheet; an unreadable one is reported as ``{"unreadable": key}``."""
    bound_work(
        cpu_seconds=MAX_CPU_SECONDS, memory_bytes=MAX_MEMORY_BYTES, file_bytes=MAX_FILE_BYTES
    )
    try:
        read(Path(path))
    except UnreadableSheetError as error:
        _say(unreadable=str(error), values=error.values)
    except (MemoryError, OSError):
        _say(unreadable='sheet.too_long', values={})


if __name__ == '__main__':
    main(*sys.argv[1:])
