"""Modules in processes of their own: each ends, whatever it wants."""

import asyncio

import psutil
import pytest

from desk.worker_process import WorkerError, WorkerSlowError, worker_process
from tests.support.until import until

GREEDY = 'tests.support.greedy_worker'


async def let_work(what: str, pids: list[int], *, seconds: float) -> None:
    """Run the greedy module until it ends; ``pids`` learns of its process."""
    async with worker_process(GREEDY, what, seconds=seconds) as worker:
        pids.append(worker.pid)
        assert await worker.says.readline() == b'begun\n'
        assert await worker.says.readline() == b''


@pytest.mark.parametrize(
    ('what', 'fault'),
    [
        ('processor', WorkerSlowError),
        ('time', WorkerSlowError),
        ('memory', WorkerError),
        ('disk', WorkerError),
    ],
)
async def test_who_wants_too_much_is_ended(what: str, fault: type[WorkerError]) -> None:
    pids: list[int] = []

    with pytest.raises(fault):
        await let_work(what, pids, seconds=10)

    assert not psutil.pid_exists(pids[0])


async def test_block_that_is_left_takes_the_process_with_it() -> None:
    pids: list[int] = []
    task = asyncio.create_task(let_work('time', pids, seconds=60))
    await until(lambda: bool(pids), seconds=10)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(pids[0])


async def test_timeouts_of_the_block_are_its_own() -> None:
    async def impatient() -> None:
        async with worker_process(GREEDY, 'time', seconds=60), asyncio.timeout(0.1):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await impatient()
