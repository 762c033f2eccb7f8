"""The files of a case's contact, copied under keys of the case's own (decision 0059).

The evidence names them in the transaction that brings the case to its end; a sweep of any process copies them. An original is not
deleted while a copy of it is still to be made, also not by an erasure. The copies go with their case, and are read through
``CaseFiles.read`` only: by supervisors, recorded in the audit log.
"""

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID

import structlog

from desk import clock
from desk.errors import NotFoundError, UpstreamError
from models import Agent, AuditAction, ProtectionFile
from services.contacts.access import require_supervisor
from services.contacts.attachment_queries import doom
from services.files.intake import TAKEN_WITHIN, FileIntake, ReadFile
from services.files.queries import taken
from services.protection import file_queries as queries
from services.protection import queries as case_queries
from services.protection.steps import record
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

CLAIMED_FOR = timedelta(minutes=2)
"""So long no other process copies a file; after a failure the next attempt comes then."""
BATCH = 20


class CaseFiles:
    """The copies of the files of cases."""

    def __init__(self, units: UnitsOfWork, intake: FileIntake) -> None:
        self._units = units
        self._db = units.db
        self._intake = intake

    async def copy_due(self) -> int:
        """Copy files that are due; return how many are settled. Any process may do it; a file is copied once.

        While the bucket is away they stay due.
        """
        if self._intake.store is None:
            return 0
        now = clock.now()
        async with self._db.transaction() as session:
            claimed = await queries.claim(session, now, now + CLAIMED_FOR, limit=BATCH)
        settled = 0
        for file in claimed:
            try:
                settled += await self._copy(file)
            except UpstreamError:
                log.warning('case_file_not_copied', file_id=str(file.id))
        return settled

    async def _copy(self, file: ProtectionFile) -> bool:
        store = self._intake.require_store()
        try:
            content = await store.get(file.source_key)
        except NotFoundError:  # deleted before the case was over
            log.warning('case_file_missing', file_id=str(file.id))
            async with self._db.transaction() as session:
                return await queries.settle(session, file.id, '', clock.now())
        async with self._db.transaction() as session:
            await doom(session, {file.object_key: clock.now() + TAKEN_WITHIN})
        await store.put(file.object_key, content, file.media_type)
        digest = await asyncio.to_thread(_digest, content)
        async with self._db.transaction() as session:
            is_settled = await queries.settle(session, file.id, digest, clock.now())
            if await queries.is_there(session, file.id):  # else its case was deleted meanwhile
                await taken(session, [file.object_key])
        return is_settled

    async def read(self, by: Agent, case_id: UUID, file_id: UUID) -> ReadFile:
        """Return the copy of a file; that it was read is recorded.

        Raises:
            NotAllowedError: not a supervisor.
            NotFoundError: no such case within reach, no such file in it, or its copy does not stand.
            UpstreamError: the bucket is away.
        """
        require_supervisor(by)
        async with self._units.begin() as work:
            case = await case_queries.case(work.session, case_id)
            if case is None or not by.reaches(case.department):
                raise NotFoundError('protection.not_found')
            file = await queries.file_of(work.session, case_id, file_id)
            if file is None or not file.digest:
                raise NotFoundError('file.not_found')
            record(work, by, AuditAction.PROTECTION_READ, case, file_id=str(file_id))
        return await self._intake.read(file.name, file.media_type, file.object_key)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
