"""Cursors: opaque to who holds them, checked when they come back.

A cursor names the list it was made for and the place where its page ended. It proves nothing: what may be seen
is decided by the query that it continues.
"""

import base64
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ValidationError

from desk.errors import InvalidInputError
from services.work.cursors import Cursor

MAX_CURSOR_CHARS = 512


class _CursorBody(BaseModel):
    """The place behind one page of one list."""

    listing: str
    moment: datetime | None
    row_id: UUID


def encoded(listing: str, place: Cursor) -> str:
    """Return the cursor that continues ``listing`` behind ``place``."""
    cursor = _CursorBody(listing=listing, moment=place.moment, row_id=place.row_id)
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip('=')


def decoded(listing: str, cursor: str) -> Cursor:
    """Return where ``listing`` continues. Raises ``InvalidInputError`` for what is no cursor of it."""
    try:
        padded = cursor + '=' * (-len(cursor) % 4)
        found = _CursorBody.model_validate_json(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, ValidationError) as error:
        raise InvalidInputError('list.cursor') from error
    if found.listing != listing or (found.moment and found.moment.tzinfo is None):
        raise InvalidInputError('list.cursor')
    return Cursor(found.moment, found.row_id)
