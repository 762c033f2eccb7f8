"""Files on customers: all colleagues may read them, who added one or a supervisor may delete it. Each act is in the audit log."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from desk.errors import ConflictError, NotAllowedError, NotFoundError
from desk.throttle import Throttle
from models import Agent, AuditAction, CustomerAttachment, SubjectKind
from services.customers import file_queries as queries
from services.customers import queries as customer_queries
from services.customers.events import CustomerChanged, CustomerPart
from services.customers.queries import one_at_a_time
from services.customers.records import held_current, require_customer
from services.customers.unit_of_work import CustomerUnitOfWork, CustomerUnitsOfWork
from services.files.intake import FileIntake, ReadFile
from services.files.queries import delete_file, taken
from services.people import agent_queries

MOST_FILES = 200
"""On one record."""
ADDED = Throttle(limit=30, seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFileView:
    """A file as a list shows it."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    at: datetime
    by: str
    may_remove: bool


class CustomerAttachments:
    """Files on customers."""

    def __init__(self, units: CustomerUnitsOfWork, intake: FileIntake) -> None:
        self._units = units
        self._db = units.db
        self._intake = intake

    @property
    def are_on(self) -> bool:
        """Whether files can be kept at all."""
        return self._intake.store is not None

    async def all(self, agent: Agent, customer_id: UUID) -> list[CustomerFileView]:
        """Return the files on a customer, newest first. Raises ``NotFoundError``."""
        async with self._db.reading() as session:
            require_customer(await customer_queries.by_id(session, customer_id))
            rows = await queries.files_of(session, customer_id)
            names = await agent_queries.named(session, [row.agent_id for row in rows])
        return [_view(row, names.get(row.agent_id, ''), agent) for row in rows]

    async def add(
        self,
        agent: Agent,
        customer_id: UUID,
        file_id: UUID,
        name: str,
        chunks: AsyncIterator[bytes],
    ) -> CustomerFileView:
        """Add a file; the same ``file_id`` again returns the file it made, without reading it again.

        Raises:
            NotFoundError, MergedAwayError: the customer does not exist, or was merged into another.
            ConflictError: there are ``MOST_FILES`` already, or the id is another file's.
            TooManyError: more than ``ADDED`` allows.
            TooLongError, InvalidInputError, UpstreamError: see ``FileIntake.stored``.
        """
        async with self._db.reading() as session:
            require_customer(await customer_queries.by_id(session, customer_id))
            earlier = await queries.file(session, file_id)
        if earlier is not None:
            return _view(_own(earlier, agent, customer_id), agent.name, agent)
        ADDED.hit(agent.id, act=file_id)
        stored = await self._intake.stored(name, chunks)
        async with self._units.begin() as work:
            await one_at_a_time(work.session, file_id)
            if (earlier := await queries.file(work.session, file_id)) is not None:
                return _view(_own(earlier, agent, customer_id), agent.name, agent)
            await held_current(work.session, customer_id)
            if await queries.count(work.session, customer_id) >= MOST_FILES:
                raise ConflictError('file.too_many', most=MOST_FILES)
            row = CustomerAttachment(
                id=file_id,
                customer_id=customer_id,
                agent_id=agent.id,
                **stored.columns,
            )
            work.session.add(row)
            await taken(work.session, stored.keys)
            _changed(work, agent, row, AuditAction.CUSTOMER_FILE_ADDED)
        return _view(row, agent.name, agent)

    async def read(self, agent: Agent, customer_id: UUID, file_id: UUID) -> ReadFile:
        """Return a file with its content; recorded in the audit log. Raises ``NotFoundError`` and ``UpstreamError``."""
        async with self._units.begin() as work:
            found = _of(await queries.file(work.session, file_id), customer_id)
            _record(work, agent, found, AuditAction.CUSTOMER_FILE_READ)
        return await self._intake.read(found.name, found.media_type, found.object_key)

    async def preview(self, _agent: Agent, customer_id: UUID, file_id: UUID) -> ReadFile:
        """Return the preview of a picture. Raises ``NotFoundError`` and ``UpstreamError``."""
        async with self._db.reading() as session:
            found = _of(await queries.file(session, file_id), customer_id)
        return await self._intake.preview(found.preview_key)

    async def remove(self, agent: Agent, customer_id: UUID, file_id: UUID) -> None:
        """Delete a file. Raises ``NotFoundError``, and ``NotAllowedError``: a colleague added it."""
        async with self._units.begin() as work:
            found = _of(await queries.file(work.session, file_id, lock=True), customer_id)
            if not _may_remove(found, agent):
                raise NotAllowedError('file.not_yours')
            await delete_file(work.session, found)
            _changed(work, agent, found, AuditAction.CUSTOMER_FILE_REMOVED)


def _view(row: CustomerAttachment, by: str, agent: Agent) -> CustomerFileView:
    return CustomerFileView(
        id=row.id,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        at=row.created_at,
        by=by,
        may_remove=_may_remove(row, agent),
    )


def _may_remove(row: CustomerAttachment, agent: Agent) -> bool:
    return row.agent_id == agent.id or agent.is_supervisor


def _of(row: CustomerAttachment | None, customer_id: UUID) -> CustomerAttachment:
    if row is None or row.customer_id != customer_id:
        raise NotFoundError('file.not_found')
    return row


def _own(row: CustomerAttachment, agent: Agent, customer_id: UUID) -> CustomerAttachment:
    if (row.customer_id, row.agent_id) != (customer_id, agent.id):
        raise ConflictError('message.id_taken')
    return row


def _changed(
    work: CustomerUnitOfWork, agent: Agent, row: CustomerAttachment, action: AuditAction
) -> None:
    work.work.tell(CustomerChanged(customer_id=row.customer_id, part=CustomerPart.FILES))
    _record(work, agent, row, action)


def _record(
    work: CustomerUnitOfWork, agent: Agent, row: CustomerAttachment, action: AuditAction
) -> None:
    details: dict[str, object] = {'file_id': str(row.id), 'size_bytes': row.size_bytes}
    work.record(agent, action, subject=(SubjectKind.CUSTOMER, row.customer_id), details=details)
