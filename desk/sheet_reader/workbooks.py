"""XLSX workbooks (ECMA-376): their visible sheets, read row by row while the file is unpacked.

The size that a sheet declares is ignored, and only one row and the shared texts are kept in memory:
a stray cell in the last column costs nothing. A cell that cannot be read is an error of its row.
"""

import re
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from desk.sheet_reader import number_formats
from desk.sheet_reader.rows import SheetFile, SheetRow, UnreadableSheetError
from desk.sheet_reader.sheet_xml import CHUNK_BYTES, SheetParser, Texts, local, shared_texts

MAX_UNPACKED_BYTES = 4 << 30
MAX_PART_BYTES = 32 << 20
"""The limit for the small parts that are read whole: the list of sheets, the styles."""
_DEFAULT_BOOK = 'xl/workbook.xml'


@dataclass(frozen=True, slots=True)
class Styles:
    """The number formats of a workbook's cell styles."""

    codes: dict[str, str]
    """Number formats by the number of the cell style, as written in the file."""
    is_1904: bool

    def shown_by(self, style: str | None) -> Callable[[str], str]:
        """Return the function that shows a style's numbers; an unknown style changes nothing."""
        code = self.codes.get(style or '0', number_formats.GENERAL)
        return number_formats.shown_by(code, is_1904=self.is_1904)


@dataclass(slots=True)
class _Book:
    path: Path
    sheets: dict[str, str]
    """The visible sheets: their parts in the package, by name."""
    styles: Styles
    texts_part: str | None
    texts: Texts | None = field(default=None)


def open_workbook(path: Path) -> SheetFile:
    """Open a workbook. Raises ``UnreadableSheetError``: not a workbook, damaged, locked, or too large."""
    with _opened(path) as archive:
        parts = _Parts(archive)
        book_part = parts.book()
        relations = parts.relations(book_part)
        book = parts.xml(book_part)
        styles = Styles(
            {str(place): code for place, code in enumerate(_formats(parts, relations))},
            any(_is_1904(one) for one in _all(book, 'workbookPr')),
        )
        sheets = {
            name: relations[key][1]
            for name, key in _visible(book)
            if key in relations and relations[key][0] == 'worksheet'
        }
        texts = next((part for kind, part in relations.values() if kind == 'sharedStrings'), None)
    opened = _Book(path, sheets, styles, texts)
    return SheetFile('xlsx', tuple(sheets), lambda name: _rows(opened, name))


def _rows(book: _Book, name: str) -> Iterator[SheetRow]:
    """Return the rows of a sheet."""
    with _opened(book.path) as archive:
        parts = _Parts(archive)
        if book.texts is None:
            book.texts = Texts()
            if book.texts_part in parts:
                with parts.open(book.texts_part) as file:
                    book.texts = shared_texts(_chunks(file))
        parser = SheetParser(book.texts, book.styles.shown_by)
        with parts.open(book.sheets[name]) as file:
            for chunk in _chunks(file):
                yield from parser.rows(chunk)
            yield from parser.rows(b'', is_last=True)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    try:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise UnreadableSheetError('sheet.broken') from error


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableSheetError('sheet.broken') from error


class _Parts:
    """The parts of a package, found in any letter case and with either slash, because programs differ."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {_part_name(one.filename): one for one in archive.infolist()}
        if sum(one.file_size for one in self._entries.values()) > MAX_UNPACKED_BYTES:
            raise UnreadableSheetError('sheet.too_long')

    def __contains__(self, part: str | None) -> bool:
        return part is not None and _part_name(part) in self._entries

    def open(self, part: str | None) -> IO[bytes]:
        entry = self._entries.get(_part_name(part or ''))
        if entry is None:
            raise UnreadableSheetError('sheet.broken')
        try:
            return self._archive.open(entry)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
            raise UnreadableSheetError('sheet.broken') from error
        except RuntimeError as error:  # zipfile's error for an encrypted entry
            raise UnreadableSheetError('sheet.locked') from error

    def xml(self, part: str) -> ET.Element:
        """Return a small part, parsed whole."""
        with self.open(part) as file:
            content = b''.join(_chunks(file))
        if len(content) > MAX_PART_BYTES:
            raise UnreadableSheetError('sheet.too_long')
        try:
            return ET.fromstring(content)  # noqa: S314 - bounded; expat limits entity expansion
        except (ET.ParseError, ValueError) as error:
            raise UnreadableSheetError('sheet.broken') from error

    def book(self) -> str:
        """Return the part that lists the sheets. Raises ``UnreadableSheetError``: not a workbook."""
        named = [part for kind, part in self.relations('').values() if kind == 'officeDocument']
        part = named[0] if named else _DEFAULT_BOOK
        if part not in self or not part.lower().endswith('.xml') or 'word/' in part:
            raise UnreadableSheetError('sheet.encoding')
        return part

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the relations of a part: by id, their type and the part they name."""
        home = PurePosixPath(part).parent
        listed = str(home / '_rels' / f'{PurePosixPath(part).name}.rels')
        if listed not in self:
            return {}
        return {
            one.get('Id', ''): (one.get('Type', '').rpartition('/')[2], _target(home, one))
            for one in _all(self.xml(listed), 'Relationship')
        }


def _part_name(name: str) -> str:
    return name.replace('\\', '/').lstrip('/').lower()


def _target(home: PurePosixPath, relation: ET.Element) -> str:
    target = relation.get('Target', '').replace('\\', '/')
    path = PurePosixPath(target) if target.startswith('/') else home / target
    found: list[str] = []
    for step in path.parts:
        if step == '..':
            found = found[:-1]
        elif step not in {'/', '.'}:
            found.append(step)
    return '/'.join(found)


def _all(root: ET.Element, name: str) -> Iterator[ET.Element]:
    """Return the elements of a name in any namespace: OOXML has two, and prefixes vary."""
    return (one for one in root.iter() if local(one.tag) == name)


def _visible(book: ET.Element) -> Iterator[tuple[str, str]]:
    """Return the visible sheets by name, each with its relation id."""
    for sheet in _all(book, 'sheet'):
        key = next((value for name, value in sheet.items() if name.endswith('}id')), '')
        if sheet.get('state', 'visible') == 'visible':
            yield sheet.get('name', ''), key


def _is_1904(properties: ET.Element) -> bool:
    return properties.get('date1904', '0').lower() in {'1', 'true', 'on'}


def _formats(parts: _Parts, relations: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """Return the number format of each cell style; empty when the styles cannot be read."""
    part = next((part for kind, part in relations.values() if kind == 'styles'), None)
    if part is None or part not in parts:
        return ()
    styles = parts.xml(part)
    own = {one.get('numFmtId'): one.get('formatCode', '') for one in _all(styles, 'numFmt')}
    cell_styles = next((one for one in _all(styles, 'cellXfs')), None)
    if cell_styles is None:
        return ()
    return tuple(_code(one.get('numFmtId', '0'), own) for one in _all(cell_styles, 'xf'))


def _code(number: str, own: dict[str | None, str]) -> str:
    code = own.get(number) or number_formats.BUILT_IN.get(
        int(number) if re.fullmatch(r'\d{1,3}', number) else 0, number_formats.GENERAL
    )
    return code[: number_formats.MAX_CODE_CHARS]
