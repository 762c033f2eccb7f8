"""Waiting for what is promised, with a deadline: never longer than it takes, never for ever."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable

from sqlalchemy import text

from desk.db import Database

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


async def until_waiting(db: Database, number: int) -> None:
    """Return as soon as so many, or more, wait for each other's rows or tables in this database."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )

    async def are_waiting() -> bool:
        async with db.statement() as connection:
            return bool((await connection.execute(waiting)).scalar_one() >= number)

    await until(are_waiting, seconds=30)
