"""Queries for people and sessions of the single sign-on provider."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, SignInSession


async def by_subject(session: AsyncSession, subject: str) -> Agent | None:
    """Return who has this subject at the provider, locked until the transaction ends."""
    statement = select(Agent).where(col(Agent.sso_subject) == subject)
    return (await session.exec(statement.with_for_update(key_share=True))).first()


async def by_email(session: AsyncSession, email: str) -> Agent | None:
    """Return who has this e-mail address, locked until the transaction ends."""
    statement = select(Agent).where(func.lower(col(Agent.email)) == email.lower())
    return (await session.exec(statement.with_for_update(key_share=True))).first()


async def sessions_of(
    session: AsyncSession, *, name: str = '', subject: str = '', began_before: datetime
) -> Sequence[SignInSession]:
    """Return the provider's sessions that have not ended, by the session's name or its person's subject."""
    statement = (
        select(SignInSession)
        .join(Agent, col(Agent.id) == col(SignInSession.agent_id))
        .where(
            col(SignInSession.sso_session).is_not(None),
            col(SignInSession.revoked_at).is_(None),
            col(SignInSession.created_at) <= began_before,
        )
    )
    if name:
        statement = statement.where(col(SignInSession.sso_session) == name)
    if subject:
        statement = statement.where(col(Agent.sso_subject) == subject)
    return (await session.exec(statement)).all()


async def unchecked(
    session: AsyncSession, *, now: datetime, before: datetime, limit: int
) -> Sequence[SignInSession]:
    """Return valid sessions of the provider that were last checked before then, longest unchecked first."""
    statement = (
        select(SignInSession)
        .where(
            col(SignInSession.sso_session).is_not(None),
            col(SignInSession.revoked_at).is_(None),
            col(SignInSession.expires_at) > now,
            col(SignInSession.sso_checked_at) < before,
        )
        .order_by(col(SignInSession.sso_checked_at))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def claim(
    session: AsyncSession, session_id: UUID, *, checked_at: datetime | None, now: datetime
) -> bool:
    """Take the check of a session for oneself; false when somebody else took it."""
    statement = update(SignInSession).where(
        col(SignInSession.id) == session_id, col(SignInSession.sso_checked_at) == checked_at
    )
    result = await session.exec(statement.values(sso_checked_at=now))
    return bool(result.rowcount)


async def keep_token(session: AsyncSession, session_id: UUID, token: str) -> None:
    """Store a session's newest tokens."""
    statement = update(SignInSession).where(col(SignInSession.id) == session_id)
    await session.exec(statement.values(sso_token=token))


async def by_id(session: AsyncSession, session_id: UUID) -> SignInSession | None:
    """Return a session."""
    return await session.get(SignInSession, session_id)
