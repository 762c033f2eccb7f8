"""Queries for the links with which a new desk gets its first administrator."""

from datetime import datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import SetupLink


async def by_token(session: AsyncSession, token_hash: str) -> SetupLink | None:
    """Return the link with this token, in any state."""
    statement = select(SetupLink).where(col(SetupLink.token_hash) == token_hash)
    return (await session.exec(statement)).first()


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Delete the links that expired before then."""
    await session.exec(delete(SetupLink).where(col(SetupLink.expires_at) < before))
