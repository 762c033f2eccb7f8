"""Files in chats, both ways: each is a message, sent exactly once, and read only by who may read the chat.

The content is stored before its message: until the message takes the object, the object is doomed (``DoomedObject``), so that
what a killed process, a refused message or a repeat leaves behind is deleted by itself. An erased customer's files are
doomed in the erasure's own transaction.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, NotFoundError
from desk.throttle import Throttle
from models import Agent, Attachment, ChatStatus
from services.chats.chats import Chats, own
from services.chats.events import ChatMessage
from services.chats.outgoing import OutgoingFile
from services.chats.visits import Visits
from services.files import queries
from services.files.intake import FileIntake, ReadFile
from services.work.unit_of_work import UnitsOfWork

SWEEP_BATCH = 50
UPLOADS = Throttle(limit=30, seconds=60)

Send = Callable[[OutgoingFile], Awaitable[ChatMessage]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUpload:
    """A file as its sender sends it, with an ``id`` that the sender made; ``seen`` as in ``OutgoingMessage``."""

    id: UUID
    chat_id: UUID
    name: str
    seen: int = 0


class Files:
    """Files of chats. Without a bucket there are none, and nothing can be sent."""

    def __init__(
        self, units: UnitsOfWork, intake: FileIntake, chats: Chats, visits: Visits
    ) -> None:
        self._db = units.db
        self._intake = intake
        self._chats, self._visits = chats, visits

    @property
    def are_on(self) -> bool:
        """Whether files can be sent at all."""
        return self._intake.store is not None

    async def send(
        self, agent: Agent, upload: FileUpload, chunks: AsyncIterator[bytes]
    ) -> ChatMessage:
        """Send an agent's file; the same ``upload.id`` again returns the message it made, without reading the file.

        Raises:
            NotFoundError: the chat does not exist, or the agent may not see it.
            ConflictError: the chat is not open, or is a colleague's; or the desk has no bucket.
            NewerMessagesError: a colleague wrote after ``upload.seen``.
            TooManyError: more than ``UPLOADS`` allows.
            TooLongError, InvalidInputError, UpstreamError: see ``FileIntake.stored``.
        """
        await self._chats.chat(agent, upload.chat_id)  # it can be seen, also where it is a repeat
        if earlier := await self._earlier(upload, agent.id):
            return earlier
        await self._chats.require_open(agent, upload.chat_id)
        UPLOADS.hit(agent.id, act=upload.id)
        return await self._sent(upload, chunks, lambda one: self._chats.reply(agent, one))

    async def send_as_customer(
        self, upload: FileUpload, chunks: AsyncIterator[bytes]
    ) -> ChatMessage:
        """Send a customer's file; the caller has checked the chat's token. Raises as ``send``, and ``NotAllowedError``."""
        chat = await self._visits.chat(upload.chat_id)
        if earlier := await self._earlier(upload, None):
            return earlier
        if chat.status is ChatStatus.CLOSED:
            raise ConflictError('chat.ended')
        UPLOADS.hit(upload.chat_id, act=upload.id)
        return await self._sent(upload, chunks, self._visits.write)

    async def read(self, agent: Agent, chat_id: UUID, file_id: UUID) -> ReadFile:
        """Return a file of a chat that an agent may see. Raises ``NotFoundError`` and ``UpstreamError``."""
        await self._chats.chat(agent, chat_id)
        return await self._read(chat_id, file_id)

    async def read_as_customer(self, chat_id: UUID, file_id: UUID) -> ReadFile:
        """Return a file of a customer's own chat; the caller has checked its token. Raises as ``read``."""
        return await self._read(chat_id, file_id)

    async def preview(self, agent: Agent, chat_id: UUID, file_id: UUID) -> ReadFile:
        """Return the preview of a picture in a chat that an agent may see. Raises as ``read``."""
        await self._chats.chat(agent, chat_id)
        return await self.preview_as_customer(chat_id, file_id)

    async def preview_as_customer(self, chat_id: UUID, file_id: UUID) -> ReadFile:
        """Return the preview of a picture in a customer's own chat; the caller has checked its token. Raises as ``read``."""
        return await self._intake.preview((await self._file(chat_id, file_id)).preview_key)

    async def sweep(self) -> None:
        """Delete objects that are due. Raises ``UpstreamError``: they stay due."""
        store = self._intake.store
        if store is None:
            return
        while True:
            async with self._db.reading() as session:
                keys = await queries.due(session, clock.now(), SWEEP_BATCH)
            if not keys:
                return
            await store.delete(keys)
            async with self._db.transaction() as session:
                await queries.forget(session, keys)

    async def close(self) -> None:
        """Release the bucket's threads and connections."""
        if self._intake.store is not None:
            await self._intake.store.close()

    async def _earlier(self, upload: FileUpload, sender_id: UUID | None) -> ChatMessage | None:
        async with self._db.reading() as session:
            earlier = await queries.message(session, upload.id)
        return own(earlier, upload.chat_id, sender_id) if earlier else None

    async def _sent(
        self, upload: FileUpload, chunks: AsyncIterator[bytes], send: Send
    ) -> ChatMessage:
        file = await self._intake.stored(upload.name, chunks)
        return await send(
            OutgoingFile(
                id=upload.id,
                chat_id=upload.chat_id,
                content=file.name,
                seen=upload.seen,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                object_key=file.object_key,
                preview_key=file.preview_key,
            )
        )

    async def _read(self, chat_id: UUID, file_id: UUID) -> ReadFile:
        found = await self._file(chat_id, file_id)
        return await self._intake.read(found.name, found.media_type, found.object_key)

    async def _file(self, chat_id: UUID, file_id: UUID) -> Attachment:
        async with self._db.reading() as session:
            found: Attachment | None = await queries.file_of(session, chat_id, file_id)
        if found is None:
            raise NotFoundError('file.not_found')
        return found
