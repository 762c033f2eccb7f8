"""Pictures before they are stored: without place and other metadata, the right way up, with a small preview.

The work is done in a process of limited memory and time (``services.files.picture_worker``), a few at once. What cannot be
cleaned is refused: only the cleaned picture is stored, never the one that was sent (decision 0049).
"""

import asyncio
import json
from dataclasses import dataclass

from desk.errors import InvalidInputError
from desk.worker_process import WorkerError, WorkerLargeError, WorkerSlowError, worker_process
from services.files.kinds import FileKind

WORKER = 'services.files.picture_worker'
SECONDS = 40.0
MOST_AT_ONCE = 2
PREVIEW_TYPE = 'image/webp'
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPicture:
    """A picture without metadata, and its preview."""

    content: bytes
    preview: bytes


class Pictures:
    """Cleans pictures; one of each process, because it bounds how many are worked on at once."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def cleaned(self, content: bytes, kind: FileKind) -> CleanPicture:
        """Return a picture cleaned, with its preview.

        Raises ``InvalidInputError``: too many pixels, or more work than allowed (``file.picture_large``), or not a whole
        picture of its kind (``file.picture_broken``).
        """
        async with self._turns:
            try:
                told = await _told(content, kind)
            except (WorkerLargeError, WorkerSlowError) as error:
                raise InvalidInputError('file.picture_large') from error
            except (WorkerError, ConnectionError) as error:
                raise InvalidInputError('file.picture_broken') from error
        line, _, rest = told.partition(b'\n')
        head: dict[str, int | str] = json.loads(line)
        if error_key := head.get('error'):
            raise InvalidInputError(str(error_key))
        size = int(head['content'])
        return CleanPicture(content=rest[:size], preview=rest[size:])


async def _told(content: bytes, kind: FileKind) -> bytes:
    async with worker_process(WORKER, kind.media_type, seconds=SECONDS) as worker:
        worker.feed.write(content)
        await worker.feed.drain()
        worker.feed.close()
        parts = []
        while part := await worker.says.read(CHUNK_BYTES):
            parts.append(part)
    return b''.join(parts)
