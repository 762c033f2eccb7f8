"""CSV files: the encodings and separators that are met in Korea, read past a line that is broken.

A quote that is never closed would swallow the rest of the file. So a record may only be so long; one that is longer, or
whose quotes make no sense, is a fault of its first line, and reading goes on with the line below it.
"""

import codecs
import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from desk.sheet_reader.rows import SheetFile, SheetRow, UnreadableSheetError, tidied

ENCODINGS = ('utf-8-sig', 'utf-16', 'cp949')
"""Tried in this order. Excel in Korea saves "CSV" as CP949, "CSV UTF-8" with a mark, "Unicode text" as UTF-16."""
SEPARATORS = ',;\t|'
CHUNK_BYTES = 1 << 20
MAX_RECORD_CHARS = 1 << 20
SAMPLED_LINES = 20
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""What tells Excel the separator; it shows no such line."""


def open_csv(path: Path) -> SheetFile:
    """Open a CSV. Raises ``UnreadableSheetError`` when no encoding fits."""
    encoding = _encoding_of(path)
    return SheetFile(encoding, ('',), lambda _name: _rows(path, encoding))


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


def _rows(path: Path, encoding: str) -> Iterator[SheetRow]:
    csv.field_size_limit(MAX_RECORD_CHARS)
    with path.open(encoding=encoding, newline='') as file:
        opening = list(islice(_bounded(file), SAMPLED_LINES))
        if opening:
            opening[0] = opening[0].lstrip('\ufeff')  # some programs write a second mark
        told = _SEPARATOR_LINE.fullmatch(opening[0]) if opening else None
        opening = opening[1:] if told else opening
        separator = told[1] if told else _separator_of(opening)
        records = _Records(opening, _bounded(file), separator)
        for number, (cells, fault) in enumerate(records.read(), start=1):
            row = [tidied(cell) for cell in cells]
            if fault or any(row):
                yield SheetRow(number, row, fault)


def _bounded(file: TextIO) -> Iterator[str]:
    """Return the lines of a file; of one that is longer than a record may be, a little more than that."""
    while line := file.readline(MAX_RECORD_CHARS + 1):
        yield line
        while len(line) > MAX_RECORD_CHARS and not line.endswith('\n'):
            line = file.readline(MAX_RECORD_CHARS + 1)


def _separator_of(lines: Sequence[str]) -> str:
    """Return what most lines are separated by into the same number of cells."""

    def regularity(separator: str) -> tuple[int, int]:
        widths = Counter(line.count(separator) for line in lines if separator in line)
        [(width, count)] = widths.most_common(1) or [(0, 0)]
        return count, width

    return max(SEPARATORS, key=regularity)


class _Records:
    """Reads the records of a CSV, each a line or several, and goes on behind a line that is broken."""

    def __init__(self, opening: Sequence[str], lines: Iterator[str], separator: str) -> None:
        self._ahead = deque(opening)
        """Lines that were taken from the file and are still to be read."""
        self._lines = lines
        self._separator = separator
        self._taken: list[str] = []
        """The lines of the record that is being read."""

    def read(self) -> Iterator[tuple[list[str], str]]:
        """Return each record and what is wrong with it; of a broken one its first line."""
        while True:
            reader = csv.reader(self._feed(), delimiter=self._separator, strict=True)
            try:
                for cells in reader:
                    self._taken.clear()
                    yield cells, ''
            except csv.Error:
                first, *rest = self._taken
                self._taken.clear()
                self._ahead.extendleft(reversed(rest))
                fault = 'sheet.row_long' if len(first) > MAX_RECORD_CHARS else 'sheet.quote'
                yield first[:MAX_RECORD_CHARS].rstrip('\r\n').split(self._separator), fault
            else:
                return

    def _feed(self) -> Iterator[str]:
        length = 0
        while (line := self._next()) is not None:
            length = length + len(line) if self._taken else len(line)
            self._taken.append(line)
            if length > MAX_RECORD_CHARS:
                raise csv.Error
            yield line

    def _next(self) -> str | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)
