"""Heavy work of one of our modules in a process of its own.

A thread shares the interpreter with the loop that serves everybody: half a minute of a spreadsheet in a thread is
half a minute of late messages. A process takes nothing from the loop, and its memory goes when it ends.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
NICENESS = 10
LONGEST_LINE_BYTES = 1 << 20


class AsideError(RuntimeError):
    """The module beside ended with an error; what it had to say is in the log."""


@dataclass(frozen=True, slots=True)
class Pipes:
    """The two ends of a module that runs aside: what it reads, and what it says."""

    feed: asyncio.StreamWriter
    says: asyncio.StreamReader
    pid: int


@asynccontextmanager
async def aside(module: str, *arguments: str) -> AsyncIterator[Pipes]:
    """Run ``python -m module``, its pipes at hand; it ends with the block, whatever happens there.

    Raises ``AsideError`` when the block was left in order and the module was not.
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
    try:
        yield Pipes(process.stdin, process.stdout, process.pid)
        if await process.wait() != 0:
            raise AsideError(module)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def step_back() -> None:
    """Let those who serve people go first; for the beginning of a module that runs aside."""
    os.nice(NICENESS)
