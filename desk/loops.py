"""Work that goes on for as long as the process lives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

from desk.errors import DeskError

log = structlog.get_logger()

REST_SECONDS = 1.0
"""Between a failure and the next try, so that a lasting fault does not spin."""
STOP_SECONDS = 0.1
"""How long a loop may take to stop before it is asked again."""


@asynccontextmanager
async def running(loops: Mapping[str, Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    """Keep these going, each by its name, while the block runs; one that fails is logged and begun again."""
    async with asyncio.TaskGroup() as group:
        tasks = {
            group.create_task(_keep_going(name, work), name=name) for name, work in loops.items()
        }
        try:
            yield
        finally:
            await _stop(tasks)


async def _stop(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel until it holds: a database driver may turn a first cancellation into an error of its own."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=STOP_SECONDS)


async def _keep_going(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except DeskError as error:  # something outside is away: it is tried again until it is back
            log.warning('loop_waits', loop=name, key=error.key)
        except Exception:
            log.exception('loop_failed', loop=name)
        await asyncio.sleep(REST_SECONDS)
