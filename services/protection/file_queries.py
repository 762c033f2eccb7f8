"""Queries for the files of cases of 보호."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from models import Attachment, ProtectionCase, ProtectionFile
from services.contacts.attachment_queries import doom
from services.work.claim_queries import claim_due


async def name_files(session: AsyncSession, case: ProtectionCase) -> None:
    """Name the files of a case's chat, to be copied."""
    statement = select(Attachment).where(col(Attachment.chat_session_id) == case.contact_id)
    for one in (await session.exec(statement)).all():
        session.add(
            ProtectionFile(
                id=uuid4(),
                case_id=case.id,
                message_id=one.id,
                name=one.name,
                media_type=one.media_type,
                size_bytes=one.size_bytes,
                source_key=one.object_key,
                object_key=secrets.token_hex(32),
                created_at=one.created_at,
                try_at=clock.now(),
            )
        )


async def claim(
    session: AsyncSession, now: datetime, until: datetime, *, limit: int
) -> Sequence[ProtectionFile]:
    """Claim files that are to be copied, longest due first. Nobody else has them before ``until``."""
    return await claim_due(
        session, ProtectionFile, ProtectionFile.id, col(ProtectionFile.settled_at).is_(None),
        now=now, until=until, limit=limit,
    )  # fmt: skip


async def settle(session: AsyncSession, file_id: UUID, digest: str, at: datetime) -> bool:
    """Record that a copy stands, or with an empty digest that there is nothing to copy; return whether it is news."""
    changed = await session.exec(
        update(ProtectionFile)
        .where(col(ProtectionFile.id) == file_id, col(ProtectionFile.settled_at).is_(None))
        .values(settled_at=at, digest=digest)
        .returning(col(ProtectionFile.id))
    )
    return changed.first() is not None


async def is_there(session: AsyncSession, file_id: UUID) -> bool:
    """Whether a file still belongs to a case; it stays so until the transaction ends."""
    statement = select(ProtectionFile.id).where(col(ProtectionFile.id) == file_id)
    locked = statement.with_for_update(read=True, key_share=True)
    return (await session.exec(locked)).first() is not None


async def files(session: AsyncSession, case_id: UUID) -> Sequence[ProtectionFile]:
    """Return the files of a case, in the order in which they were sent."""
    statement = select(ProtectionFile).where(col(ProtectionFile.case_id) == case_id)
    order = col(ProtectionFile.created_at), col(ProtectionFile.id)
    return (await session.exec(statement.order_by(*order))).all()


async def file_of(session: AsyncSession, case_id: UUID, file_id: UUID) -> ProtectionFile | None:
    """Return a file of a case."""
    found = await session.get(ProtectionFile, file_id)
    return found if found is not None and found.case_id == case_id else None


async def delete_files(session: AsyncSession, case_ids: Sequence[UUID], at: datetime) -> None:
    """Delete the files of cases, and let their copies be deleted; the database refuses to before the day of the case."""
    gone = await session.exec(
        delete(ProtectionFile)
        .where(col(ProtectionFile.case_id).in_(case_ids))
        .returning(col(ProtectionFile.object_key), col(ProtectionFile.try_at))
    )
    # a copy that is being made now is deleted when that must be over
    await doom(session, {key: max(at, until) for key, until in gone})
