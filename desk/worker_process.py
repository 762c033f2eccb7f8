"""Runs one of the desk's modules in a separate process, for heavy work.

A thread shares the interpreter with the event loop: half a minute of spreadsheet work in a thread
delays every message by half a minute. A process does not slow the loop, and its memory is freed
when it ends.
"""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
NICENESS = 10
LONGEST_LINE_BYTES = 1 << 20


class WorkerError(RuntimeError):
    """The worker module ended with an error; its output is in the log."""


class WorkerSlowError(WorkerError):
    """The worker module took longer than allowed, in real or processor time."""


class WorkerLargeError(WorkerError):
    """The worker module needed more memory than allowed."""


ENDED_BY: dict[int, type[WorkerError]] = {
    -signal.SIGXCPU: WorkerSlowError,
    -signal.SIGABRT: WorkerLargeError,  # native code aborts when an allocation fails
    -signal.SIGSEGV: WorkerLargeError,
    -signal.SIGKILL: WorkerLargeError,  # the kernel, out of memory
}
"""The error for each signal that the desk did not send."""


@dataclass(frozen=True, slots=True)
class Pipes:
    """The input and the output of a worker module."""

    feed: asyncio.StreamWriter
    says: asyncio.StreamReader
    pid: int


@asynccontextmanager
async def worker_process(
    module: str, *arguments: str, seconds: float | None = None
) -> AsyncIterator[Pipes]:
    """Run ``python -m module`` and give its pipes to the block; the process ends with the block in any case.

    Raises:
        WorkerError: the block succeeded and the module did not, or both took more than ``seconds``.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        '-m',
        module,
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE_BYTES,
    )
    assert process.stdin  # noqa: S101 - both are pipes
    assert process.stdout  # noqa: S101
    clock = asyncio.timeout(seconds)
    try:
        async with clock:
            yield Pipes(process.stdin, process.stdout, process.pid)
            code = await process.wait()
        if code != 0:
            raise ENDED_BY.get(code, WorkerError)(module)
    except TimeoutError as error:
        if not clock.expired():
            raise
        raise WorkerSlowError(module) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def bound_work(*, cpu_seconds: int, memory_bytes: int, file_bytes: int) -> None:
    """Lower this process's priority and limit its resources; called first in a worker module.

    Above its processor time the process is killed; above its memory it gets ``MemoryError``, above
    its file size ``OSError``.
    """
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if sys.platform == 'linux':  # macOS does not enforce this limit
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
