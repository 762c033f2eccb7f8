"""Undoes an import within a day: created records are deleted, changed ones restored.

One transaction, all or nothing. A record that was changed since, has contacts or notes by now, or
was merged stays as it is: the undo is refused with a list of these, and can then be repeated for
all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from desk import clock
from desk.errors import ConflictError, NotFoundError
from models import Agent, AuditAction, Customer, ImportRun
from services.customers.events import CustomerChanged, PhonesForgotten
from services.customers.importing import queries, undo_queries
from services.work.unit_of_work import UnitOfWork

UNDO_WITHIN = timedelta(hours=24)
MAX_LEFT_SHOWN = 100
MAX_TOLD = 1_000
"""The largest number of open cards that are told at once; after a larger import a card shows the
change when it is reopened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentImport:
    """An import of the last day, undone or not."""

    run_id: UUID
    at: datetime
    agent_name: str
    new: int
    changed: int
    is_undone: bool


class LeftReason(StrEnum):
    """Why an undo leaves a record as it is, as a catalogue key (``undo_queries`` decides)."""

    CHANGED = 'import.left_changed'
    USED = 'import.left_used'
    GONE = 'import.left_gone'


@dataclass(frozen=True, slots=True)
class LeftRecord:
    """A record that an undo leaves as it is."""

    reason: LeftReason
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndone:
    """The result of undoing an import."""

    removed: int
    restored: int
    left: int


class ImportChangedError(ConflictError):
    """Some records of the import were changed since. Nothing was undone; the others can be."""

    def __init__(self, left: Sequence[LeftRecord], *, count: int) -> None:
        super().__init__('import.undo_changed', count=count)
        self.left = tuple(left)
        """The first of them, at most ``MAX_LEFT_SHOWN``."""
        self.count = count


async def undo(
    work: UnitOfWork, agent: Agent, run_id: UUID, *, leaves_changed: bool
) -> ImportUndone:
    """Undo an import within a unit of work.

    Raises:
        NotFoundError: the import does not exist.
        ConflictError: it was undone already, is older than ``UNDO_WITHIN``, or another import is running.
        ImportChangedError: some records cannot be restored, and ``leaves_changed`` is not set.
    """
    if not await queries.is_first(work.session):
        raise ConflictError('import.busy')
    run = _undoable(await undo_queries.locked(work.session, run_id))
    count = await undo_queries.judge(work.session, run_id)
    if count and not leaves_changed:
        left = await undo_queries.left(work.session, limit=MAX_LEFT_SHOWN)
        records = [
            LeftRecord(LeftReason(key), Customer.code_of(number), name)
            for key, number, name in left
        ]
        raise ImportChangedError(records, count=count)
    try:
        removed = await undo_queries.remove_new(work.session)
    except IntegrityError as error:  # a table that this module does not know refers to one of them
        raise ConflictError('import.undo_in_use') from error
    restored = await undo_queries.restore_changed(work.session, agent.id)
    run.undone_at = clock.now()
    work.session.add(run)
    details = {'import_id': str(run_id), 'new': removed, 'changed': len(restored), 'left': count}
    work.record(agent, AuditAction.CUSTOMERS_IMPORT_UNDONE, details=details)
    for customer_id in restored[:MAX_TOLD]:
        work.tell(CustomerChanged(customer_id=customer_id))
    work.tell(PhonesForgotten())
    return ImportUndone(removed=removed, restored=len(restored), left=count)


def _undoable(run: ImportRun | None) -> ImportRun:
    if run is None:
        raise NotFoundError('import.not_found')
    if run.undone_at:
        raise ConflictError('import.undone')
    if clock.now() >= run.created_at + UNDO_WITHIN:
        raise ConflictError('import.undo_too_late')
    return run
