"""Sheets that people bring: CSV in the encodings and with the separators that are met in Korea, and XLSX."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

ENCODINGS = ('utf-8-sig', 'utf-16', 'cp949')
"""Tried in this order. Excel in Korea saves "CSV" as CP949, "CSV UTF-8" with a mark, "Unicode text" as UTF-16."""
SEPARATORS = ',;\t|'
CHUNK_BYTES = 1 << 20
ZIP_START = b'PK\x03\x04'
MAX_CELL_CHARS = 10_000
MAX_COLUMNS = 100


class UnreadableSheetError(ValueError):
    """The file is no sheet, or a broken one. The text is a catalogue key."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open sheet: its headings, and its rows as text, each with its number in the file (headings are 1)."""

    encoding: str
    """Of a CSV; ``xlsx`` for a workbook, of which the first visible sheet with anything in it is read."""
    headings: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]


def open_sheet(path: Path) -> Sheet:
    """Open a sheet; blank rows are left out, short ones filled up.

    Raises:
        UnreadableSheetError: empty, no sheet at all, broken, or in no known encoding. Of a CSV whose fault lies
            further down it is raised by ``rows``.
    """
    with path.open('rb') as file:
        start = file.read(len(ZIP_START))
    encoding = 'xlsx' if start == ZIP_START else _encoding_of(path)
    lines = _workbook_lines(path) if encoding == 'xlsx' else _csv_lines(path, encoding)
    numbered = ((number, row) for number, row in lines if any(row))
    _, headings = next(numbered, (0, []))
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise UnreadableSheetError('sheet.empty')
    if len(headings) > MAX_COLUMNS:
        raise UnreadableSheetError('sheet.too_wide')
    return Sheet(encoding, tuple(headings), _even(numbered, len(headings)))


def _even(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    return ((number, (row + [''] * width)[:width]) for number, row in rows)


def _encoding_of(path: Path) -> str:
    with path.open('rb') as file:
        has_mark = file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    for encoding in ENCODINGS:
        if (encoding == 'utf-16') == has_mark and _is_in(path, encoding):
            return encoding
    raise UnreadableSheetError('sheet.encoding')


def _is_in(path: Path, encoding: str) -> bool:
    """Whether the whole file can be read in an encoding: a fault in the last line counts as well."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open('rb') as file:
        try:
            while chunk := file.read(CHUNK_BYTES):
                if '\0' in decoder.decode(chunk):
                    return False
            decoder.decode(b'', final=True)
        except UnicodeDecodeError:
            return False
    return True


def _csv_lines(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MAX_CELL_CHARS * 4)
    with path.open(encoding=encoding, newline='') as file:
        first = file.readline()
        file.seek(0)
        separator = max(SEPARATORS, key=first.count)
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            for number, row in enumerate(reader, start=1):
                yield number, [_unguarded(cell.strip()) for cell in row]
        except csv.Error as error:
            raise UnreadableSheetError('sheet.broken') from error


def _unguarded(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from computing (``sheets.harmless``)."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in set('=+-@') else cell


def _workbook_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = [
            one.name for one in book.sheets_metadata if one.visible is SheetVisibleEnum.Visible
        ]
        sheets = (book.get_sheet_by_name(name) for name in names)
        filled = next((sheet for sheet in sheets if sheet.height), None)
    except (CalamineError, ValueError) as error:
        raise UnreadableSheetError('sheet.broken') from error
    if filled is None:
        return
    for number, row in enumerate(
        filled.iter_rows(), start=filled.start[0] + 1 if filled.start else 1
    ):
        yield number, [_text(cell) for cell in row]


def _text(cell: str | float | bool | date | time | datetime | timedelta) -> str:
    """Return what a person sees in a cell; a whole number without its ``.0``."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _unguarded(str(cell).strip())
