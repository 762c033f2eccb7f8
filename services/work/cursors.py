"""Where a page of a list ends and the next one begins: lists are read behind a place, never by counting rows.

So pages neither overlap nor leave out, whatever comes in meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Position = tuple[datetime, UUID]
"""Where a row stands in a list ordered by time: its time, and its id among rows of the same time."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page, and the time that its list is in the order of; none where a row has no such time."""

    moment: datetime | None
    row_id: UUID

    @property
    def timed(self) -> Position | None:
        """The place among the rows that have a time; nothing behind all of these."""
        return (self.moment, self.row_id) if self.moment else None
