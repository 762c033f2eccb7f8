"""Which table of a file is meant, in the reader's own words: pages know the services, not the kernel's readers."""

from desk.sheet_reader.rows import column_letters
from desk.sheet_reader.sheets import Headings, SheetChoice

__all__ = ['Headings', 'SheetChoice', 'column_letters']
