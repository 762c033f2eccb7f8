"""Queries for a customer's timeline: each kind of entry separately, newest first, after a place."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, Call, ChatMood, ChatSession, CustomerChange, CustomerMerge, Note
from services.contacts.access import visible_to
from services.work.cursors import Position


async def note(session: AsyncSession, note_id: UUID) -> Note | None:
    """Return a note, locked until the transaction ends."""
    return (
        await session.exec(
            select(Note).where(col(Note.id) == note_id).with_for_update(key_share=True)
        )
    ).first()


async def chats(
    session: AsyncSession, agent: Agent, customer_id: UUID, after: Position | None, *, limit: int
) -> Sequence[tuple[ChatSession, Agent | None, ChatMood | None]]:
    """Return the chats with a customer that the agent may see, with their agents and moods."""
    statement = (
        _contacts(ChatSession, agent, customer_id, after, limit)
        .add_columns(ChatMood)
        .outerjoin(ChatMood, col(ChatMood.chat_session_id) == col(ChatSession.id))
    )
    return [(row, holder, mood) for row, holder, mood in (await session.exec(statement)).all()]


async def calls(
    session: AsyncSession, agent: Agent, customer_id: UUID, after: Position | None, *, limit: int
) -> Sequence[tuple[Call, Agent | None]]:
    """Return the calls with a customer that the agent may see, with their agents."""
    statement = _contacts(Call, agent, customer_id, after, limit)
    return [(row, holder) for row, holder in (await session.exec(statement)).all()]


async def notes(
    session: AsyncSession, customer_id: UUID, after: Position | None, *, limit: int
) -> Sequence[tuple[Note, Agent]]:
    """Return the notes on a customer, with their authors."""
    statement = (
        select(Note, Agent)
        .join(Agent, col(Agent.id) == col(Note.agent_id))
        .where(col(Note.customer_id) == customer_id, *_behind(Note, 'created_at', after))
        .order_by(col(Note.created_at).desc(), col(Note.id).desc())
        .limit(limit)
    )
    return [(row, agent) for row, agent in (await session.exec(statement)).all()]


async def changes(
    session: AsyncSession, customer_id: UUID, after: Position | None, *, limit: int
) -> Sequence[tuple[CustomerChange, Agent | None, CustomerMerge | None]]:
    """Return the changes of a record and of all merged into it, with their authors and merges."""
    statement = (
        select(CustomerChange, Agent, CustomerMerge)
        .outerjoin(Agent, col(Agent.id) == col(CustomerChange.agent_id))
        .outerjoin(CustomerMerge, col(CustomerMerge.id) == col(CustomerChange.id))
        .where(
            col(CustomerChange.customer_id).in_(family(customer_id)),
            *_behind(CustomerChange, 'created_at', after),
        )
        .order_by(col(CustomerChange.created_at).desc(), col(CustomerChange.id).desc())
        .limit(limit)
    )
    rows = (await session.exec(statement)).all()
    return [(change, agent, merge) for change, agent, merge in rows]


def family(customer_id: UUID) -> Any:
    """Select a record and all records merged into it, directly or indirectly."""
    members = select(literal(customer_id).label('id')).cte('family', recursive=True)
    merged = select(col(CustomerMerge.merged_id)).where(
        col(CustomerMerge.kept_id) == members.c.id, col(CustomerMerge.undone_at).is_(None)
    )
    members = members.union(merged)
    return select(members.c.id)


def _contacts(
    kind: Any, agent: Agent, customer_id: UUID, after: Position | None, limit: int
) -> Any:
    return (
        select(kind, Agent)
        .outerjoin(Agent, col(Agent.id) == kind.agent_id)
        .where(
            kind.customer_id == customer_id,
            visible_to(agent, kind),
            *_behind(kind, 'start_time', after),
        )
        .order_by(kind.start_time.desc(), kind.id.desc())
        .limit(limit)
    )


def _behind(table: Any, moment: str, after: Position | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    at, row_id = after
    here = tuple_(getattr(table, moment), table.id)
    return [getattr(table, moment) <= at, here < tuple_(literal(at), literal(row_id))]
