"""Files of canned replies: added by who may change the reply, sent by whoever may insert it."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.errors import ConflictError, NotAllowedError, NotFoundError
from models import Agent, AuditAction, CannedReply, CannedReplyFile, SettingKind
from services.canned import file_queries as queries
from services.canned.queries import by_id
from services.canned.replies import current, may_edit
from services.chats.events import ChatMessage
from services.files.files import UPLOADS, Files, FileUpload
from services.files.intake import FileIntake, ReadFile
from services.files.queries import delete_file, taken
from services.people.events import SettingsChanged
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MOST_FILES = 5
"""Of one reply."""


class CannedFiles:
    """Files of canned replies."""

    def __init__(self, units: UnitsOfWork, intake: FileIntake, files: Files) -> None:
        self._units = units
        self._db = units.db
        self._intake = intake
        self._files = files

    @property
    def are_on(self) -> bool:
        """Whether files can be kept at all."""
        return self._intake.store is not None

    async def all(self, by: Agent, reply_id: UUID) -> Sequence[CannedReplyFile]:
        """Return the files of a reply that the person may insert, in the order in which they were added. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            await _readable(session, by, reply_id)
            return await queries.files_of(session, [reply_id])

    async def add(
        self, by: Agent, reply_id: UUID, file_id: UUID, name: str, chunks: AsyncIterator[bytes]
    ) -> CannedReplyFile:
        """Add a file to a reply; the same ``file_id`` again returns the file it made.

        Raises:
            NotFoundError: the reply does not exist, or is somebody else's.
            NotAllowedError: it is shared with a department that is not the person's to change.
            ConflictError: it has ``MOST_FILES`` already, or the id is another file's.
            TooManyError: more than ``UPLOADS`` allows.
            TooLongError, InvalidInputError, UpstreamError: see ``FileIntake.stored``.
        """
        async with self._db.reading() as session:
            await _editable(session, by, reply_id)
            if earlier := await queries.file(session, file_id):
                return _of(earlier, reply_id)
        UPLOADS.hit(by.id, act=file_id)
        stored = await self._intake.stored(name, chunks)
        async with self._units.begin() as work:
            await _editable(work.session, by, reply_id, lock=True)
            if earlier := await queries.file(work.session, file_id):
                return _of(earlier, reply_id)
            if len(await queries.files_of(work.session, [reply_id])) >= MOST_FILES:
                raise ConflictError('file.too_many', most=MOST_FILES)
            row = CannedReplyFile(
                id=file_id,
                reply_id=reply_id,
                agent_id=by.id,
                **stored.columns,
            )
            work.session.add(row)
            await taken(work.session, stored.keys)
            _changed(work, by, row, 'added')
        return row

    async def read(self, by: Agent, reply_id: UUID, file_id: UUID) -> ReadFile:
        """Return a file of a reply that the person may insert. Raises ``NotFoundError`` and ``UpstreamError``."""
        async with self._db.reading() as session:
            await _readable(session, by, reply_id)
            found = _of(await queries.file(session, file_id), reply_id)
        return await self._intake.read(found.name, found.media_type, found.object_key)

    async def preview(self, by: Agent, reply_id: UUID, file_id: UUID) -> ReadFile:
        """Return the preview of a picture. Raises as ``read``."""
        async with self._db.reading() as session:
            await _readable(session, by, reply_id)
            found = _of(await queries.file(session, file_id), reply_id)
        return await self._intake.preview(found.preview_key)

    async def remove(self, by: Agent, reply_id: UUID, file_id: UUID) -> None:
        """Delete a file; what was sent with it stays in its chats. Raises as ``add``."""
        async with self._units.begin() as work:
            await _editable(work.session, by, reply_id, lock=True)
            found = _of(await queries.file(work.session, file_id), reply_id)
            await delete_file(work.session, found)
            _changed(work, by, found, 'removed')

    async def send(self, by: Agent, upload: FileUpload, file_id: UUID) -> ChatMessage:
        """Send a copy of a reply's file in a chat, as any file: ``upload.id`` again is the same message. Raises as ``Files.send``."""
        async with self._db.reading() as session:
            found = await queries.file(session, file_id)
            if found is None:
                raise NotFoundError('file.not_found')
            await _readable(session, by, found.reply_id)
        whole = self._content(found)
        named = FileUpload(id=upload.id, chat_id=upload.chat_id, name=found.name, seen=upload.seen)
        return await self._files.send(by, named, whole)

    async def _content(self, found: CannedReplyFile) -> AsyncIterator[bytes]:
        """Yield the file: read only if it is needed."""
        yield (await self._intake.read(found.name, found.media_type, found.object_key)).content


async def _readable(session: AsyncSession, by: Agent, reply_id: UUID) -> CannedReply:
    row = await by_id(session, reply_id)
    if row is None or row.owner_id not in (None, by.id):
        raise NotFoundError('canned.not_found')
    return row


async def _editable(
    session: AsyncSession, by: Agent, reply_id: UUID, *, lock: bool = False
) -> None:
    now = await current(session, by)
    row = await by_id(session, reply_id, lock=lock)
    if row is None or row.owner_id not in (None, now.id):
        raise NotFoundError('canned.not_found')
    if not may_edit(now, row):
        raise NotAllowedError('canned.not_yours')


def _of(row: CannedReplyFile | None, reply_id: UUID) -> CannedReplyFile:
    if row is None or row.reply_id != reply_id:
        raise NotFoundError('file.not_found')
    return row


def _changed(work: UnitOfWork, by: Agent, row: CannedReplyFile, change: str) -> None:
    kind = SettingKind.CANNED_REPLY.value
    details: dict[str, object] = {'setting': kind, 'reply_id': str(row.reply_id), 'file': change}
    work.record(by, AuditAction.SETTING_CHANGED, fields=['files'], details=details)
    work.tell(SettingsChanged(part=kind))
