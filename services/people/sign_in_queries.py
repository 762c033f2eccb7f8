"""Queries for sessions and failed sign-ins."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    String,
    Uuid,
    and_,
    bindparam,
    delete,
    exists,
    func,
    update,
)
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.compiled_select import built_once
from desk.statement_pool import StatementPool
from models import (
    Agent,
    AgentStatus,
    SecondFactor,
    SecondFactorRule,
    SignInAttempt,
    SignInSession,
)

SIGN_INS_LOCK = 32337
"""The first key of ``take_turns``'s advisory locks, so that no typed name collides with another
lock."""


Admission = tuple[SignInSession, Agent, bool]
"""A session, its person, and whether their role needs a second factor that they do not have yet."""


async def by_token(session: AsyncSession, token_hash: str) -> Admission | None:
    """Return the session with this token."""
    return (await session.exec(_BY_TOKEN, params={'token_hash': token_hash})).first()


async def by_id(session: AsyncSession, session_id: UUID) -> Admission | None:
    """Return one session."""
    return (await session.exec(_BY_ID, params={'session_id': session_id})).first()


def _lacks_second_factor() -> ColumnElement[bool]:
    """The second factor of single sign-on is the provider's."""
    is_required = exists().where(
        col(SecondFactorRule.role) == col(Agent.role), col(SecondFactorRule.is_required)
    )
    has_one = exists().where(col(SecondFactor.agent_id) == col(Agent.id))
    return and_(col(SignInSession.sso_session).is_(None), is_required, ~has_one)


_ADMISSION = select(SignInSession, Agent, _lacks_second_factor()).join(
    Agent, col(Agent.id) == col(SignInSession.agent_id)
)
# Built once: every request asks one of them.
_BY_TOKEN = built_once(
    _ADMISSION.where(col(SignInSession.token_hash) == bindparam('token_hash', type_=String()))
)
_BY_ID = built_once(
    _ADMISSION.where(col(SignInSession.id) == bindparam('session_id', type_=Uuid()))
)


_TOUCH = """
    UPDATE sessions SET seen_at = %(at)s
    WHERE id = %(session_id)s AND (seen_at IS NULL OR seen_at < %(before)s)
    RETURNING id
    """


async def touch(
    statements: StatementPool, session_id: UUID, at: datetime, *, before: datetime
) -> None:
    """Remember that a session was used, unless that was done after ``before``; twice has the same effect."""
    await statements.first(_TOUCH, {'session_id': session_id, 'at': at, 'before': before})


async def valid_of(session: AsyncSession, agent_id: UUID, at: datetime) -> Sequence[SignInSession]:
    """Return an agent's valid sessions, locked until the transaction ends."""
    statement = select(SignInSession).where(
        col(SignInSession.agent_id) == agent_id,
        col(SignInSession.revoked_at).is_(None),
        col(SignInSession.expires_at) > at,
    )
    return (await session.exec(statement.with_for_update(key_share=True))).all()


async def left_by_everyone(session: AsyncSession, at: datetime) -> Sequence[UUID]:
    """Return the ids of people who are not offline although they have no valid session."""
    holds = (
        exists()
        .where(col(SignInSession.agent_id) == col(Agent.id))
        .where(col(SignInSession.revoked_at).is_(None), col(SignInSession.expires_at) > at)
    )
    held = exists().where(col(SignInSession.agent_id) == col(Agent.id))
    statement = select(Agent.id).where(col(Agent.base_status) != AgentStatus.OFFLINE, held, ~holds)
    return (await session.exec(statement)).all()


async def take_turns(session: AsyncSession, username: str) -> None:
    """Let sign-ins of one account run one at a time, in all processes, until the transaction ends."""
    await session.exec(select(func.pg_advisory_xact_lock(SIGN_INS_LOCK, func.hashtext(username))))


async def failures_of(
    session: AsyncSession, username: str, since: datetime, *, source: str | None = None
) -> tuple[int, datetime | None]:
    """Return the number of an account's failures since then (of one source or all), and the last time."""
    statement = select(func.count(), func.max(col(SignInAttempt.created_at))).where(
        col(SignInAttempt.username) == username, col(SignInAttempt.created_at) > since
    )
    if source is not None:
        statement = statement.where(col(SignInAttempt.source) == source)
    return (await session.exec(statement)).one()


async def accounts_failed_at(
    session: AsyncSession, address: str, since: datetime
) -> tuple[int, datetime | None]:
    """Return the number of accounts that failed from an address since then, and the last time."""
    accounts = func.count(func.distinct(col(SignInAttempt.username)))
    statement = select(accounts, func.max(col(SignInAttempt.created_at))).where(
        col(SignInAttempt.address) == address, col(SignInAttempt.created_at) > since
    )
    return (await session.exec(statement)).one()


async def blame(session: AsyncSession, attempt_id: UUID, address: str) -> None:
    """Count an attempt against its network address too."""
    statement = update(SignInAttempt).where(col(SignInAttempt.id) == attempt_id)
    await session.exec(statement.values(address=address))


async def forgive(session: AsyncSession, username: str, source: str) -> None:
    """Delete an account's failures from one source; failures from other sources stay."""
    await session.exec(
        delete(SignInAttempt).where(
            col(SignInAttempt.username) == username, col(SignInAttempt.source) == source
        )
    )


async def replace_hash(session: AsyncSession, agent_id: UUID, *, before: str, after: str) -> bool:
    """Store another hash of the same password; return whether it was still this one."""
    statement = update(Agent).where(col(Agent.id) == agent_id, col(Agent.password_hash) == before)
    found = await session.exec(statement.values(password_hash=after).returning(col(Agent.id)))
    return found.first() is not None


async def forget(
    session: AsyncSession, *, attempts_before: datetime, sessions_before: datetime
) -> None:
    """Delete attempts that no longer count, and sessions that expired long ago."""
    await session.exec(delete(SignInAttempt).where(col(SignInAttempt.created_at) < attempts_before))
    await session.exec(delete(SignInSession).where(col(SignInSession.expires_at) < sessions_before))
