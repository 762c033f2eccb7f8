"""Queries for invitations."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import Invitation

INVITING_LOCK = 7_311_012
"""A PostgreSQL advisory lock: invitations are made one at a time, so that a person has one valid
link."""


async def take_turns(session: AsyncSession) -> None:
    """Let no other transaction invite or accept until this one ends."""
    await session.exec(select(func.pg_advisory_xact_lock(INVITING_LOCK)))


async def by_token(session: AsyncSession, token_hash: str) -> Invitation | None:
    """Return the invitation with this token, in any state."""
    statement = select(Invitation).where(col(Invitation.token_hash) == token_hash)
    return (await session.exec(statement)).first()


async def by_id(session: AsyncSession, invitation_id: UUID) -> Invitation | None:
    """Return an invitation, locked until the transaction ends."""
    return await session.get(Invitation, invitation_id, with_for_update=ROW_LOCK)


async def waiting(session: AsyncSession) -> Sequence[Invitation]:
    """Return the invitations that are not used, replaced or withdrawn, newest first; expired ones too."""
    statement = select(Invitation).where(
        col(Invitation.used_at).is_(None), col(Invitation.ended_at).is_(None)
    )
    return (await session.exec(statement.order_by(col(Invitation.created_at).desc()))).all()


async def waiting_of(session: AsyncSession, username: str, email: str) -> Sequence[Invitation]:
    """Return the unused invitations of a person, by sign-in name or e-mail."""
    statement = select(Invitation).where(
        col(Invitation.used_at).is_(None),
        col(Invitation.ended_at).is_(None),
        or_(
            func.lower(col(Invitation.username)) == username.lower(),
            func.lower(col(Invitation.email)) == email.lower(),
        ),
    )
    return (await session.exec(statement)).all()
