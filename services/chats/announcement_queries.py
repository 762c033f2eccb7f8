"""Queries for the texts that customers read before a contact."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Announcement


async def version_of(session: AsyncSession, language: str, body: str) -> int | None:
    """Return the version of a text; ``None`` when it was never shown."""
    statement = select(Announcement.id).where(
        col(Announcement.language) == language, col(Announcement.body) == body
    )
    return (await session.exec(statement)).first()


async def keep(session: AsyncSession, language: str, body: str) -> None:
    """Store a text under the next version, unless somebody has stored it in this instant."""
    statement = insert(Announcement).values(language=language, body=body)
    await session.exec(statement.on_conflict_do_nothing())


async def exists(session: AsyncSession, version: int) -> bool:
    """Whether a version was ever shown."""
    return await session.get(Announcement, version) is not None
