"""NiceGUI's test helper collects the whole heap twice for each page: more than half of a page test's time.

Here it does so for one page in many. What is left then is put out of the way of later collections.
"""

import gc

from nicegui.testing import general

EVERY = 50


class _Seldom:
    """Stands for ``gc`` in NiceGUI's helper."""

    def __init__(self) -> None:
        self._asked = 0

    def collect(self) -> int:
        """Collect, once in ``EVERY`` times; returns how much was found."""
        self._asked += 1
        if self._asked % EVERY:
            return 0
        found = gc.collect()
        gc.freeze()
        return found


def seldom() -> None:
    """Let NiceGUI's helper collect seldom, for the whole run."""
    general.gc = _Seldom()  # type: ignore[assignment]  # all that it uses of it
