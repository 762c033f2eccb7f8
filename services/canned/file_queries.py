"""Queries for the files of canned replies."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import CannedReplyFile


async def file(session: AsyncSession, file_id: UUID) -> CannedReplyFile | None:
    """Return a file by its id."""
    return await session.get(CannedReplyFile, file_id)


async def files_of(session: AsyncSession, reply_ids: Collection[UUID]) -> Sequence[CannedReplyFile]:
    """Return the files of replies, oldest first."""
    statement = select(CannedReplyFile).where(col(CannedReplyFile.reply_id).in_(reply_ids))
    oldest = statement.order_by(col(CannedReplyFile.created_at), col(CannedReplyFile.id))
    return (await session.exec(oldest)).all()


async def by_reply(
    session: AsyncSession, reply_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[CannedReplyFile]]:
    """Return the files of these replies, by reply."""
    found: dict[UUID, list[CannedReplyFile]] = defaultdict(list)
    for one in await files_of(session, reply_ids):
        found[one.reply_id].append(one)
    return found
