"""Queries for the links with which people set a new password."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import PasswordReset


async def by_token(
    session: AsyncSession, token_hash: str, *, lock: bool = False
) -> PasswordReset | None:
    """Return the link with this token, in any state, locked until the transaction ends if asked."""
    statement = select(PasswordReset).where(col(PasswordReset.token_hash) == token_hash)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return (await session.exec(statement)).first()


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Delete the links that expired before then, used or not: what was done with them is in the audit log."""
    await session.exec(delete(PasswordReset).where(col(PasswordReset.expires_at) < before))


async def waiting_of(session: AsyncSession, agent_id: UUID) -> Sequence[PasswordReset]:
    """Return a person's unused links."""
    statement = select(PasswordReset).where(
        col(PasswordReset.agent_id) == agent_id,
        col(PasswordReset.used_at).is_(None),
        col(PasswordReset.ended_at).is_(None),
    )
    return (await session.exec(statement)).all()
