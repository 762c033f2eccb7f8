"""Clocks that tick in the browser: the server sends a start time once, and no ticks."""

from dataclasses import dataclass
from datetime import datetime

from nicegui.element import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockUnits:
    """The units after hours and minutes, as in ``1시간 3분``."""

    hour: str
    minute: str


class Clocks(Element, component='clock.js'):
    """One invisible element per page; it drives every clock of the page.

    A clock is any element with the prop ``data-since`` (time passed) or ``data-countdown`` (time left), made by
    ``milliseconds``. It shows ``0:42``, ``12:05``, from an hour on ``1시간 3분``, and gets ``data-late="1"`` when
    more than ``data-late-seconds`` have passed, or no time is left.
    """

    def __init__(self, units: ClockUnits, *, now: datetime) -> None:
        """Start the page's clocks at the server's ``now``; the browser's own time is not trusted."""
        super().__init__()
        self._props['hour'] = units.hour
        self._props['minute'] = units.minute
        self._props['now'] = milliseconds(now)


def milliseconds(moment: datetime) -> int:
    """Return epoch milliseconds of a time with a zone, for ``data-since``."""
    return int(moment.timestamp() * 1000)
