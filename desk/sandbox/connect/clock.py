"""The sandbox's clock: the wall's, moved ahead or held still by whoever tests."""

from datetime import datetime, timedelta

from desk import clock


class Clock:
    """A clock that can be moved forward, and back to the wall's only for a fresh centre."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._held: datetime | None = None

    def now(self) -> datetime:
        """Return the sandbox's present moment, in UTC."""
        return self._held or clock.now() + self._ahead

    @property
    def is_held(self) -> bool:
        """Whether it stands still."""
        return self._held is not None

    def advance(self, by: timedelta) -> None:
        """Let so much time have passed."""
        self._ahead += by
        if self._held is not None:
            self._held += by

    def catch_up(self, moment: datetime) -> None:
        """Do not show less than this moment: the clock of a restored centre may be ahead."""
        if moment > self.now():
            self.advance(moment - self.now())

    def reset(self) -> None:
        """Show what the wall's shows: nothing has happened yet."""
        self._ahead, self._held = timedelta(), None

    def hold(self) -> None:
        """Stand still until ``advance`` or ``release``."""
        self._held = self.now()

    def release(self) -> None:
        """Go on from here."""
        if self._held is not None:
            self._ahead = self._held - clock.now()
            self._held = None
