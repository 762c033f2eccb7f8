"""A bell that wakes everybody who waits for something to happen."""

import asyncio


class Bell:
    """Rings for all who wait now; who comes later waits for the next time."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake who waits."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def heard(self, seconds: float) -> bool:
        """Wait for the next ring, so long at most; return whether it came."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return False
        return True
