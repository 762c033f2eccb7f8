"""Uploaded sheets: each in its own folder, which is deleted when its import ends.

Sheets contain personal data. The process that uses a folder locks it, so a folder without a lock
was left by a process that died, and any other process deletes it.
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
"""A new folder is left alone for this long, because its lock may be about to be taken."""


class ImportFile:
    """An uploaded sheet in a private folder, which is deleted when it is closed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.sheet = self.folder / 'sheet'
        lock = os.open(self.folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        self._unlock = weakref.finalize(self, os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)

    async def fill(self, chunks: AsyncIterator[bytes]) -> None:
        """Write the uploaded content. Raises ``FileNotFoundError``: it was closed meanwhile."""
        async with await anyio.open_file(self.sheet, 'wb') as sheet:
            async for chunk in chunks:
                await sheet.write(chunk)

    async def close(self) -> None:
        """Delete the folder."""
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
        self._unlock()

    @staticmethod
    async def tidy() -> None:
        """Delete folders that were not closed and that no process uses."""
        await asyncio.to_thread(_remove_left, time.time() - GRACE_SECONDS)


def _remove_left(before: float) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f'{PREFIX}*'):
        with suppress(OSError):  # it is in use, already deleted, or another user's
            if folder.stat().st_mtime < before:
                _remove(folder)


def _remove(folder: Path) -> None:
    """Delete a folder. Raises ``OSError``: it is locked."""
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(lock)
