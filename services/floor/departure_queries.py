"""Queries for the open work of somebody who leaves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Call,
    Callback,
    CallbackStatus,
    ChatSession,
    ChatStatus,
    Draft,
    Promise,
    PromiseStatus,
    SignInSession,
    WrapUp,
)

OPEN_CHAT = (ChatStatus.ACTIVE, ChatStatus.ON_HOLD)


async def counts(session: AsyncSession, agent_id: UUID) -> dict[str, int]:
    """Return how much somebody has open, by kind."""
    held = select(ChatSession.id).where(
        col(ChatSession.agent_id) == agent_id, col(ChatSession.status).in_(OPEN_CHAT)
    )
    statements = {
        'chats': select(func.count()).select_from(held.subquery()),
        'promises': select(func.count()).where(
            col(Promise.owner_id) == agent_id, col(Promise.status) == PromiseStatus.OPEN
        ),
        'callbacks': select(func.count()).where(
            col(Callback.owner_id) == agent_id, col(Callback.status) == CallbackStatus.OPEN
        ),
        'drafts': select(func.count()).where(
            col(Draft.agent_id) == agent_id, col(Draft.chat_session_id).in_(held)
        ),
        'wrap_ups': select(func.count()).where(
            col(WrapUp.agent_id) == agent_id,
            col(WrapUp.done_at).is_(None),
            col(WrapUp.left_at).is_(None),
        ),
    }
    found = {name: (await session.exec(one)).one() for name, one in statements.items()}
    return found | {'calls': await open_calls(session, agent_id)}


async def open_calls(session: AsyncSession, agent_id: UUID) -> int:
    """Return how many calls somebody is in."""
    statement = select(func.count()).where(
        col(Call.agent_id) == agent_id, col(Call.end_time).is_(None)
    )
    return (await session.exec(statement)).one()


async def open_sessions(session: AsyncSession, agent_id: UUID, now: datetime) -> int:
    """Return how many valid sessions somebody has."""
    statement = select(func.count()).where(
        col(SignInSession.agent_id) == agent_id,
        col(SignInSession.revoked_at).is_(None),
        col(SignInSession.expires_at) > now,
    )
    return (await session.exec(statement)).one()


async def locked_open_chats(session: AsyncSession, agent_id: UUID) -> Sequence[ChatSession]:
    """Return the open chats that somebody holds or that ring at them, locked in one order."""
    statement = (
        select(ChatSession)
        .where(
            or_(
                (col(ChatSession.agent_id) == agent_id) & col(ChatSession.status).in_(OPEN_CHAT),
                (col(ChatSession.offered_agent_id) == agent_id)
                & (col(ChatSession.status) == ChatStatus.WAITING),
            )
        )
        .order_by(col(ChatSession.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def locked_promises(session: AsyncSession, agent_id: UUID) -> Sequence[Promise]:
    """Return somebody's open promises, locked in one order."""
    statement = (
        select(Promise)
        .where(col(Promise.owner_id) == agent_id, col(Promise.status) == PromiseStatus.OPEN)
        .order_by(col(Promise.id))
        .with_for_update(key_share=True)
    )
    return (await session.exec(statement)).all()


async def drafts_in(session: AsyncSession, agent_id: UUID, chat_ids: Collection[UUID]) -> int:
    """Return how many drafts somebody has in these chats."""
    statement = select(func.count()).where(
        col(Draft.agent_id) == agent_id, col(Draft.chat_session_id).in_(chat_ids)
    )
    return (await session.exec(statement)).one()


async def move_drafts(
    session: AsyncSession, agent_id: UUID, to_id: UUID, chat_ids: Collection[UUID]
) -> None:
    """Make somebody's drafts in these chats another's, except where that person has a draft already."""
    theirs = select(Draft.chat_session_id).where(col(Draft.agent_id) == to_id)
    mine = (col(Draft.agent_id) == agent_id) & col(Draft.chat_session_id).in_(chat_ids)
    await session.exec(delete(Draft).where(mine, col(Draft.chat_session_id).in_(theirs)))
    await session.exec(update(Draft).where(mine).values(agent_id=to_id))


async def locked_callbacks(session: AsyncSession, agent_id: UUID) -> Sequence[Callback]:
    """Return somebody's open callbacks, locked in one order."""
    statement = (
        select(Callback)
        .where(col(Callback.owner_id) == agent_id, col(Callback.status) == CallbackStatus.OPEN)
        .order_by(col(Callback.id))
        .with_for_update(key_share=True)
    )
    return (await session.exec(statement)).all()
