"""Queries for settings and their changes."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from desk.db import ROW_LOCK
from models import (
    Agent,
    AgentRole,
    AgentStatusChange,
    AwayReason,
    ChatSession,
    Queue,
    SettingChange,
    SettingDocument,
    SettingKind,
    StateCause,
)
from models.base import Texts


async def document(
    session: AsyncSession, kind: SettingKind, subject_id: UUID
) -> SettingDocument | None:
    """Return a document; ``None`` when it was never written."""
    return await session.get(SettingDocument, (kind.value, subject_id))


async def documents(
    session: AsyncSession, kinds: Collection[SettingKind], subject_ids: Collection[UUID]
) -> dict[tuple[str, UUID], dict[str, str]]:
    """Return the values of documents by kind and subject; those that were never written are missing."""
    values = {'kinds': [one.value for one in kinds], 'subject_ids': list(subject_ids)}
    rows = (await session.exec(_documents(), params=values)).all()
    return {(one.kind, one.subject_id): one.values for one in rows}


@cache
def _documents() -> SelectOfScalar[SettingDocument]:
    return built_once(
        select(SettingDocument).where(
            col(SettingDocument.kind) == any_(bindparam('kinds', type_=Texts)),
            col(SettingDocument.subject_id) == any_(bindparam('subject_ids', type_=ARRAY(Uuid()))),
        )
    )


async def locked_document(
    session: AsyncSession, kind: SettingKind, subject_id: UUID
) -> SettingDocument:
    """Return a document, made when it is missing, and locked until the transaction ends."""
    empty = SettingDocument(kind=kind.value, subject_id=subject_id)
    await session.exec(
        insert(SettingDocument).values(**empty.model_dump()).on_conflict_do_nothing()
    )
    found = await session.get(
        SettingDocument, (kind.value, subject_id), with_for_update=ROW_LOCK, populate_existing=True
    )
    if found is None:
        raise LookupError(kind)
    return found


async def changes(
    session: AsyncSession, kind: SettingKind, subject_id: UUID, limit: int
) -> Sequence[SettingChange]:
    """Return the last changes of a setting, newest first."""
    statement = (
        select(SettingChange)
        .where(col(SettingChange.kind) == kind.value, col(SettingChange.subject_id) == subject_id)
        .order_by(col(SettingChange.version).desc())
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def change(session: AsyncSession, change_id: UUID) -> SettingChange | None:
    """Return one change."""
    return await session.get(SettingChange, change_id)


async def version_of(session: AsyncSession, kind: SettingKind, subject_id: UUID) -> int:
    """Return the version of a setting whose row has none: of its last change, 0 before the first."""
    statement = select(func.coalesce(func.max(col(SettingChange.version)), 0)).where(
        col(SettingChange.kind) == kind.value, col(SettingChange.subject_id) == subject_id
    )
    return int((await session.exec(statement)).one())


async def away_reason(
    session: AsyncSession, reason_id: UUID, *, lock: bool = False
) -> AwayReason | None:
    """Return a reason of 이석, locked until the transaction ends if asked."""
    return await session.get(
        AwayReason, reason_id, with_for_update=ROW_LOCK if lock else None, populate_existing=lock
    )


async def has_queue(session: AsyncSession) -> bool:
    """Whether there is an open queue."""
    return await _any(session, select(Queue.id).where(col(Queue.is_active)))


async def has_served_queue(session: AsyncSession) -> bool:
    """Whether an agent works in the department of an open queue."""
    works = (
        select(Agent.id)
        .join(Queue, col(Queue.department) == col(Agent.department))
        .where(col(Queue.is_active), col(Agent.is_active), col(Agent.role) == AgentRole.AGENT)
    )
    return await _any(session, works)


async def has_hours(session: AsyncSession) -> bool:
    """Whether anybody has set the hours of a queue."""
    kind = SettingKind.HOURS.value
    return await _any(session, select(SettingDocument.version).where(col(SettingDocument.kind) == kind, col(SettingDocument.version) > 0))  # fmt: skip


async def has_taken_chat(session: AsyncSession) -> bool:
    """Whether an agent has taken a chat."""
    return await _any(session, select(ChatSession.id).where(col(ChatSession.taken_at).is_not(None)))


async def has_chosen_state(session: AsyncSession, agent_id: UUID) -> bool:
    """Whether a person has chosen a state of 상담 상태 themselves."""
    chosen = select(AgentStatusChange.id).where(
        col(AgentStatusChange.agent_id) == agent_id,
        col(AgentStatusChange.why) == StateCause.CHOSEN,
    )
    return await _any(session, chosen)


async def _any(session: AsyncSession, statement: Any) -> bool:
    return (await session.exec(statement.limit(1))).first() is not None
