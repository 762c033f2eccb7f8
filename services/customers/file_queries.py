"""Queries for the files on customers."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from models import CustomerAttachment
from services.contacts.attachment_queries import doom


async def files_of(session: AsyncSession, customer_id: UUID) -> Sequence[CustomerAttachment]:
    """Return the files on a record, newest first."""
    statement = select(CustomerAttachment).where(col(CustomerAttachment.customer_id) == customer_id)
    newest = statement.order_by(
        col(CustomerAttachment.created_at).desc(), col(CustomerAttachment.id)
    )
    return (await session.exec(newest)).all()


async def file(
    session: AsyncSession, file_id: UUID, *, lock: bool = False
) -> CustomerAttachment | None:
    """Return a file by its id, locked until the transaction ends if asked."""
    statement = select(CustomerAttachment).where(col(CustomerAttachment.id) == file_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return (await session.exec(statement)).first()


async def count(session: AsyncSession, customer_id: UUID) -> int:
    """Return the number of files on a record."""
    statement = select(func.count()).where(col(CustomerAttachment.customer_id) == customer_id)
    return int((await session.exec(statement)).one())


async def move_files(
    session: AsyncSession, owner: UUID, to: UUID, *, only: Collection[UUID] | None = None
) -> list[UUID]:
    """Move the files of ``owner`` (only those in ``only``) to another record; return their ids."""
    table = CustomerAttachment
    statement = update(table).where(col(table.customer_id) == owner).values(customer_id=to)
    if only is not None:
        statement = statement.where(col(table.id).in_(only))
    moved = await session.exec(statement.returning(col(table.id)))
    return list(moved.scalars())


async def erase_files(session: AsyncSession, customer_ids: Collection[UUID]) -> int:
    """Delete all files of records, and let their objects be deleted; return how many files."""
    table = CustomerAttachment
    gone = await session.exec(
        delete(table)
        .where(col(table.customer_id).in_(customer_ids))
        .returning(col(table.object_key), col(table.preview_key))
    )
    pairs = gone.all()
    now = clock.now()
    await doom(session, {key: now for pair in pairs for key in pair if key})
    return len(pairs)
