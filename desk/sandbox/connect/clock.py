"""The simulator's clock: real time, which a tester can move ahead or stop."""

from datetime import datetime, timedelta

from desk import clock


class Clock:
    """A clock that can be moved forward, and back to real time only for a fresh centre."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._held: datetime | None = None

    def now(self) -> datetime:
        """Return the simulator's current time, in UTC."""
        return self._held or clock.now() + self._ahead

    @property
    def is_held(self) -> bool:
        """Whether it is stopped."""
        return self._held is not None

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self._ahead += by
        if self._held is not None:
            self._held += by

    def catch_up(self, moment: datetime) -> None:
        """Move the clock at least to this time: a restored centre's clock may be ahead."""
        if moment > self.now():
            self.advance(moment - self.now())

    def reset(self) -> None:
        """Return to real time, for a fresh centre."""
        self._ahead, self._held = timedelta(), None

    def hold(self) -> None:
        """Stop until ``advance`` or ``release``."""
        self._held = self.now()

    def release(self) -> None:
        """Continue from the current time."""
        if self._held is not None:
            self._ahead = self._held - clock.now()
            self._held = None
