"""Reads a sheet of customers in a process of its own (``desk.aside``); speaks lines of JSON.

look PATH                  what the sheet is: encoding, headings, guessed columns, the first rows
read PATH FOLDER COLUMNS   writes FOLDER/rows.csv for COPY and FOLDER/faults.jsonl; says how far it is
mend PATH FOLDER           writes FOLDER/faulty.csv: the rows of faults.jsonl and what is wrong with each,
                           in the sentences that come by the standard input
"""

import csv
import json
import resource
import sys
from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from desk.aside import step_back
from desk.sheet_reader import Sheet, UnreadableSheetError, open_sheet
from desk.sheets import BYTE_ORDER_MARK, csv_bytes
from services.customer_sheet import Column, Fault, guessed, read

ROWS = 'rows.csv'
FAULTS = 'faults.jsonl'
FAULTY = 'faulty.csv'
SAMPLE_ROWS = 5
TELL_EVERY_ROWS = 5_000
MAX_ROWS = 2_000_000
MAX_MEMORY_BYTES = 4 << 30
"""Of this process alone: a workbook that unpacks to more is none."""


def look(path: Path) -> None:
    """Say what the sheet is."""
    sheet = open_sheet(path)
    _say(
        encoding=sheet.encoding,
        headings=sheet.headings,
        columns=guessed(sheet.headings),
        sample=[row for _, row in islice(sheet.rows, SAMPLE_ROWS)],
    )


def read_all(path: Path, folder: Path, columns: list[Column | None]) -> None:
    """Read every row; what is right is written for COPY, what is wrong noted."""
    sheet, good, bad = open_sheet(path), 0, 0
    with (
        (folder / ROWS).open('w', encoding='utf-8', newline='') as rows,
        (folder / FAULTS).open('w', encoding='utf-8') as faults,
    ):
        copied = csv.writer(rows)
        for number, cells in sheet.rows:
            match read(number, cells, columns, sheet.headings):
                case Fault() as fault:
                    faults.write(json.dumps(asdict(fault), ensure_ascii=False) + '\n')
                    bad += 1
                case given:
                    copied.writerow(given.cells())
                    good += 1
            if (good + bad) % TELL_EVERY_ROWS == 0:
                _say(good=good, bad=bad)
            if good + bad > MAX_ROWS:
                raise UnreadableSheetError('sheet.too_long')
    _say(good=good, bad=bad)


def mend(path: Path, folder: Path, sentences: dict[str, str]) -> None:
    """Write the faulty rows as they were, with what is wrong beside them."""
    with (folder / FAULTS).open(encoding='utf-8') as lines:
        faults = {one['row']: one for one in map(json.loads, lines)}
    sheet = open_sheet(path)
    with (folder / FAULTY).open('wb') as file:
        file.write(BYTE_ORDER_MARK)
        file.write(csv_bytes([[*sheet.headings, sentences['heading']]]))
        file.writelines(_faulty_lines(sheet, faults, sentences))


def _faulty_lines(
    sheet: Sheet, faults: dict[int, dict[str, object]], sentences: dict[str, str]
) -> Iterable[bytes]:
    for number, cells in sheet.rows:
        if fault := faults.get(number):
            values = fault['values']
            assert isinstance(values, dict)  # noqa: S101 - written by ``read_all``
            wrong = sentences[str(fault['key'])].format(**values)
            where = f'{number} · {values["heading"]}' if 'heading' in values else str(number)
            yield csv_bytes([[*cells, f'{where}: {wrong}']])


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + '\n')
    sys.stdout.flush()


def main(command: str, *rest: str) -> None:
    """Do one of the commands; a sheet that cannot be read is said as ``{"unreadable": key}``."""
    step_back()
    if sys.platform == 'linux':  # macOS does not keep this limit
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    path = Path(rest[0])
    try:
        match command:
            case 'look':
                look(path)
            case 'read':
                columns = [one and Column(one) for one in json.loads(rest[2])]
                read_all(path, Path(rest[1]), columns)
            case 'mend':
                mend(path, Path(rest[1]), json.load(sys.stdin))
    except UnreadableSheetError as error:
        _say(unreadable=str(error))
    except MemoryError:
        _say(unreadable='sheet.too_long')


if __name__ == '__main__':
    main(*sys.argv[1:])
