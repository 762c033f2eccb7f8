"""The choice of a table in a file, re-exported for pages, which may not import ``desk.sheet_reader``."""

from desk.sheet_reader.rows import column_letters
from desk.sheet_reader.sheets import Headings, SheetChoice

__all__ = ['Headings', 'SheetChoice', 'column_letters']
