"""Waiting for what is promised, with a deadline: never longer than it takes, never for ever."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable

STEP_SECONDS = 0.02


async def until(claim: Callable[[], bool | Awaitable[bool]], *, seconds: float = 5.0) -> None:
    """Return as soon as ``claim`` holds; fail when it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        held = claim()
        if await held if isawaitable(held) else held:
            return
        assert time.monotonic() < deadline, f'not within {seconds} seconds'
        await asyncio.sleep(STEP_SECONDS)
