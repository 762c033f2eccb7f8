"""Queries for merging: lock and move contacts and notes; find records of the same person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import collate, func, literal, union, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Call, Callback, ChatSession, Customer, CustomerChange, CustomerMerge, Note
from services.customers import queries as customer_queries
from services.customers.queries import current
from services.customers.unit_of_work import TryAgainError
from services.search.phone_queries import is_further

MAX_NAMESAKES = 2_000
MAX_ALIKE = 50


@dataclass(frozen=True, slots=True)
class Belongings:
    """The contacts of a record, locked until the transaction ends."""

    chats: Sequence[ChatSession]
    calls: Sequence[Call]

    @property
    def ids(self) -> set[UUID]:
        """All their ids."""
        return {one.id for one in (*self.chats, *self.calls)}

    def by_table(self) -> dict[str, list[str]]:
        """Return the ids by table, as in ``customer_merges.moved``."""
        return {
            ChatSession.__tablename__: [str(one.id) for one in self.chats],
            Call.__tablename__: [str(one.id) for one in self.calls],
        }


async def locked_with_contacts(
    session: AsyncSession,
    customer_ids: Collection[UUID],
    owner_ids: Collection[UUID],
    *,
    only: Collection[UUID] | None = None,
) -> tuple[dict[UUID, Customer], Belongings]:
    """Return records by id, and contacts of some of them (only those in ``only``), all locked.

    Contacts are locked first, because work in a chat locks the chat and then its customer; the
    other order would deadlock. Raises ``TryAgainError`` when a contact was added while this waited
    for the records.
    """
    belongings = Belongings(
        await _locked(session, ChatSession, owner_ids, only),
        await _locked(session, Call, owner_ids, only),
    )
    records = await customer_queries.locked(session, customer_ids)
    if only is None and await contact_ids(session, owner_ids) - belongings.ids:
        raise TryAgainError
    return records, belongings


async def contact_ids(session: AsyncSession, customer_ids: Collection[UUID]) -> set[UUID]:
    """Return the current ids of all contacts of records."""
    chats = select(col(ChatSession.id)).where(col(ChatSession.customer_id).in_(customer_ids))
    calls = select(col(Call.id)).where(col(Call.customer_id).in_(customer_ids))
    found: Any = await session.exec(chats.union_all(calls))  # type: ignore[call-overload]  # its stub knows no unions
    return set(found.scalars())


async def move_calls(session: AsyncSession, call_ids: Collection[UUID], to: UUID) -> None:
    """Move calls to a record."""
    await session.exec(update(Call).where(col(Call.id).in_(call_ids)).values(customer_id=to))


async def move_notes(
    session: AsyncSession, owner: UUID, to: UUID, *, only: Collection[UUID] | None = None
) -> list[UUID]:
    """Move the notes of ``owner`` (only those in ``only``) to another record; return their ids."""
    statement = update(Note).where(col(Note.customer_id) == owner).values(customer_id=to)
    if only is not None:
        statement = statement.where(col(Note.id).in_(only))
    moved = await session.exec(statement.returning(col(Note.id)))
    return list(moved.scalars())


async def move_callbacks(
    session: AsyncSession, owner: UUID, to: UUID, *, only: Collection[UUID] | None = None
) -> list[UUID]:
    """Move the call-backs of ``owner`` (only those in ``only``) to another record; return their ids."""
    statement = update(Callback).where(col(Callback.customer_id) == owner).values(customer_id=to)
    if only is not None:
        statement = statement.where(col(Callback.id).in_(only))
    moved = await session.exec(statement.returning(col(Callback.id)))
    return list(moved.scalars())


async def note_count(session: AsyncSession, customer_id: UUID) -> int:
    """Return the number of notes on a record."""
    statement = select(func.count()).where(col(Note.customer_id) == customer_id)
    return (await session.exec(statement)).one()


async def merge(
    session: AsyncSession, merge_id: UUID, *, lock: bool = False
) -> CustomerMerge | None:
    """Return one merge."""
    statement = select(CustomerMerge).where(col(CustomerMerge.id) == merge_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    return (await session.exec(statement)).first()


async def change(session: AsyncSession, change_id: UUID) -> CustomerChange | None:
    """Return one change of a record; a merge's change has the merge's id."""
    return await session.get(CustomerChange, change_id)


async def with_phones(session: AsyncSession, phones: list[str]) -> Sequence[Customer]:
    """Return the customers with one of these numbers, main or other."""
    having = union(
        select(col(Customer.id)).where(col(Customer.phone).in_(phones)).limit(MAX_ALIKE),
        select(col(Customer.id)).where(is_further(phones)).limit(MAX_ALIKE),
    )
    return (await session.exec(current().where(col(Customer.id).in_(having)))).all()


async def with_email(session: AsyncSession, email: str) -> Sequence[Customer]:
    """Return the customers with this e-mail address, in any case."""
    key: Any = collate(func.lower(col(Customer.email)), 'C')
    statement = current().where(key == func.lower(literal(email))).limit(MAX_ALIKE)
    return (await session.exec(statement)).all()


async def namesakes(session: AsyncSession, name: str) -> Sequence[tuple[UUID, str]]:
    """Return the customers with the same name, by id and main number, at most ``MAX_NAMESAKES``."""
    key: Any = collate(func.name_key(col(Customer.name)), 'C')
    statement = (
        select(col(Customer.id), col(Customer.phone))
        .where(
            key == func.name_key(literal(name)),
            col(Customer.merged_into_id).is_(None),
            col(Customer.erased_at).is_(None),
        )
        .limit(MAX_NAMESAKES)
    )
    return [(one, phone) for one, phone in (await session.exec(statement)).all()]


async def _locked(
    session: AsyncSession,
    kind: Any,
    customer_ids: Collection[UUID],
    only: Collection[UUID] | None,
) -> Any:
    statement = select(kind).where(kind.customer_id.in_(customer_ids))
    if only is not None:
        statement = statement.where(kind.id.in_(only))
    return (await session.exec(statement.order_by(kind.id).with_for_update(key_share=True))).all()
