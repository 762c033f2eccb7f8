"""Cursors of lists: opaque to programs, checked when they come back.

A cursor names the list it was made for and the last row of its page. It gives no access: the query that it
continues decides which rows the reader may see.
"""

import base64
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ValidationError

from desk.errors import InvalidInputError
from services.work.cursors import Cursor

MAX_CURSOR_CHARS = 512


class _CursorBody(BaseModel):
    """The list and the last row of one page."""

    listing: str
    moment: datetime | None
    row_id: UUID


def encoded(listing: str, place: Cursor) -> str:
    """Return the cursor that continues ``listing`` after ``place``."""
    cursor = _CursorBody(listing=listing, moment=place.moment, row_id=place.row_id)
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip('=')


def decoded(listing: str, cursor: str) -> Cursor:
    """Return the place after which ``listing`` continues. Raises ``InvalidInputError`` for anything but a cursor of it."""
    try:
        padded = cursor + '=' * (-len(cursor) % 4)
        found = _CursorBody.model_validate_json(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, ValidationError) as error:
        raise InvalidInputError('list.cursor') from error
    if found.listing != listing or (found.moment and found.moment.tzinfo is None):
        raise InvalidInputError('list.cursor')
    return Cursor(found.moment, found.row_id)
