"""Sheets to read: a CSV as lines, a workbook as a program writes it, and one whose XML is written by hand."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]  # has no stubs

from desk.sheet_reader.sheets import Sheet

MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'


def kept(folder: Path, content: bytes | str) -> Path:
    """Return a file with this content."""
    path = folder / 'sheet'
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells_of(sheet: Sheet) -> list[list[str]]:
    """Return the rows below the headings."""
    return [row.cells for row in sheet.rows]


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """Return a workbook as a program writes it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        fill(book)
    return file.getvalue()


def workbook_of(*rows: list[object]) -> bytes:
    """Return a workbook of one sheet."""

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return workbook(fill)


def raw_workbook(rows: str, *, parts: Mapping[str, str] | None = None) -> bytes:
    """Return a workbook whose one sheet has these rows, as XML; ``parts`` stand beside or in place of the others."""
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="고객" sheetId="1" r:id="a"/></sheets></workbook>'
    package = {
        '_rels/.rels': _relations(('a', f'{OFFICE}/officeDocument', 'xl/workbook.xml')),
        'xl/workbook.xml': book,
        'xl/_rels/workbook.xml.rels': _relations(
            ('a', f'{OFFICE}/worksheet', 'worksheets/sheet1.xml'),
            ('b', f'{OFFICE}/sharedStrings', 'sharedStrings.xml'),
            ('c', f'{OFFICE}/styles', 'styles.xml'),
        ),
        'xl/worksheets/sheet1.xml': f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**package, **(parts or {})}.items():
            archive.writestr(name, content)
    return file.getvalue()


def inline(reference: str, text: str) -> str:
    """Return a cell with a text of its own, as XML."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def _relations(*relations: tuple[str, str, str]) -> str:
    inside = ''.join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>'
        for key, kind, target in relations
    )
    return f'<Relationships xmlns="{PACKAGE}">{inside}</Relationships>'
