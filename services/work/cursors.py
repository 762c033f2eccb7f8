"""Cursors for paged lists: the next page begins after a row, never after a count of rows.

So pages neither overlap nor skip rows while new rows arrive.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Position = tuple[datetime, UUID]
"""A row's place in a list ordered by time: its time, and its id among rows of the same time."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page, and its time; ``None`` where a row has no such time."""

    moment: datetime | None
    row_id: UUID

    @property
    def timed(self) -> Position | None:
        """The position among rows that have a time; ``None`` after all of these."""
        return (self.moment, self.row_id) if self.moment else None
