"""The one way of a file into the bucket: whole, of an allowed kind, scanned, its picture cleaned, stored, and doomed until it is taken.

Whoever takes a stored file (a chat's message, a customer's record, a canned reply) does so in the transaction that stores its
own row, with ``queries.taken``: what a killed process, a refusal or a repeat leaves behind is deleted by itself.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, NotFoundError, TooLongError
from desk.settings import Settings
from services.aws.object_store import ObjectStore, store_for
from services.contacts.attachment_queries import doom
from services.files.kinds import kind_of
from services.files.names import shown_name
from services.files.pictures import PREVIEW_TYPE, Pictures
from services.files.queries import keys_of
from services.files.scanning import Clamd, VirusScan

MAX_FILE_BYTES = 20 << 20
TAKEN_WITHIN = timedelta(hours=1)
"""An object that nothing has taken by then is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSetup:
    """Where files are stored (nowhere: none can be sent), and who scans them before (nobody: they are not scanned)."""

    store: ObjectStore | None = None
    scan: VirusScan | None = None

    @classmethod
    def of(cls, settings: Settings) -> 'FileSetup':
        """Return the setup from the settings; opens nothing."""
        return cls(store=store_for(settings), scan=Clamd.at(settings.clamd_url))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file in the bucket that nothing has taken yet."""

    name: str
    media_type: str
    size_bytes: int
    object_key: str
    preview_key: str | None = None

    @property
    def keys(self) -> list[str]:
        """Return the keys of its objects."""
        return keys_of(self)

    @property
    def columns(self) -> dict[str, Any]:
        """Return the values of the row that takes it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """A file with its content."""

    name: str
    media_type: str
    content: bytes


class FileIntake:
    """Stores files, and reads them for whoever has checked the right to."""

    def __init__(self, db: Database, setup: FileSetup) -> None:
        self._db = db
        self.store, self._scan = setup.store, setup.scan
        self._pictures = Pictures()

    async def stored(self, name: str, chunks: AsyncIterator[bytes]) -> StoredFile:
        """Store a file under random keys.

        Raises:
            ConflictError: the desk has no bucket.
            TooLongError: larger than ``MAX_FILE_BYTES``.
            InvalidInputError: empty, of a kind that is not allowed, a picture that cannot be cleaned, or the scan found something.
            UpstreamError: the bucket is away, or who scans.
        """
        store = self.require_store()
        content = await _whole(chunks)
        kind = kind_of(content)
        if self._scan is not None:
            await self._scan.check(content)
        picture = await self._pictures.cleaned(content, kind) if kind.is_image else None
        content = picture.content if picture else content
        file = StoredFile(
            name=shown_name(name, kind),
            media_type=kind.media_type,
            size_bytes=len(content),
            object_key=secrets.token_hex(32),
            preview_key=secrets.token_hex(32) if picture else None,
        )
        async with self._db.transaction() as session:
            await doom(session, dict.fromkeys(file.keys, clock.now() + TAKEN_WITHIN))
        await store.put(file.object_key, content, kind.media_type)
        if picture and file.preview_key:
            await store.put(file.preview_key, picture.preview, PREVIEW_TYPE)
        return file

    async def read(self, name: str, media_type: str, object_key: str) -> ReadFile:
        """Return a file with its content. Raises ``NotFoundError`` and ``UpstreamError``."""
        content = await self.require_store().get(object_key)
        return ReadFile(name=name, media_type=media_type, content=content)

    async def preview(self, preview_key: str | None) -> ReadFile:
        """Return a picture's preview. Raises ``NotFoundError`` for what has none, and ``UpstreamError``."""
        if preview_key is None:
            raise NotFoundError('file.not_found')
        return await self.read('preview.webp', PREVIEW_TYPE, preview_key)

    def require_store(self) -> ObjectStore:
        """Return the bucket. Raises ``ConflictError`` where there is none."""
        if self.store is None:
            raise ConflictError('file.off')
        return self.store


async def _whole(chunks: AsyncIterator[bytes]) -> bytes:
    """Return the whole content. Raises ``TooLongError``."""
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > MAX_FILE_BYTES:
            raise TooLongError('file.too_large', most=MAX_FILE_BYTES >> 20)
    return bytes(content)
