"""Streaming reader for the XML of a sheet and of a workbook's shared texts."""

import re
from collections.abc import Callable, Iterable, Sequence
from xml.parsers import expat

from typing_extensions import override

from desk.sheet_reader import plain_xml
from desk.sheet_reader.plain_xml import PlainXml
from desk.sheet_reader.rows import (
    KEPT_COLUMNS,
    MAX_ROW_NUMBER,
    SheetRow,
    UnreadableSheetError,
    tidied,
)

CHUNK_BYTES = 1 << 18
MAX_TEXTS = 5_000_000
MAX_TEXTS_CHARS = 200_000_000
MAX_CELL_CHARS = 1 << 20
"""Excel's own limit is 32,767; text beyond this is dropped."""
MAX_COLUMN = 16_384
"""Excel's own limit: XFD."""
MAX_LOOKS = 10_000
_LETTERS = re.compile('[A-Z]{1,3}')
_DIGITS = '0123456789'

Texts = list[str]
Attributes = dict[str, str]
Show = Callable[[str], str]
"""Returns the text of a cell as Excel shows it. Raises ``ValueError`` or ``IndexError`` for an invalid value."""
ShowNumbers = Callable[[str | None], Show]
"""Returns the function that shows the numbers of a style."""


def local(name: str) -> str:
    """Return the name of an element without its namespace or prefix."""
    return name.rpartition('}')[2].rpartition(':')[2]


class _Names(dict[str, str]):
    """Local names by element name, each computed once, because a sheet has millions of elements."""

    def __missing__(self, name: str) -> str:
        if len(self) > 1_000:
            return local(name)
        self[name] = found = local(name)
        return found


class _Parser:
    """An XML parser that is fed in chunks. Raises an error for text that is not XML."""

    def __init__(self) -> None:
        self._names = _Names()
        self._text: list[str] = []
        self._chars = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _refuse

    def parse(self, chunk: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise UnreadableSheetError('sheet.broken') from error

    def _whole(self, plain: PlainXml, chunk: bytes, *, is_last: bool) -> str:
        """Return the complete rows or texts; everything else goes to the parser, at the end also the rest."""
        try:
            if not is_last:
                return plain.whole(chunk)
            plain.finish()
        except UnicodeDecodeError as error:
            raise UnreadableSheetError('sheet.broken') from error
        self.parse(b'', is_last=True)
        return ''

    def _start(self, name: str, attributes: Attributes) -> None:
        raise NotImplementedError

    def _end(self, name: str) -> None:
        raise NotImplementedError

    def _listen(self) -> None:
        self._parser.CharacterDataHandler = self._hear

    def _hear(self, text: str) -> None:
        if self._chars < MAX_CELL_CHARS:
            self._text.append(text)
        self._chars += len(text)

    def _pause(self) -> None:
        self._parser.CharacterDataHandler = None

    def _heard(self) -> str:
        text = ''.join(self._text)
        self._text.clear()
        self._chars = 0
        return text


def _refuse(*_declared: object) -> None:
    """Refuse a document type: no program writes one into a workbook, and entity attacks need one."""
    raise UnreadableSheetError('sheet.broken')


class _TextParser(_Parser):
    """Reads shared texts: the joined runs of each, without phonetic hints."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: Texts = []
        self._total = 0
        self._is_reading = False
        self._plain = PlainXml(self.parse, begin=plain_xml.TEXTS_BEGIN, end=plain_xml.TEXT_END)

    def take(self, chunk: bytes, *, is_last: bool = False) -> None:
        """Read the next chunk."""
        parts = plain_xml.TEXT.split(self._whole(self._plain, chunk, is_last=is_last))
        if not any(parts[::2]):
            self._add(parts[1::2])
            return
        for between, text in zip(parts[::2], [*parts[1::2], None], strict=True):
            if between:
                self.parse(between.encode())
            if text is not None:
                self._add([text])

    def _add(self, texts: list[str]) -> None:
        self._total += sum(map(len, texts))
        if len(self.texts) + len(texts) > MAX_TEXTS or self._total > MAX_TEXTS_CHARS:
            raise UnreadableSheetError('sheet.too_long')
        self.texts.extend(map(tidied, texts))

    @override
    def _start(self, name: str, attributes: Attributes) -> None:
        match self._names[name]:
            case 't' if not self._is_reading:
                self._listen()
            case 'rPh':
                self._is_reading = True

    @override
    def _end(self, name: str) -> None:
        match self._names[name]:
            case 't':
                self._pause()
            case 'rPh':
                self._is_reading = False
            case 'si':
                self._total += max(0, self._chars - MAX_CELL_CHARS)  # dropped text counts too
                self._add([self._heard()])


def shared_texts(chunks: Iterable[bytes]) -> Texts:
    """Return the shared texts, which cells refer to by index."""
    parser = _TextParser()
    for chunk in chunks:
        parser.take(chunk)
    parser.take(b'', is_last=True)
    return parser.texts


class SheetParser(_Parser):
    """Reads the rows of a sheet from chunks of XML."""

    def __init__(self, texts: Texts, show_numbers: ShowNumbers) -> None:
        super().__init__()
        self._looks = _Looks(texts, show_numbers)
        self._columns = _Columns()
        self._rows: list[SheetRow] = []
        self._last = 0
        self._cells: list[str] = []
        self._place = -1
        self._cell: Attributes = {}
        self._fault, self._fault_place = '', -1
        self._is_reading = False
        self._plain = PlainXml(self.parse, begin=plain_xml.ROWS_BEGIN, end=plain_xml.ROW_END)

    def rows(self, chunk: bytes, *, is_last: bool = False) -> Sequence[SheetRow]:
        """Take the next chunk; return the rows that are complete now, without blank ones."""
        whole = self._whole(self._plain, chunk, is_last=is_last)
        for row in whole.split(plain_xml.ROW_END)[:-1]:
            if not self._take(row):
                self.parse((row + plain_xml.ROW_END).encode())
        rows, self._rows = self._rows, []
        return rows

    def _take(self, row: str) -> bool:
        """Read a row in plain form; return false when the parser has to read it."""
        head = plain_xml.ROW.match(row)
        number = int(head[1]) if head else 0
        if head is None or not self._last < number <= MAX_ROW_NUMBER:
            return False
        try:
            cells = self._plain_cells(plain_xml.CELL.split(row[head.end() :]))
        except (ValueError, IndexError, OverflowError):
            return False
        self._last = number
        if any(cells):
            self._rows.append(SheetRow(number, cells))
        return True

    def _plain_cells(self, parts: list[str]) -> list[str]:
        """Return a row's cells as Excel shows them. Raises ``ValueError`` or ``IndexError``: not plain."""
        cells: list[str] = []
        step, last = plain_xml.CELL_PARTS, -1
        columns, looks = self._columns, self._looks  # local names save time over millions of cells
        if any(parts[::step]):
            raise ValueError(parts[0])
        for letters, look, value, own in zip(
            *(parts[at::step] for at in range(1, step)), strict=True
        ):
            place = columns[letters]
            if place <= last or place >= KEPT_COLUMNS:
                raise ValueError(letters)
            last = place
            show = looks[look]
            if text := value or own:
                if place > len(cells):
                    cells.extend([''] * (place - len(cells)))
                cells.append(show(text))
        return cells

    @override
    def _start(self, name: str, attributes: Attributes) -> None:
        name = self._names[name]
        if name == 'c':
            self._cell = attributes
        elif name == 'v' or (name == 't' and not self._is_reading):
            self._parser.CharacterDataHandler = self._hear
        elif name == 'row':
            self._begin_row(attributes.get('r'))
        elif name == 'rPh':
            self._is_reading = True

    @override
    def _end(self, name: str) -> None:
        name = self._names[name]
        if name in {'v', 't'}:
            self._parser.CharacterDataHandler = None
        elif name == 'c':
            self._end_cell()
        elif name == 'row':
            self._end_row()
        elif name == 'rPh':
            self._is_reading = False

    def _begin_row(self, given: str | None) -> None:
        """Number a row as it says; if that number is impossible, as the next row."""
        self._cells, self._place = [], -1
        self._fault, self._fault_place = '', -1
        number = int(given) if given and given.isdecimal() and len(given) < 10 else 0
        if self._last < number <= MAX_ROW_NUMBER:
            self._last = number
            return
        self._last += 1
        if given:
            self._blame('sheet.reference', -1)
        if self._last > MAX_ROW_NUMBER:
            raise UnreadableSheetError('sheet.too_long')

    def _end_row(self) -> None:
        if self._fault or any(self._cells):
            self._rows.append(SheetRow(self._last, self._cells, self._fault, self._fault_place))

    def _end_cell(self) -> None:
        """Put a cell into the column it names, or into the next one when it names none."""
        place = self._place + 1
        if reference := self._cell.get('r'):
            said = self._columns[reference.rstrip(_DIGITS)]
            if said < place:
                self._blame('sheet.reference', -1)
            place = max(place, said)
        self._place = place
        if not self._text:
            return
        chars, text = self._chars, self._heard()
        if place >= KEPT_COLUMNS or chars > MAX_CELL_CHARS:
            self._blame('sheet.beyond' if place >= KEPT_COLUMNS else 'sheet.row_long', place)
            return
        try:
            shown = self._looks.show(self._cell.get('t', 'n'), self._cell.get('s'))(text)
        except (ValueError, IndexError, OverflowError):
            self._blame('sheet.cell', place)
            shown = text
        if missing := place - len(self._cells):
            self._cells.extend([''] * missing)
        self._cells.append(shown)

    def _blame(self, fault: str, place: int) -> None:
        if not self._fault:
            self._fault, self._fault_place = fault, place


class _Looks(dict[str, Show]):
    """The functions that show cells, by the attributes that ``plain_xml.CELL`` matched; each made once."""

    def __init__(self, texts: Texts, show_numbers: ShowNumbers) -> None:
        super().__init__()
        self._texts = texts
        self._numbers: dict[str | None, Show] = {}
        self._show_numbers = show_numbers

    def __missing__(self, look: str) -> Show:
        said = plain_xml.LOOK.fullmatch(look)
        if said is None:  # not in plain form
            raise ValueError(look)
        found = self.show(said[2] or 'n', said[1])
        if len(self) < MAX_LOOKS:
            self[look] = found
        return found

    def show(self, kind: str, style: str | None) -> Show:
        """Return the function that shows cells of a type and a style."""
        if kind == 'n':
            return self._number(style)
        return {'s': self._shared, 'b': _truth, 'd': _moment}.get(kind, tidied)

    def _number(self, style: str | None) -> Show:
        found = self._numbers.get(style)
        if found is None:
            found = self._show_numbers(style)
            if len(self._numbers) < MAX_LOOKS:
                self._numbers[style] = found
        return found

    def _shared(self, text: str) -> str:
        return self._texts[int(text)]


def _truth(text: str) -> str:
    return 'TRUE' if text.strip() in {'1', 'true'} else 'FALSE'


def _moment(text: str) -> str:
    return text.replace('T', ' ').removesuffix(' 00:00:00')


class _Columns(dict[str, int]):
    """Column numbers by letters, 0 for A; -1 for letters that name no column."""

    def __missing__(self, letters: str) -> int:
        place = 0
        for letter in letters if _LETTERS.fullmatch(letters) else '':
            place = place * 26 + ord(letter) - ord('A') + 1
        found = place - 1 if place <= MAX_COLUMN else -1
        if len(self) < MAX_COLUMN:
            self[letters] = found
        return found
