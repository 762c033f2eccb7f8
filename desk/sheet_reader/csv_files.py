"""CSV files in the encodings and separators used in Korea; reading continues after a broken record.

An unclosed quote would swallow the rest of the file. So a record has a length limit; a record that
is longer, or whose quotes are wrong, is an error of its first line, and reading continues with the
next line.
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
"""Tried in this order. Excel in Korea saves "CSV" as CP949, "Unicode text" as UTF-16."""
SEPARATORS = ',;\t|'
CHUNK_BYTES = 1 << 20
MAX_RECORD_CHARS = 1 << 20
SAMPLED_LINES = 20
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""A line that tells Excel the separator and is not shown."""


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
    """Whether the whole file decodes in an encoding; an error in the last line counts too."""
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
            opening[0] = opening[0].lstrip('\ufeff')  # some programs write a second byte order mark
        told = _SEPARATOR_LINE.fullmatch(opening[0]) if opening else None
        opening = opening[1:] if told else opening
        separator = told[1] if told else _separator_of(opening)
        records = _Records(opening, _bounded(file), separator)
        for number, (cells, fault) in enumerate(records.read(), start=1):
            row = [tidied(cell) for cell in cells]
            if fault or any(row):
                yield SheetRow(number, row, fault)


def _bounded(file: TextIO) -> Iterator[str]:
    """Return the lines of a file; a line that is longer than a record may be is cut just past that limit."""
    while line := file.readline(MAX_RECORD_CHARS + 1):
        yield line
        while len(line) > MAX_RECORD_CHARS and not line.endswith('\n'):
            line = file.readline(MAX_RECORD_CHARS + 1)


def _separator_of(lines: Sequence[str]) -> str:
    """Return the separator that splits most lines into the same number of cells."""

    def regularity(separator: str) -> tuple[int, int]:
        widths = Counter(line.count(separator) for line in lines if separator in line)
        [(width, count)] = widths.most_common(1) or [(0, 0)]
        return count, width

    return max(SEPARATORS, key=regularity)


class _Records:
    """Reads the records of a CSV, one or several lines each, and continues after a broken one."""

    def __init__(self, opening: Sequence[str], lines: Iterator[str], separator: str) -> None:
        self._ahead = deque(opening)
        """Lines already taken from the file and not yet parsed."""
        self._lines = lines
        self._separator = separator
        self._taken: list[str] = []
        """The lines of the current record."""

    def read(self) -> Iterator[tuple[list[str], str]]:
        """Return each record and its error, if any; for a broken record, its first line."""
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
