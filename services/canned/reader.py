"""Reads a sheet of canned replies in a separate process (``desk.sheet_lines``).

python -m services.canned.reader PATH
"""

import sys

from desk.sheet_lines import write_lines
from models.chat import MAX_MESSAGE_CHARS
from services.canned.columns import known

MAX_ROWS = 5_000

if __name__ == '__main__':
    write_lines(sys.argv[1], known, most_rows=MAX_ROWS, most_chars=MAX_MESSAGE_CHARS + 1)
