"""A circuit breaker: after several failures in a row, calls fail at once instead of waiting."""

import time

from desk.errors import UpstreamError

FAILURES = 5
REST_SECONDS = 10.0


class CircuitBreaker:
    """Counts failures in a row; while open, ``check`` refuses.

    After the pause one caller at a time may try.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        rest_seconds: float = REST_SECONDS,
        key: str = 'connect.away',
    ) -> None:
        """Set the limits; ``key`` names the sentence that says what is away."""
        self._key = key
        self._limit = failures
        self._rest_seconds = rest_seconds
        self._failures = 0
        self._closed_until = 0.0
        self._failing_since = 0.0
        self._denied: tuple[float, float] | None = None

    @property
    def failing_seconds(self) -> float:
        """How long the service has answered no call, counted from the first that failed; 0 when the last one was answered."""
        return time.monotonic() - self._failing_since if self._failures else 0.0

    @property
    def denied_seconds(self) -> float | None:
        """How long the service has let no call in, from the first that it denied to the latest; ``None`` when it let the last one in.

        Not until now: one denied call, and then none, says little about the others.
        """
        return None if self._denied is None else self._denied[1] - self._denied[0]

    @property
    def is_open(self) -> bool:
        """Whether calls are refused now."""
        return self._failures >= self._limit and time.monotonic() < self._closed_until

    def check(self) -> None:
        """Let a call pass. Raises ``UpstreamError`` during the pause."""
        if self.is_open:
            raise UpstreamError(self._key)
        if self._failures >= self._limit:  # one caller tries; the others wait for its result
            self._closed_until = time.monotonic() + self._rest_seconds

    def succeeded(self) -> None:
        """Record that the service answered."""
        self._failures = 0
        self._denied = None

    def denied(self) -> None:
        """Record that the service is there and does not let the desk in: no reason to pause."""
        now = time.monotonic()
        self._failures = 0
        self._denied = (self._denied[0] if self._denied else now, now)

    def failed(self) -> None:
        """Record that the service failed or did not answer in time."""
        if not self._failures:
            self._failing_since = time.monotonic()
        self._failures += 1
        if self._failures >= self._limit:
            self._closed_until = time.monotonic() + self._rest_seconds
