"""A circuit breaker: after several failures in a row nobody asks for a while, so that an outage costs no waiting."""

import time

from desk.errors import UpstreamError

FAILURES = 5
REST_SECONDS = 10.0


class CircuitBreaker:
    """Counts failures in a row; while it is open ``check`` refuses. After its rest one caller at a time may try."""

    def __init__(self, *, failures: int = FAILURES, rest_seconds: float = REST_SECONDS) -> None:
        self._limit = failures
        self._rest_seconds = rest_seconds
        self._failures = 0
        self._closed_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused now."""
        return self._failures >= self._limit and time.monotonic() < self._closed_until

    def check(self) -> None:
        """Let a call pass. Raises ``UpstreamError`` while the service rests."""
        if self.is_open:
            raise UpstreamError('connect.away')
        if self._failures >= self._limit:  # one tries; the others wait for what it finds
            self._closed_until = time.monotonic() + self._rest_seconds

    def succeeded(self) -> None:
        """Note that the service answered."""
        self._failures = 0

    def failed(self) -> None:
        """Note that the service failed or did not answer in time."""
        self._failures += 1
        if self._failures >= self._limit:
            self._closed_until = time.monotonic() + self._rest_seconds
