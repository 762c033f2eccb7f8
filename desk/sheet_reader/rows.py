"""What every kind of sheet file is read into: tables of numbered rows of text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

MAX_ROW_NUMBER = 1_048_576
"""Excel's own limit of rows in a sheet."""
KEPT_COLUMNS = 256
"""Cells further to the right are not kept; a filled one is a fault of its row."""
_INVISIBLE = '\ufeff\u200b\u200c\u200d\u2060\xad'
"""Byte order marks, zero-width spaces and soft hyphens: they come from web pages and other programs."""
_EDGES = re.compile(f'^[\\s{_INVISIBLE}]+|[\\s{_INVISIBLE}]+$')
_ELISION = re.compile(r"'[a-z][\s-]")
"""The particle of a Dutch name: 't Hooft, 's-Hertogenbosch."""


class UnreadableSheetError(ValueError):
    """The file is no sheet, or a broken one. The text is a catalogue key; ``values`` are of its sentence."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.values = values


class SheetRow(NamedTuple):
    """One row of a sheet: its number as Excel counts, its cells as a person sees them."""

    number: int
    cells: list[str]
    fault: str = ''
    """Why the row cannot be read, as a catalogue key; its cells are then what could be read of it."""
    place: int = -1
    """The column that is at fault, where it is known: 0 is A."""


@dataclass(frozen=True, slots=True)
class SheetFile:
    """An open file: the tables in it, each read from its beginning as often as it is asked for."""

    encoding: str
    """Of a CSV; ``xlsx`` for a workbook."""
    names: tuple[str, ...]
    """The visible sheets of a workbook; one without a name in a CSV."""
    rows_of: Callable[[str], Iterator[SheetRow]]
    """Return the rows of a sheet, blank ones left out."""


def tidied(cell: str) -> str:
    """Return the text of a cell without what nobody sees at its ends, and without Excel's apostrophe for text."""
    text = cell.strip()
    if text and not (text[0].isalnum() and text[-1].isalnum()):
        text = _without_apostrophe(_EDGES.sub('', text))
    return text


def column_letters(place: int) -> str:
    """Return what Excel calls a column: 0 is A, 26 is AA."""
    letters = ''
    while place >= 0:
        letters = chr(ord('A') + place % 26) + letters
        place = place // 26 - 1
    return letters


def _without_apostrophe(text: str) -> str:
    """Take off what keeps a spreadsheet from computing (``sheets.harmless``) or from taking a text for a number."""
    if text[:1] != "'" or text[-1:] == "'" or _ELISION.match(text):
        return text
    return text[1:]
