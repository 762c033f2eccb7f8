"""Heavy work of one of our modules in a process of its own.

A thread shares the interpreter with the loop that serves everybody: half a minute of a spreadsheet in a thread is
half a minute of late messages. A process takes nothing from the loop, and its memory goes when it ends.
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
    """The module beside ended with an error; what it had to say is in the log."""


class WorkerSlowError(WorkerError):
    """The module beside took longer than it may, by the clock or by the processor."""


class WorkerLargeError(WorkerError):
    """The module beside wanted more memory than it may have."""


ENDED_BY: dict[int, type[WorkerError]] = {
    -signal.SIGXCPU: WorkerSlowError,
    -signal.SIGABRT: WorkerLargeError,  # what is not written in Python aborts when it gets no memory
    -signal.SIGSEGV: WorkerLargeError,
    -signal.SIGKILL: WorkerLargeError,  # the kernel, which has none left itself
}
"""What it means when a process ends by a signal that we did not send."""


@dataclass(frozen=True, slots=True)
class Pipes:
    """The two ends of a module that runs aside: what it reads, and what it says."""

    feed: asyncio.StreamWriter
    says: asyncio.StreamReader
    pid: int


@asynccontextmanager
async def worker_process(
    module: str, *arguments: str, seconds: float | None = None
) -> AsyncIterator[Pipes]:
    """Run ``python -m module``, its pipes at hand; it ends with the block, whatever happens there.

    Raises ``WorkerError`` when the block was left in order and the module was not, or when both took more than ``seconds``.
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
    """Let those who serve people go first, and end by itself; for the beginning of a module that runs aside.

    Beyond its processor time the process is killed; beyond its memory it hears ``MemoryError``, beyond the length that a
    file of its may have ``OSError``.
    """
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if sys.platform == 'linux':  # macOS does not keep this limit
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
