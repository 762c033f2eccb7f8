"""Reads a sheet of people in a separate process (``desk.sheet_lines``).

python -m services.roster.reader PATH
"""

import sys

from desk.sheet_lines import write_lines
from services.roster.columns import known

MAX_ROWS = 5_000
"""The most people in one sheet: more work at no centre, and each becomes an invitation."""
MAX_CELL_CHARS = 500

if __name__ == '__main__':
    write_lines(sys.argv[1], known, most_rows=MAX_ROWS, most_chars=MAX_CELL_CHARS)
