"""Queries for a customer's file: each kind of row of one family of records, oldest first, in batches."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Agent,
    AuditEntry,
    Call,
    Callback,
    CallbackAttempt,
    CallLeg,
    CallMoment,
    ChatLabel,
    ChatNote,
    ChatSession,
    Customer,
    CustomerAttachment,
    CustomerChange,
    CustomerMerge,
    Message,
    Note,
    PastWrapUp,
    Promise,
    Queue,
    RecordingPause,
    Row,
    SiteVisit,
)
from services.contacts.access import visible_to
from services.customers.timeline_queries import family
from services.work.cursors import Position

RowT = TypeVar('RowT', bound=Row)


async def site_visits(session: AsyncSession, chat_ids: Collection[UUID]) -> dict[UUID, SiteVisit]:
    """Return where chats were written from, by chat; none for those that began on the desk's own page."""
    statement = select(SiteVisit).where(col(SiteVisit.chat_session_id).in_(chat_ids))
    return {one.chat_session_id: one for one in (await session.exec(statement)).all()}


async def family_of(session: AsyncSession, customer_id: UUID) -> Sequence[Customer]:
    """Return a record and those merged into it, the record itself first."""
    rows = (await session.exec(select(Customer).where(col(Customer.id).in_(family(customer_id))))).all()  # fmt: skip
    return sorted(rows, key=lambda one: (one.id != customer_id, one.created_at))


async def counts(session: AsyncSession, ids: Collection[UUID]) -> tuple[int, int, int, int]:
    """Return the number of chats, of their messages, of calls and of notes."""
    chats = select(func.count(), func.coalesce(func.sum(ChatSession.last_number), 0))
    number, lines = (await session.exec(chats.where(col(ChatSession.customer_id).in_(ids)))).one()
    calls = await _count(session, col(Call.customer_id).in_(ids))
    notes = await _count(session, col(Note.customer_id).in_(ids))
    return int(number), int(lines), calls, notes


async def has_contacts_elsewhere(
    session: AsyncSession, agent: Agent, ids: Collection[UUID]
) -> bool:
    """Whether some contacts of these records are beyond a person's reach."""
    chat = exists().where(col(ChatSession.customer_id).in_(ids), ~visible_to(agent))
    call = exists().where(col(Call.customer_id).in_(ids), ~visible_to(agent, Call))
    return bool((await session.exec(select(chat | call))).one())


async def versions(
    session: AsyncSession, ids: Collection[UUID], after: Position | None, *, limit: int
) -> Sequence[CustomerChange]:
    """Return the earlier values of records; not those from a time in which another person's record was merged in."""
    # What was changed while two records were one may be about either person: services/customers/erasure_queries.py.
    was_another = exists().where(
        col(CustomerMerge.kept_id) == col(CustomerChange.customer_id),
        col(CustomerMerge.undone_at).is_not(None),
        col(CustomerChange.created_at).between(col(CustomerMerge.created_at), col(CustomerMerge.undone_at)),
    )  # fmt: skip
    return await _batch(session, CustomerChange, 'created_at', after, limit,
                        col(CustomerChange.customer_id).in_(ids), ~was_another)  # fmt: skip


async def chats(
    session: AsyncSession, ids: Collection[UUID], after: Position | None, *, limit: int
) -> Sequence[ChatSession]:
    """Return chats."""
    mine = col(ChatSession.customer_id).in_(ids)
    return await _batch(session, ChatSession, 'start_time', after, limit, mine)


async def lines(
    session: AsyncSession, chat_id: UUID, after: int, *, limit: int
) -> Sequence[Message]:
    """Return a chat's messages after a number."""
    statement = select(Message).where(
        col(Message.chat_session_id) == chat_id, col(Message.number) > after
    )
    return (await session.exec(statement.order_by(col(Message.number)).limit(limit))).all()


async def calls(
    session: AsyncSession, ids: Collection[UUID], after: Position | None, *, limit: int
) -> Sequence[Call]:
    """Return calls."""
    return await _batch(session, Call, 'start_time', after, limit, col(Call.customer_id).in_(ids))


async def legs(session: AsyncSession, call_ids: Collection[UUID]) -> Sequence[CallLeg]:
    """Return the legs of calls, oldest first."""
    statement = select(CallLeg).where(col(CallLeg.call_id).in_(call_ids))
    return (await session.exec(statement.order_by(col(CallLeg.started_at), col(CallLeg.id)))).all()


async def moments(session: AsyncSession, call_ids: Collection[UUID]) -> Sequence[CallMoment]:
    """Return the states of agents on the legs of calls, oldest first."""
    of_calls = select(col(CallLeg.id)).where(col(CallLeg.call_id).in_(call_ids))
    statement = select(CallMoment).where(col(CallMoment.leg_id).in_(of_calls))
    return (await session.exec(statement.order_by(col(CallMoment.at), col(CallMoment.id)))).all()


async def pauses(session: AsyncSession, call_ids: Collection[UUID]) -> Sequence[RecordingPause]:
    """Return the times in which calls were not recorded."""
    statement = select(RecordingPause).where(col(RecordingPause.call_id).in_(call_ids))
    return (await session.exec(statement.order_by(col(RecordingPause.created_at)))).all()


async def promises(session: AsyncSession, contact_ids: Collection[UUID]) -> Sequence[Promise]:
    """Return the promises made in contacts, oldest first."""
    statement = select(Promise).where(col(Promise.contact_id).in_(contact_ids))
    return (await session.exec(statement.order_by(col(Promise.created_at)))).all()


async def chat_notes(session: AsyncSession, chat_ids: Collection[UUID]) -> Sequence[ChatNote]:
    """Return the private notes of chats, oldest first."""
    statement = select(ChatNote).where(col(ChatNote.chat_session_id).in_(chat_ids))
    return (await session.exec(statement.order_by(col(ChatNote.created_at), col(ChatNote.id)))).all()  # fmt: skip


async def past_wrap_ups(
    session: AsyncSession, contact_ids: Collection[UUID]
) -> Sequence[PastWrapUp]:
    """Return what was written after earlier ends of contacts that were reopened, oldest first."""
    statement = select(PastWrapUp).where(col(PastWrapUp.contact_id).in_(contact_ids))
    return (await session.exec(statement.order_by(col(PastWrapUp.created_at)))).all()


async def label_names(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of labels."""
    rows = await session.exec(select(ChatLabel).where(col(ChatLabel.id).in_(ids)))
    return {row.id: row.name for row in rows}


async def callbacks(
    session: AsyncSession, ids: Collection[UUID], after: Position | None, *, limit: int
) -> Sequence[Callback]:
    """Return call-backs."""
    mine = col(Callback.customer_id).in_(ids)
    return await _batch(session, Callback, 'created_at', after, limit, mine)


async def attempts(
    session: AsyncSession, callback_ids: Collection[UUID]
) -> Sequence[CallbackAttempt]:
    """Return the calls made for call-backs, oldest first."""
    statement = select(CallbackAttempt).where(col(CallbackAttempt.callback_id).in_(callback_ids))
    return (await session.exec(statement.order_by(col(CallbackAttempt.created_at)))).all()


async def notes(
    session: AsyncSession, ids: Collection[UUID], after: Position | None, *, limit: int
) -> Sequence[Note]:
    """Return notes."""
    return await _batch(session, Note, 'created_at', after, limit, col(Note.customer_id).in_(ids))


async def files(
    session: AsyncSession, ids: Collection[UUID], after: Position | None, *, limit: int
) -> Sequence[CustomerAttachment]:
    """Return the files on records."""
    mine = col(CustomerAttachment.customer_id).in_(ids)
    return await _batch(session, CustomerAttachment, 'created_at', after, limit, mine)


async def subjects(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Return all ids under which the audit log may name these records: their own, and of what belongs to them."""
    found = set(ids)
    for table in (ChatSession, Call, Note, Callback):
        statement = select(table.id).where(col(table.customer_id).in_(ids))
        found |= set((await session.exec(statement)).all())
    contacts = select(Promise.id).where(col(Promise.contact_id).in_(found))
    return found | set((await session.exec(contacts)).all())


async def accesses(
    session: AsyncSession, subject_ids: Collection[UUID], after: int, *, limit: int
) -> Sequence[AuditEntry]:
    """Return the entries of the audit log about these subjects, after a number."""
    statement = select(AuditEntry).where(
        col(AuditEntry.subject_id).in_(subject_ids), col(AuditEntry.id) > after
    )
    return (await session.exec(statement.order_by(col(AuditEntry.id)).limit(limit))).all()


async def queue_names(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of queues."""
    rows = await session.exec(select(Queue).where(col(Queue.id).in_(ids)))
    return {row.id: row.name for row in rows}


async def _count(session: AsyncSession, condition: ColumnElement[bool]) -> int:
    return int((await session.exec(select(func.count()).where(condition))).one())


async def _batch(
    session: AsyncSession,
    table: type[RowT],
    moment: str,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *conditions: ColumnElement[bool],
) -> Sequence[RowT]:
    """Return the oldest rows after a place."""
    place = tuple_(getattr(table, moment), col(table.id))
    if after is not None:
        conditions = (and_(*conditions, place > tuple_(*after)),)
    statement = select(table).where(*conditions)
    return (await session.exec(statement.order_by(getattr(table, moment), col(table.id)).limit(limit))).all()  # fmt: skip
