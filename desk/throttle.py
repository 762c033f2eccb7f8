"""How often somebody may do something, counted in this process: a brake for slips and floods, not a ledger."""

import time
from collections import defaultdict, deque
from collections.abc import Hashable
from math import ceil

from desk.errors import TooManyError

MAX_KEYS = 10_000
"""Beyond this many people the ones who have been quiet are forgotten."""


class Throttle:
    """At most ``limit`` times in any ``seconds``, for each key."""

    def __init__(self, *, limit: int, seconds: float, error_key: str = 'throttle.too_fast') -> None:
        self._limit = limit
        self._seconds = seconds
        self._error_key = error_key
        self._hits: dict[Hashable, deque[tuple[float, Hashable]]] = defaultdict(deque)

    def hit(self, key: Hashable, *, act: Hashable = None) -> None:
        """Count one more; an ``act`` that is repeated (a message sent again) counts once.

        Raises ``TooManyError``, and counts nothing, when it is one too many.
        """
        at = time.monotonic()
        hits = self._hits[key]
        while hits and hits[0][0] <= at - self._seconds:
            hits.popleft()
        if act is not None and any(act == earlier for _, earlier in hits):
            return
        if len(hits) >= self._limit:
            wait = max(1, ceil(hits[0][0] + self._seconds - at))
            raise TooManyError(self._error_key, wait_seconds=wait)
        hits.append((at, act))
        if len(self._hits) > MAX_KEYS:
            self._forget_quiet(at)

    def reset(self) -> None:
        """Forget everything, for a test."""
        self._hits.clear()

    def _forget_quiet(self, at: float) -> None:
        quiet = [
            key for key, hits in self._hits.items() if not hits or hits[-1][0] <= at - self._seconds
        ]
        for key in quiet:
            del self._hits[key]
