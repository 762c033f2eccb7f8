"""Background loops that run for as long as the process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

from desk import metrics
from desk.errors import DeskError

log = structlog.get_logger()

REST_SECONDS = 1.0
"""The pause between a failure and the next try, so that a lasting fault does not spin."""
STOP_SECONDS = 0.1
"""How long a loop may take to stop before it is cancelled again."""


@asynccontextmanager
async def running(loops: Mapping[str, Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    """Run the named loops while the block runs; a loop that fails is logged and started again."""
    async with asyncio.TaskGroup() as group:
        tasks = {
            group.create_task(_keep_going(name, work), name=name) for name, work in loops.items()
        }
        try:
            yield
        finally:
            await _stop(tasks)


async def _stop(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks until they end: a database driver may turn the first cancellation into an error."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=STOP_SECONDS)


async def _keep_going(name: str, work: Callable[[], Awaitable[None]]) -> None:
    metrics.LOOP_FAILURES.labels(name)  # exported as 0 from the start, see ``metrics.KNOWN_LABELS``
    while True:
        try:
            await work()
        except DeskError as error:  # something outside the desk is away; try until it is back
            log.warning('loop_waits', loop=name, key=error.key)
        except Exception:
            metrics.LOOP_FAILURES.labels(name).inc()
            log.exception('loop_failed', loop=name)
        await asyncio.sleep(REST_SECONDS)
