"""Rate limits, counted in this process only: against slips and floods, not an exact record."""

import time
from collections import OrderedDict, deque
from collections.abc import Hashable
from math import ceil

from desk.errors import TooManyError

MAX_KEYS = 10_000
"""This many keys are remembered; above it the one that was quiet longest is forgotten early."""


class Throttle:
    """At most ``limit`` times in any ``seconds``, for each key."""

    def __init__(self, *, limit: int, seconds: float, error_key: str = 'throttle.too_fast') -> None:
        self._limit = limit
        self._seconds = seconds
        self._error_key = error_key
        self._hits: OrderedDict[Hashable, deque[tuple[float, Hashable]]] = OrderedDict()
        """Ordered by latest hit, so that expired keys are in front and need no search."""

    def hit(self, key: Hashable, *, act: Hashable = None) -> None:
        """Count one more; an ``act`` that repeats (a message sent again) counts once.

        Raises:
            TooManyError: the limit is reached; this try is not counted.
        """
        at = time.monotonic()
        hits = self._hits.setdefault(key, deque())
        while hits and hits[0][0] <= at - self._seconds:
            hits.popleft()
        if act is not None and any(act == earlier for _, earlier in hits):
            return
        if len(hits) >= self._limit:
            wait = max(1, ceil(hits[0][0] + self._seconds - at))
            raise TooManyError(self._error_key, wait_seconds=wait)
        hits.append((at, act))
        self._hits.move_to_end(key)
        self._forget_quiet(at)

    def reset(self) -> None:
        """Forget everything, for a test."""
        self._hits.clear()

    def _forget_quiet(self, at: float) -> None:
        """Forget at most two expired keys for each new hit, so that no call takes long."""
        for _ in range(2):
            key, hits = next(iter(self._hits.items()))
            if len(self._hits) <= MAX_KEYS and hits and hits[-1][0] > at - self._seconds:
                return
            if len(self._hits) > 1:
                del self._hits[key]
