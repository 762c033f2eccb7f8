"""Queries for settings and their changes."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import AwayReason, SettingChange, SettingDocument, SettingKind


async def document(
    session: AsyncSession, kind: SettingKind, subject_id: UUID
) -> SettingDocument | None:
    """Return a document; ``None`` when it was never written."""
    return await session.get(SettingDocument, (kind.value, subject_id))


async def documents(
    session: AsyncSession, kinds: Collection[SettingKind], subject_ids: Collection[UUID]
) -> dict[tuple[str, UUID], dict[str, str]]:
    """Return the values of documents by kind and subject; those that were never written are missing."""
    statement = select(SettingDocument).where(
        col(SettingDocument.kind).in_([one.value for one in kinds]),
        col(SettingDocument.subject_id).in_(subject_ids),
    )
    rows = (await session.exec(statement)).all()
    return {(one.kind, one.subject_id): one.values for one in rows}


async def locked_document(
    session: AsyncSession, kind: SettingKind, subject_id: UUID
) -> SettingDocument:
    """Return a document, made when it is missing, and locked until the transaction ends."""
    empty = SettingDocument(kind=kind.value, subject_id=subject_id)
    await session.exec(
        insert(SettingDocument).values(**empty.model_dump()).on_conflict_do_nothing()
    )
    found = await session.get(
        SettingDocument, (kind.value, subject_id), with_for_update=ROW_LOCK, populate_existing=True
    )
    if found is None:
        raise LookupError(kind)
    return found


async def changes(
    session: AsyncSession, kind: SettingKind, subject_id: UUID, limit: int
) -> Sequence[SettingChange]:
    """Return the last changes of a setting, newest first."""
    statement = (
        select(SettingChange)
        .where(col(SettingChange.kind) == kind.value, col(SettingChange.subject_id) == subject_id)
        .order_by(col(SettingChange.version).desc())
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def change(session: AsyncSession, change_id: UUID) -> SettingChange | None:
    """Return one change."""
    return await session.get(SettingChange, change_id)


async def version_of(session: AsyncSession, kind: SettingKind, subject_id: UUID) -> int:
    """Return the version of a setting whose row has none: of its last change, 0 before the first."""
    statement = select(func.coalesce(func.max(col(SettingChange.version)), 0)).where(
        col(SettingChange.kind) == kind.value, col(SettingChange.subject_id) == subject_id
    )
    return int((await session.exec(statement)).one())


async def away_reason(
    session: AsyncSession, reason_id: UUID, *, lock: bool = False
) -> AwayReason | None:
    """Return a reason of 이석, locked until the transaction ends if asked."""
    return await session.get(
        AwayReason, reason_id, with_for_update=ROW_LOCK if lock else None, populate_existing=lock
    )
