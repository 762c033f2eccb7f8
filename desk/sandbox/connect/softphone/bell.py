"""Wakes all tasks that wait for an event."""

import asyncio


class Bell:
    """Wakes all current waiters; later ones wait for the next ring."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the waiters."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def heard(self, seconds: float) -> bool:
        """Wait for the next ring, at most this many seconds; return whether it came."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return False
        return True
