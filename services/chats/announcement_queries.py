"""Queries for the texts that customers read before a contact."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Announcement, Call, ChatSession


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


async def heard(session: AsyncSession, contact_id: UUID) -> tuple[Announcement | None, str]:
    """Return what the customer of a contact was told before it: of protection, and of the recording."""
    chat = await session.get(ChatSession, contact_id)
    call = None if chat else await session.get(Call, contact_id)
    contact = chat or call
    number = contact.announcement_id if contact else None
    announcement = await session.get(Announcement, number) if number else None
    return announcement, call.recording_notice if call else ''
