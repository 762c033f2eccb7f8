"""Reads a customer sheet in a separate process (``desk.worker_process``); communicates in lines of JSON.

look PATH CHOICE                  describes the sheet: its table, headings, guessed columns, first rows
read PATH FOLDER CHOICE COLUMNS   writes FOLDER/rows.csv for COPY and FOLDER/faults.jsonl; reports progress
mend PATH FOLDER CHOICE           writes FOLDER/faulty.csv: the rows of faults.jsonl with their errors, in
                                  the sentences from standard input

CHOICE selects the table in the file, and COLUMNS gives the meaning of each column, as JSON.
"""

import csv
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from desk.errors import InvalidInputError
from desk.sheet_reader.rows import UnreadableSheetError
from desk.sheet_reader.sheets import Headings, Sheet, SheetChoice, open_sheet
from desk.sheets import BYTE_ORDER_MARK, csv_bytes
from desk.worker_process import bound_work
from services.customers.importing import columns as sheet_columns
from services.customers.importing.columns import Column
from services.customers.importing.sheet import RowFault, check_columns, parse_row

ROWS = 'rows.csv'
FAULTS = 'faults.jsonl'
FAULTY = 'faulty.csv'
SAMPLE_ROWS = 5
GUESSED_BY_ROWS = 50
"""The number of rows from which the meaning of a column is guessed."""
MAX_SHOWN_CHARS = 100
"""The length to which cells of the first rows are cut."""
MAX_SHOWN_CELLS = 20
"""The number of cells reported of the rows that may hold the headings."""
MAX_SHOWN_SHEETS = 200
TELL_SECONDS = 0.2
TELL_EVERY_ROWS = 100
MAX_ROWS = 2_000_000
MAX_CPU_SECONDS = 300
MAX_MEMORY_BYTES = 2 << 30
MAX_FILE_BYTES = 2 << 30
"""For this process only: a sheet that needs more is refused."""


def look(path: Path, choice: SheetChoice) -> None:
    """Describe the sheet."""
    sheet = open_sheet(path, choice, sheet_columns.known)
    rows = [row.cells for row in islice(sheet.rows, GUESSED_BY_ROWS)]
    _say(
        encoding=sheet.encoding,
        sheets=sheet.names[:MAX_SHOWN_SHEETS],
        choice=asdict(sheet.choice),
        opening=[(row.number, _brief(row.cells)[:MAX_SHOWN_CELLS]) for row in sheet.opening],
        headings=sheet.headings,
        columns=sheet_columns.guessed(sheet.headings, rows),
        sample=[_brief(cells) for cells in rows[:SAMPLE_ROWS]],
    )


def read_all(path: Path, folder: Path, choice: SheetChoice, columns: list[Column | None]) -> None:
    """Read every row: write good ones for COPY, and record the errors of bad ones."""
    sheet, good, bad, told_at = open_sheet(path, choice, sheet_columns.known), 0, 0, 0.0
    check_columns(columns, sheet.headings)
    with (
        (folder / ROWS).open('w', encoding='utf-8', newline='') as rows,
        (folder / FAULTS).open('w', encoding='utf-8') as faults,
    ):
        copied = csv.writer(rows)
        for row in sheet.rows:
            match parse_row(row, columns, sheet.headings):
                case RowFault() as fault:
                    faults.write(json.dumps(asdict(fault), ensure_ascii=False) + '\n')
                    bad += 1
                case given:
                    copied.writerow(given.cells())
                    good += 1
            if (good + bad) % TELL_EVERY_ROWS == 1 and time.monotonic() - told_at > TELL_SECONDS:
                told_at = time.monotonic()
                _say(good=good, bad=bad)
            if good + bad > MAX_ROWS:
                raise UnreadableSheetError('sheet.too_long')
    _say(good=good, bad=bad)


def mend(path: Path, folder: Path, choice: SheetChoice, sentences: dict[str, str]) -> None:
    """Write the original rows with errors, and the errors beside them."""
    with (folder / FAULTS).open(encoding='utf-8') as lines:
        faults = {one['row']: one for one in map(json.loads, lines)}
    sheet = open_sheet(path, choice, sheet_columns.known)
    with (folder / FAULTY).open('wb') as file:
        file.write(BYTE_ORDER_MARK)
        file.write(csv_bytes([[*sheet.headings, sentences['heading']]]))
        file.writelines(_faulty_lines(sheet, faults, sentences))


def _faulty_lines(
    sheet: Sheet, faults: dict[int, dict[str, object]], sentences: dict[str, str]
) -> Iterable[bytes]:
    for row in sheet.rows:
        if fault := faults.get(row.number):
            values = fault['values']
            assert isinstance(values, dict)  # noqa: S101 - written by ``read_all``
            wrong = sentences[str(fault['key'])].format(**values)
            heading = values.get('heading')
            where = f'{row.number} · {heading}' if heading else str(row.number)
            yield csv_bytes([[*row.cells, f'{where}: {wrong}']])


def _brief(cells: list[str]) -> list[str]:
    return [cell[:MAX_SHOWN_CHARS] for cell in cells]


def _choice(said: str) -> SheetChoice:
    given = json.loads(said)
    headings = given['headings'] and Headings(**given['headings'])
    return SheetChoice(given['name'], headings)


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + '\n')
    sys.stdout.flush()


def main(command: str, *rest: str) -> None:
    """Run one of the commands; an unreadable sheet is reported as ``{"unreadable": key}``."""
    bound_work(
        cpu_seconds=MAX_CPU_SECONDS, memory_bytes=MAX_MEMORY_BYTES, file_bytes=MAX_FILE_BYTES
    )
    path = Path(rest[0])
    try:
        match command:
            case 'look':
                look(path, _choice(rest[1]))
            case 'read':
                columns = [one and Column(one) for one in json.loads(rest[3])]
                read_all(path, Path(rest[1]), _choice(rest[2]), columns)
            case 'mend':
                mend(path, Path(rest[1]), _choice(rest[2]), json.load(sys.stdin))
    except UnreadableSheetError as error:
        _say(unreadable=str(error), values=error.values)
    except InvalidInputError as error:
        _say(unreadable=error.key, values=error.values)
    except (MemoryError, OSError):
        _say(unreadable='sheet.too_long', values={})


if __name__ == '__main__':
    main(*sys.argv[1:])
