"""Merges two records of one person, with a preview, and an undo within a day.

Contacts, notes and files move to the kept record; the merged one keeps its own fields, is no longer found,
and leads to the kept one. The ids of moved rows are stored, so that an undo moves back exactly
these, and later ones stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import (
    Agent,
    AuditAction,
    Callback,
    Customer,
    CustomerAttachment,
    CustomerMerge,
    CustomerStatus,
    Note,
    SubjectKind,
)
from services.chats.blocking import end_chats_of_blocked
from services.chats.changes import tell_changed
from services.customers import file_queries
from services.customers import merging_queries as queries
from services.customers import queries as customer_queries
from services.customers.events import CustomerPart
from services.customers.fields import Value, Values, phones_of, values_of
from services.customers.merge_plan import (
    BLOCK_END,
    MERGED,
    PARTED,
    FieldPlan,
    Left,
    Side,
    planned,
    restored,
)
from services.customers.merging_queries import Belongings
from services.customers.records import MergedAwayError, require_customer
from services.customers.unit_of_work import CustomerUnitOfWork, CustomerUnitsOfWork

UNDO_WITHIN = timedelta(hours=24)
NO_CHOICE: Mapping[str, Side] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """The result that a merge would have; ``versions`` identify the two records it was made from."""

    kept: Customer
    merged: Customer
    fields: tuple[FieldPlan, ...]
    chats: int
    calls: int
    notes: int
    """The number of notes that would move."""

    @property
    def versions(self) -> tuple[int, int]:
        """The versions of the kept and the merged record, to be passed to ``merge``."""
        return self.kept.version, self.merged.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A completed merge."""

    merge: CustomerMerge
    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """An undone merge: both records, and the kept one's fields that were changed since and stayed."""

    kept: Customer
    merged: Customer
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    kept_id: UUID
    merged_id: UUID
    versions: tuple[int, int]
    choice: Mapping[str, Side]


class CustomerMerging:
    """Merges records, and undoes merges."""

    def __init__(self, units: CustomerUnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def preview(
        self,
        _agent: Agent,
        kept_id: UUID,
        merged_id: UUID,
        *,
        choice: Mapping[str, Side] = NO_CHOICE,
    ) -> MergePreview:
        """Return what a merge would do, with the chosen side for some fields. Raises as ``merge``."""
        async with self._db.reading() as session:
            records = {
                one: record
                for one in (kept_id, merged_id)
                if (record := await customer_queries.by_id(session, one))
            }
            kept, merged = _both(records, kept_id, merged_id)
            notes = await queries.note_count(session, merged_id)
        return MergePreview(
            kept=kept,
            merged=merged,
            fields=_plan(kept, merged, choice),
            chats=merged.total_chats,
            calls=merged.total_calls,
            notes=notes,
        )

    async def merge(
        self,
        agent: Agent,
        kept_id: UUID,
        merged_id: UUID,
        *,
        versions: tuple[int, int],
        choice: Mapping[str, Side] = NO_CHOICE,
    ) -> Merged:
        """Merge one record into another; when the result is blocked, end its chats.

        Of several concurrent merges of the same records, one succeeds.

        Raises:
            ConflictError: a record changed after the preview (``merge.changed``).
            MergedAwayError: a record is already merged into another.
            InvalidInputError: both are the same record, or the choice is impossible.
            NotFoundError: a record does not exist.
        """
        order = _Order(kept_id=kept_id, merged_id=merged_id, versions=versions, choice=choice)
        merged = await self._units.attempt(lambda work: _merge(work, agent, order))
        await self._end_chats(agent, merged.customer)
        return merged

    async def undo(self, agent: Agent, merge_id: UUID) -> Undone:
        """Undo a merge: moved rows go back, and so do fields that were not changed since.

        Raises:
            NotFoundError: the merge does not exist, or one of the two customers was erased.
            ConflictError: it was undone already, is older than ``UNDO_WITHIN``, or the kept record was merged itself.
        """
        async with self._db.reading() as session:
            merge = await queries.merge(session, merge_id)
        if merge is None:
            raise NotFoundError('merge.not_found')
        undone = await self._units.attempt(lambda work: _undo(work, agent, merge))
        for one in (undone.kept, undone.merged):
            await self._end_chats(agent, one)
        return undone

    async def _end_chats(self, agent: Agent, customer: Customer) -> None:
        """End the open chats of a record that is blocked, whichever of the two records was."""
        if customer.status is CustomerStatus.BLOCKED:
            phones = phones_of(customer)
            await end_chats_of_blocked(self._units.of_others, agent, customer.id, phones)


async def _merge(work: CustomerUnitOfWork, agent: Agent, order: _Order) -> Merged:
    ids = [order.kept_id, order.merged_id]
    records, belongings = await queries.locked_with_contacts(work.session, ids, [order.merged_id])
    kept, merged = _both(records, order.kept_id, order.merged_id)
    if (kept.version, merged.version) != order.versions:
        raise ConflictError('merge.changed')
    plans = _plan(kept, merged, order.choice)
    notes = await queries.move_notes(work.session, merged.id, kept.id)
    callbacks = await queries.move_callbacks(work.session, merged.id, kept.id)
    files = await file_queries.move_files(work.session, merged.id, kept.id)
    merge = CustomerMerge(
        kept_id=kept.id,
        merged_id=merged.id,
        agent_id=agent.id,
        before={plan.field: plan.kept for plan in plans if plan.result != plan.kept},
        moved=belongings.by_table()
        | {
            Note.__tablename__: [str(one) for one in notes],
            Callback.__tablename__: [str(one) for one in callbacks],
            CustomerAttachment.__tablename__: [str(one) for one in files],
        },
    )
    work.session.add(merge)
    merged.merged_into_id = kept.id
    results = {plan.field: plan.result for plan in plans}
    ends = [kept.blocked_until, _blocked_until(kept, merged, results)]
    beside: dict[str, list[Value]] = {MERGED: [None, merged.code]}
    if ends != [None, None]:
        beside[BLOCK_END] = [_moment(one) for one in ends]
    names = work.change(agent, kept, results, change_id=merge.id, beside=beside)
    kept.blocked_until = ends[1]
    work.tell(merged, CustomerPart.MERGED, other_id=kept.id, phones=phones_of(merged))
    await _move(work, belongings, kept.id)
    _record(work, agent, AuditAction.CUSTOMER_MERGED, merge, names)
    await work.session.refresh(kept)  # the database maintains its counts
    return Merged(merge=merge, customer=kept)


async def _undo(work: CustomerUnitOfWork, agent: Agent, known: CustomerMerge) -> Undone:
    moved = {UUID(one) for ids in known.moved.values() for one in ids}
    ids = [known.kept_id, known.merged_id]
    records, belongings = await queries.locked_with_contacts(
        work.session, ids, [known.kept_id], only=moved
    )
    kept, merged = (
        require_customer(records.get(known.kept_id)),
        require_customer(records.get(known.merged_id)),
    )
    merge = _undoable(await queries.merge(work.session, known.id, lock=True), kept)
    change = await queries.change(work.session, merge.id)
    fields = change.fields if change else {}
    now = {**values_of(kept), BLOCK_END: _moment(kept.blocked_until)}
    values, left = restored(fields, now)
    merged.merged_into_id = None
    names = work.change(agent, kept, values, beside={PARTED: [merged.code, None]})
    _restore_end(kept, fields, now)
    merge.undone_at = clock.now()  # after the changes: erasure looks for changes up to this time
    work.session.add(merge)
    work.tell(merged, CustomerPart.PARTED, other_id=kept.id, phones=phones_of(merged))
    await queries.move_notes(work.session, kept.id, merged.id, only=moved)
    await queries.move_callbacks(work.session, kept.id, merged.id, only=moved)
    await file_queries.move_files(work.session, kept.id, merged.id, only=moved)
    await _move(work, belongings, merged.id)
    _record(work, agent, AuditAction.CUSTOMER_MERGE_UNDONE, merge, names)
    for one in (kept, merged):
        await work.session.refresh(one)
    return Undone(kept=kept, merged=merged, left=tuple(left))


def undo_until(merge: CustomerMerge) -> datetime | None:
    """Return until when a merge can be undone; ``None`` when it no longer can."""
    until = merge.created_at + UNDO_WITHIN
    return until if merge.undone_at is None and clock.now() < until else None


def _undoable(merge: CustomerMerge | None, kept: Customer) -> CustomerMerge:
    if merge is None or merge.undone_at:
        raise ConflictError('merge.undone')
    if kept.merged_into_id:
        raise ConflictError('merge.later_first')
    if undo_until(merge) is None:
        raise ConflictError('merge.too_late')
    return merge


def _both(
    records: Mapping[UUID, Customer], kept_id: UUID, merged_id: UUID
) -> tuple[Customer, Customer]:
    """Return two records that may be merged."""
    if kept_id == merged_id:
        raise InvalidInputError('merge.same')
    for one in (kept_id, merged_id):
        if into := require_customer(records.get(one)).merged_into_id:
            raise MergedAwayError(into)
    return records[kept_id], records[merged_id]


def _plan(kept: Customer, merged: Customer, choice: Mapping[str, Side]) -> tuple[FieldPlan, ...]:
    return planned(values_of(kept), values_of(merged), choice)


def _blocked_until(
    kept: Customer, merged: Customer, results: Mapping[str, object]
) -> datetime | None:
    """Return the end of the block of the record that two become: the later one; none where one of the blocks has none."""
    blocked = [one for one in (kept, merged) if one.status is CustomerStatus.BLOCKED]
    if results['status'] != CustomerStatus.BLOCKED.value or not blocked:
        return None
    ends = [one.blocked_until for one in blocked if one.blocked_until]
    return max(ends) if len(ends) == len(blocked) else None


def _restore_end(kept: Customer, fields: Mapping[str, list[Value]], now: Values) -> None:
    """Give the block of a parted record the end back that it had before the merge, unless it was given another since."""
    before, after = fields.get(BLOCK_END, (None, None))
    if (
        kept.status is CustomerStatus.BLOCKED
        and isinstance(before, str)
        and now[BLOCK_END] == after
    ):
        kept.blocked_until = datetime.fromisoformat(before)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


async def _move(work: CustomerUnitOfWork, belongings: Belongings, to: UUID) -> None:
    """Move locked contacts to a locked record."""
    for chat in belongings.chats:
        chat.customer_id, chat.contacts_shown_to = to, None
        tell_changed(work.work, chat)
    await work.session.flush()
    await queries.move_calls(work.session, [call.id for call in belongings.calls], to)


def _record(
    work: CustomerUnitOfWork,
    agent: Agent,
    action: AuditAction,
    merge: CustomerMerge,
    names: Sequence[str],
) -> None:
    parties = {'merge_id': str(merge.id), 'merged_id': str(merge.merged_id)}
    counts = {table: len(ids) for table, ids in merge.moved.items()}
    work.record(
        agent,
        action,
        subject=(SubjectKind.CUSTOMER, merge.kept_id),
        fields=names,
        details={**parties, **counts},
    )
