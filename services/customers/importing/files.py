"""Sheets on their way in: each in a folder of its own that is gone when its import has ended.

Sheets hold people's data. A folder is locked by the process that works with it, so that what a killed process left is known
by its lock that nobody holds, and is removed by any other.
"""

import asyncio
import fcntl
import os
import shutil
import tempfile
import time
import weakref
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import anyio

PREFIX = 'desk-import-'
LOCK = 'lock'
GRACE_SECONDS = 60
"""A folder is left alone for so long: its lock may be about to be taken."""


class ImportFile:
    """A sheet on its way in: a folder that nobody else reads, gone when it is closed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.sheet = self.folder / 'sheet'
        lock = os.open(self.folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._unlock = weakref.finalize(self, os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)

    async def fill(self, chunks: AsyncIterator[bytes]) -> None:
        """Write what people bring. Raises ``FileNotFoundError``: it was closed meanwhile."""
        async with await anyio.open_file(self.sheet, 'wb') as sheet:
            async for chunk in chunks:
                await sheet.write(chunk)

    async def close(self) -> None:
        """Remove all of it."""
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
        self._unlock()

    @staticmethod
    async def tidy() -> None:
        """Remove what nobody closed and nobody works with any more."""
        await asyncio.to_thread(_remove_left, time.time() - GRACE_SECONDS)


def _remove_left(before: float) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f'{PREFIX}*'):
        with suppress(OSError):  # somebody works with it, was faster, or it is somebody else's
            if folder.stat().st_mtime < before:
                _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder. Raises ``OSError``: it is locked."""
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(lock)
