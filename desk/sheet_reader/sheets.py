"""Finds the table in an office file: the sheet that holds it, its headings, and its rows.

Office files have titles above the headings, cover sheets, and headings in two rows. The table is
found by its headings and reported, and the user can choose another.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from statistics import median

from desk.sheet_reader.csv_files import open_csv
from desk.sheet_reader.kinds import FileKind, kind_of
from desk.sheet_reader.rows import SheetFile, SheetRow, UnreadableSheetError
from desk.sheet_reader.workbooks import open_workbook

OPENING_ROWS = 10
"""Headings are looked for among this many rows."""
MAX_COLUMNS = 100
MAX_SHEETS = 30
"""This many sheets are searched for a table; all can be chosen."""
FEW = 2
"""This many headings must be known for a row to be recognised as headings."""

Recognise = Callable[[Sequence[str]], int]
"""Returns how many of these headings are known."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The rows that hold the headings: mostly one, at most two."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """The user's choice of a table in a file; parts that are not set are found automatically."""

    name: str | None = None
    headings: Headings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with headings."""

    encoding: str
    """The encoding of a CSV; ``xlsx`` for a workbook."""
    name: str
    """The name of the sheet in the workbook."""
    names: tuple[str, ...]
    """The sheets that can be chosen."""
    opening: tuple[SheetRow, ...]
    """The first rows of the sheet, including the headings and everything above them."""
    place: Headings
    headings: tuple[str, ...]
    """The headings; empty for a column that has cells and no heading."""
    rows: Iterator[SheetRow]
    """The rows below the headings, all of one width; ``sheet.beyond`` marks a filled cell beyond it."""

    @property
    def choice(self) -> SheetChoice:
        """The choice that opens this table again."""
        return SheetChoice(self.name, self.place)


def open_sheet(
    path: Path, choice: SheetChoice | None = None, recognise: Recognise = lambda _headings: 0
) -> Sheet:
    """Open a table; blank rows are left out, short ones padded.

    Args:
        path: the file.
        choice: the sheet and the headings.
        recognise: tells headings from other rows.

    Raises:
        UnreadableSheetError: the file is empty, not a sheet, broken, locked, or in no known encoding.
            ``rows`` raises it for an error further down in the file.
    """
    file, choice = _opened(path), choice or SheetChoice()
    name = choice.name if choice.name in file.names else _likeliest(file, recognise)
    rows = file.rows_of(name)
    opening = list(islice(rows, OPENING_ROWS))
    place = choice.headings or _headings_of(opening, recognise)
    headings = _joined(opening, place)
    below = [row for row in opening if row.number > place.last]
    width = _width([headings, *(row.cells for row in below)])
    if not any(headings):
        raise UnreadableSheetError('sheet.empty')
    if width > MAX_COLUMNS:
        raise UnreadableSheetError('sheet.too_wide')
    headings += [''] * (width - len(headings))
    return Sheet(
        encoding=file.encoding,
        name=name,
        names=file.names,
        opening=tuple(opening),
        place=place,
        headings=tuple(headings[:width]),
        rows=_even(chain(below, (row for row in rows if row.number > place.last)), width),
    )


def _opened(path: Path) -> SheetFile:
    match kind_of(path):
        case FileKind.WORKBOOK:
            return open_workbook(path)
        case FileKind.TEXT:
            return open_csv(path)
        case unreadable:
            raise UnreadableSheetError(unreadable.value)


def _likeliest(file: SheetFile, recognise: Recognise) -> str:
    """Return the sheet with known headings, else the first with a table, else the first that is not empty."""
    best, likeliest = (-1, -1), ''
    for name in file.names[:MAX_SHEETS]:
        opening = list(islice(file.rows_of(name), OPENING_ROWS))
        if not opening:
            continue
        headings = _joined(opening, _headings_of(opening, recognise))
        known = recognise(headings)
        is_table = int(len(opening) > 1 and sum(map(bool, headings)) > 1)
        worth = (known if known >= FEW else 0, is_table)
        if worth > best:
            best, likeliest = worth, name
    if not likeliest and file.encoding == 'xlsx':
        raise UnreadableSheetError('sheet.empty')
    return likeliest


def _headings_of(opening: Sequence[SheetRow], recognise: Recognise) -> Headings:
    """Return the row with the most known headings, else the first row as wide as most rows."""
    if not opening:
        raise UnreadableSheetError('sheet.empty')
    known = [recognise(_clean(row.cells)) for row in opening]
    most = max(known)
    if most >= FEW:
        at = known.index(most)
    else:
        typical = median(_filled(row.cells) for row in opening)
        wide = (at for at, row in enumerate(opening) if _filled(row.cells) * 3 > typical * 2)
        at = next(wide, 0)
    for first, last in ((at - 1, at), (at, at + 1)):
        if first >= 0 and last < len(opening) and _belong(opening, first, last, known, recognise):
            return Headings(opening[first].number, opening[last].number)
    return Headings(opening[at].number, opening[at].number)


def _belong(
    opening: Sequence[SheetRow], first: int, last: int, known: Sequence[int], recognise: Recognise
) -> bool:
    """Whether two rows are headings together: merged cells above, split cells below."""
    upper, lower = opening[first], opening[last]
    if lower.number != upper.number + 1 or _filled(upper.cells) < FEW:
        return False
    both = _joined(opening, Headings(upper.number, lower.number))
    if known[first] > known[last]:  # the lower row is data, unless more of it is known
        return recognise(both) > known[first]
    is_richer = len({*both} - {''}) > len({*_clean(lower.cells)} - {''})
    return is_richer and recognise(both) >= max(known[last], 1)


def _joined(opening: Sequence[SheetRow], place: Headings) -> list[str]:
    """Return the lower row's headings, or the upper row's where the lower is empty or repeats."""
    rows = [_clean(row.cells) for row in opening if place.first <= row.number <= place.last]
    if len(rows) < 2:
        return rows[0] if rows else []
    width = max(map(len, rows))
    upper, lower = (row + [''] * (width - len(row)) for row in (rows[0], rows[-1]))
    joined: list[str] = []
    above = ''
    for over, under in zip(upper, lower, strict=True):
        above = over or above
        is_again = under in joined and above and above != under
        joined.append(f'{above} {under}' if is_again else under or over)
    return joined


def _clean(cells: Sequence[str]) -> list[str]:
    """Return headings on one line in composed Unicode letters, because macOS decomposes Hangul."""
    return [' '.join(unicodedata.normalize('NFC', cell).split()) for cell in cells]


def _filled(cells: Sequence[str]) -> int:
    return sum(map(bool, cells))


def _width(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of columns up to the last filled cell of any row."""
    return max((place + 1 for cells in rows for place, cell in enumerate(cells) if cell), default=0)


def _even(rows: Iterator[SheetRow], width: int) -> Iterator[SheetRow]:
    for row in rows:
        cells = row.cells
        if len(cells) < width:
            cells.extend([''] * (width - len(cells)))
        elif len(cells) > width:
            beyond = next(
                (place for place, cell in enumerate(cells) if cell and place >= width), -1
            )
            del cells[width:]
            if beyond >= 0 and not row.fault:
                yield row._replace(fault='sheet.beyond', place=beyond)
                continue
        yield row
