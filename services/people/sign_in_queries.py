"""Sessions and failed sign-ins, as rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, AgentStatus, SignInAttempt, SignInSession

SIGN_INS_LOCK = 32337
"""The first half of the advisory locks of ``take_turns``: a name that somebody types meets no lock of one number."""


async def by_token(session: AsyncSession, token_hash: str) -> tuple[SignInSession, Agent] | None:
    """Return the session that a cookie opens, and whose it is."""
    statement = select(SignInSession, Agent).join(
        Agent, col(Agent.id) == col(SignInSession.agent_id)
    )
    return (
        await session.exec(statement.where(col(SignInSession.token_hash) == token_hash))
    ).first()


async def by_id(session: AsyncSession, session_id: UUID) -> tuple[SignInSession, Agent] | None:
    """Return a session and whose it is."""
    statement = select(SignInSession, Agent).join(
        Agent, col(Agent.id) == col(SignInSession.agent_id)
    )
    return (await session.exec(statement.where(col(SignInSession.id) == session_id))).first()


async def valid_of(session: AsyncSession, agent_id: UUID, at: datetime) -> Sequence[SignInSession]:
    """Return an agent's sessions that admit at this moment, locked until the transaction ends."""
    statement = select(SignInSession).where(
        col(SignInSession.agent_id) == agent_id,
        col(SignInSession.revoked_at).is_(None),
        col(SignInSession.expires_at) > at,
    )
    return (await session.exec(statement.with_for_update(key_share=True))).all()


async def left_by_everyone(session: AsyncSession, at: datetime) -> Sequence[UUID]:
    """Return the ids of people who are not offline although no session of theirs admits any more."""
    holds = (
        exists()
        .where(col(SignInSession.agent_id) == col(Agent.id))
        .where(col(SignInSession.revoked_at).is_(None), col(SignInSession.expires_at) > at)
    )
    held = exists().where(col(SignInSession.agent_id) == col(Agent.id))
    statement = select(Agent.id).where(col(Agent.base_status) != AgentStatus.OFFLINE, held, ~holds)
    return (await session.exec(statement)).all()


async def take_turns(session: AsyncSession, username: str) -> None:
    """Let one sign-in of an account after the other through, in every process, until the transaction ends."""
    await session.exec(select(func.pg_advisory_xact_lock(SIGN_INS_LOCK, func.hashtext(username))))


async def failures_of(
    session: AsyncSession, username: str, since: datetime, *, source: str | None = None
) -> tuple[int, datetime | None]:
    """Return how often an account failed since then, from one source or all together, and when last."""
    statement = select(func.count(), func.max(col(SignInAttempt.created_at))).where(
        col(SignInAttempt.username) == username, col(SignInAttempt.created_at) > since
    )
    if source is not None:
        statement = statement.where(col(SignInAttempt.source) == source)
    return (await session.exec(statement)).one()


async def accounts_failed_at(
    session: AsyncSession, address: str, since: datetime
) -> tuple[int, datetime | None]:
    """Return how many different accounts failed from an address since then, and when last."""
    accounts = func.count(func.distinct(col(SignInAttempt.username)))
    statement = select(accounts, func.max(col(SignInAttempt.created_at))).where(
        col(SignInAttempt.address) == address, col(SignInAttempt.created_at) > since
    )
    return (await session.exec(statement)).one()


async def blame(session: AsyncSession, attempt_id: UUID, address: str) -> None:
    """Count an attempt against the address it came from as well."""
    statement = update(SignInAttempt).where(col(SignInAttempt.id) == attempt_id)
    await session.exec(statement.values(address=address))


async def forgive(session: AsyncSession, username: str, source: str) -> None:
    """Forget the failures of an account from one source: those of others are not made good by its owner."""
    await session.exec(
        delete(SignInAttempt).where(
            col(SignInAttempt.username) == username, col(SignInAttempt.source) == source
        )
    )


async def forget(
    session: AsyncSession, *, attempts_before: datetime, sessions_before: datetime
) -> None:
    """Delete attempts that count no more, and sessions that expired long ago."""
    await session.exec(delete(SignInAttempt).where(col(SignInAttempt.created_at) < attempts_before))
    await session.exec(delete(SignInSession).where(col(SignInSession.expires_at) < sessions_before))
