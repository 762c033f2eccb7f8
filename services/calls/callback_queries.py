"""Call-backs as rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, Callback, CallbackAttempt, CallbackStatus
from services.calls.callback_view import CallbackView
from services.contacts.access import within_reach

IS_OPEN = col(Callback.status) == CallbackStatus.OPEN


def seen_by(agent: Agent) -> ColumnElement[bool]:
    """Say which call-backs an agent may see: those of departments in their reach."""
    return within_reach(agent, col(Callback.department))


async def shown(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int
) -> list[CallbackView]:
    """Return call-backs with their owners' names, the first slot first."""
    statement = (
        select(Callback, Agent)
        .outerjoin(Agent, col(Agent.id) == col(Callback.owner_id))
        .where(*conditions)
        .order_by(col(Callback.slot_from), col(Callback.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [CallbackView.of(row, owner) for row, owner in (await session.exec(statement)).all()]


async def locked(session: AsyncSession, callback_id: UUID) -> Callback | None:
    """Return a call-back, locked until the transaction ends."""
    statement = select(Callback).where(col(Callback.id) == callback_id)
    locking = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(locking)).first()


async def open_for(session: AsyncSession, phone: str, *, since: datetime) -> Sequence[Callback]:
    """Return, locked, the open call-backs of a number that were promised before then."""
    statement = (
        select(Callback)
        .where(IS_OPEN, col(Callback.phone) == phone, col(Callback.created_at) <= since)
        .order_by(col(Callback.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def keep_attempt(session: AsyncSession, attempt: CallbackAttempt) -> bool:
    """Note a call that was made for a call-back; returns whether it was not noted before."""
    statement = (
        insert(CallbackAttempt)
        .values(**attempt.model_dump())
        .on_conflict_do_nothing(index_elements=['call_id'])
        .returning(col(CallbackAttempt.id))
    )
    return (await session.exec(statement)).first() is not None
