"""The common form of every kind of sheet file: tables of numbered rows of text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

MAX_ROW_NUMBER = 1_048_576
"""Excel's own limit of rows in a sheet."""
KEPT_COLUMNS = 256
"""Cells further right are dropped; a filled one is an error of its row."""
_INVISIBLE = '\ufeff\u200b\u200c\u200d\u2060\xad'
"""Byte order marks, zero-width spaces and soft hyphens, copied from web pages and other programs."""
_EDGES = re.compile(f'^[\\s{_INVISIBLE}]+|[\\s{_INVISIBLE}]+$')
_ELISION = re.compile(r"'[a-z][\s-]")
"""The Dutch name particle: 't Hooft, 's-Hertogenbosch."""


class UnreadableSheetError(ValueError):
    """The file is not a sheet, or is broken. The text is a catalogue key; ``values`` belong to its sentence."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.values = values


class SheetRow(NamedTuple):
    """One row of a sheet: its number as Excel counts, and the cells as Excel shows them."""

    number: int
    cells: list[str]
    fault: str = ''
    """The catalogue key of the row's error, if any; readable cells are kept."""
    place: int = -1
    """The column with the error, where known: 0 is A."""


@dataclass(frozen=True, slots=True)
class SheetFile:
    """An open file and its tables, each of which can be read from its beginning any number of times."""

    encoding: str
    """The encoding of a CSV; ``xlsx`` for a workbook."""
    names: tuple[str, ...]
    """The visible sheets of a workbook; one empty name for a CSV."""
    rows_of: Callable[[str], Iterator[SheetRow]]
    """Return the rows of a sheet, blank ones left out."""


def tidied(cell: str) -> str:
    """Return the text of a cell without invisible characters at its ends and without Excel's text apostrophe."""
    text = cell.strip()
    if text and not (text[0].isalnum() and text[-1].isalnum()):
        text = _without_apostrophe(_EDGES.sub('', text))
    return text


def column_letters(place: int) -> str:
    """Return Excel's letters for a column: 0 is A, 26 is AA."""
    letters = ''
    while place >= 0:
        letters = chr(ord('A') + place % 26) + letters
        place = place // 26 - 1
    return letters


def _without_apostrophe(text: str) -> str:
    """Remove the apostrophe that keeps a text from being computed (``sheets.harmless``) or read as a number."""
    if text[:1] != "'" or text[-1:] == "'" or _ELISION.match(text):
        return text
    return text[1:]
