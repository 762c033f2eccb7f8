"""Queries for cases of 보호."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, literal, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk import clock
from desk.compiled_select import built_once
from desk.db import ROW_LOCK
from models import (
    Agent,
    Announcement,
    AwayReason,
    BarredPair,
    Call,
    CallLeg,
    Channel,
    ChatSession,
    ChatStatus,
    FloorAlert,
    Message,
    ProtectionCase,
    ProtectionEvidence,
    ProtectionStep,
    ProtectionStepKind,
)
from services.contacts.access import within_reach
from services.protection.file_queries import delete_files
from services.work.cursors import Position

MOST_LINES = 5_000
"""Lines of one chat that are kept as evidence, the newest."""


async def case(
    session: AsyncSession, case_id: UUID, *, lock: bool = False
) -> ProtectionCase | None:
    """Return a case, locked until the transaction ends if asked."""
    return await session.get(
        ProtectionCase, case_id, with_for_update=ROW_LOCK if lock else None, populate_existing=lock
    )


async def case_of(session: AsyncSession, contact_id: UUID, agent_id: UUID) -> ProtectionCase | None:
    """Return an agent's case in a contact."""
    values = {'contact_id': contact_id, 'agent_id': agent_id}
    return (await session.exec(_case_of(), params=values)).first()


@cache
def _case_of() -> SelectOfScalar[ProtectionCase]:
    return built_once(
        select(ProtectionCase).where(
            col(ProtectionCase.contact_id) == bindparam('contact_id', type_=Uuid()),
            col(ProtectionCase.agent_id) == bindparam('agent_id', type_=Uuid()),
        )
    )


async def newest_of_contact(session: AsyncSession, contact_id: UUID) -> ProtectionCase | None:
    """Return the newest case of a contact, whoever is protected."""
    statement = select(ProtectionCase).where(col(ProtectionCase.contact_id) == contact_id)
    return (await session.exec(statement.order_by(col(ProtectionCase.created_at).desc()))).first()


async def step(session: AsyncSession, step_id: UUID) -> ProtectionStep | None:
    """Return a step."""
    return await session.get(ProtectionStep, step_id)


async def steps(session: AsyncSession, case_id: UUID) -> Sequence[ProtectionStep]:
    """Return the steps of a case, in order."""
    statement = select(ProtectionStep).where(col(ProtectionStep.case_id) == case_id)
    order = col(ProtectionStep.created_at), col(ProtectionStep.id)
    return (await session.exec(statement.order_by(*order))).all()


async def evidence(session: AsyncSession, case_id: UUID) -> ProtectionEvidence | None:
    """Return the evidence of a case; none before its contact is over."""
    return await session.get(ProtectionEvidence, case_id)


async def announcement(session: AsyncSession, number: int) -> Announcement | None:
    """Return an announcement by its version."""
    return await session.get(Announcement, number)


async def lines(session: AsyncSession, chat_id: UUID) -> list[Message]:
    """Return the newest lines of a chat, oldest first, at most ``MOST_LINES``."""
    statement = select(Message).where(col(Message.chat_session_id) == chat_id)
    newest = statement.order_by(col(Message.number).desc()).limit(MOST_LINES)
    return list(reversed((await session.exec(newest)).all()))


async def recordings(session: AsyncSession, call_id: UUID) -> list[str]:
    """Return the places of a call's recordings, as far as they are known."""
    statement = select(CallLeg.recording).where(
        col(CallLeg.call_id) == call_id, col(CallLeg.recording) != ''
    )
    return list((await session.exec(statement.order_by(col(CallLeg.created_at)))).all())


async def unrecorded(session: AsyncSession, since: datetime) -> Sequence[tuple[UUID, str]]:
    """Return the cases of calls, over since then, with a recording's place that no step of theirs names yet."""
    named = select(ProtectionStep.id).where(
        col(ProtectionStep.case_id) == col(ProtectionCase.id),
        col(ProtectionStep.kind) == ProtectionStepKind.RECORDING,
        col(ProtectionStep.words) == col(CallLeg.recording),
    )
    statement = (
        select(ProtectionCase.id, CallLeg.recording)
        .join(CallLeg, col(CallLeg.call_id) == col(ProtectionCase.contact_id))
        .where(
            col(ProtectionCase.channel) == Channel.CALL,
            col(ProtectionCase.over_at) >= since,
            col(CallLeg.recording) != '',
            ~named.exists(),
        )
    )
    return (await session.exec(statement)).all()


async def announced_since(session: AsyncSession, since: datetime) -> Sequence[tuple[UUID, Call]]:
    """Return the cases of calls, opened since then, whose call tells by now what its caller heard before."""
    statement: Any = (
        select(ProtectionCase.id, Call)
        .join(Call, col(Call.id) == col(ProtectionCase.contact_id))
        .where(
            col(ProtectionCase.channel) == Channel.CALL,
            col(ProtectionCase.created_at) >= since,
            col(ProtectionCase.announcement_id).is_(None),
            col(ProtectionCase.recording_notice) == '',
            or_(col(Call.announcement_id).is_not(None), col(Call.recording_notice) != ''),
        )
    )
    return [(case_id, call) for case_id, call in (await session.exec(statement)).all()]


async def over(session: AsyncSession) -> Sequence[UUID]:
    """Return the open cases whose contact is over."""
    chat = select(ChatSession.id).where(
        col(ChatSession.id) == col(ProtectionCase.contact_id),
        col(ChatSession.status) == ChatStatus.CLOSED,
    )
    call = select(Call.id).where(
        col(Call.id) == col(ProtectionCase.contact_id), col(Call.end_time).is_not(None)
    )
    statement = select(ProtectionCase.id).where(
        col(ProtectionCase.over_at).is_(None), or_(chat.exists(), call.exists())
    )
    return (await session.exec(statement)).all()


async def rested(session: AsyncSession, rest_id: UUID) -> Sequence[UUID]:
    """Return the cases whose agent rests no more, whatever they became."""
    statement = (
        select(ProtectionCase.id)
        .join(Agent, col(Agent.id) == col(ProtectionCase.agent_id))
        .where(
            col(ProtectionCase.rest_from).is_not(None),
            col(ProtectionCase.rest_until).is_(None),
            or_(col(Agent.away_reason_id).is_(None), col(Agent.away_reason_id) != rest_id),
        )
    )
    return (await session.exec(statement)).all()


async def restricted_before(session: AsyncSession, at: datetime) -> Sequence[UUID]:
    """Return the cases whose restriction has ended by then."""
    statement = select(ProtectionCase.id).where(col(ProtectionCase.restricted_until) <= at)
    return (await session.exec(statement)).all()


async def away_reason(session: AsyncSession, code: str) -> AwayReason | None:
    """Return an away reason by its code."""
    return (await session.exec(select(AwayReason).where(col(AwayReason.code) == code))).first()


async def page(
    session: AsyncSession, by: Agent, before: Position | None, limit: int
) -> Sequence[ProtectionCase]:
    """Return the cases within a supervisor's reach, newest first, after a place."""
    statement = select(ProtectionCase).where(within_reach(by, col(ProtectionCase.department)))
    if before:
        at, one = before
        here: Any = tuple_(col(ProtectionCase.created_at), col(ProtectionCase.id))
        statement = statement.where(here < tuple_(literal(at), literal(one)))
    order = col(ProtectionCase.created_at).desc(), col(ProtectionCase.id).desc()
    return (await session.exec(statement.order_by(*order).limit(limit))).all()


async def bar(session: AsyncSession, pair: BarredPair) -> bool:
    """Store a pair; return whether it is new."""
    statement = insert(BarredPair).values(**pair.model_dump()).on_conflict_do_nothing()
    return (await session.exec(statement.returning(col(BarredPair.id)))).first() is not None


async def pair(session: AsyncSession, case_id: UUID, *, lock: bool = False) -> BarredPair | None:
    """Return the pair that a case has kept apart."""
    statement = select(BarredPair).where(col(BarredPair.case_id) == case_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return (await session.exec(statement)).first()


async def alerts(session: AsyncSession, case_ids: Sequence[UUID]) -> dict[UUID, FloorAlert]:
    """Return the alert of each case."""
    statement = select(FloorAlert).where(col(FloorAlert.case_id).in_(case_ids))
    return {one.case_id: one for one in (await session.exec(statement)).all() if one.case_id}


async def past(session: AsyncSession, today: date, limit: int) -> list[UUID]:
    """Return, locked, the cases whose day is over; those that somebody holds are left for the next run."""
    statement = (
        select(ProtectionCase.id)
        .where(col(ProtectionCase.kept_until) < today)
        .order_by(col(ProtectionCase.kept_until))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return list((await session.exec(statement)).all())


async def delete_cases(session: AsyncSession, case_ids: Sequence[UUID]) -> None:
    """Delete cases with all that belongs to them; the database refuses to before their day is over."""
    alerts_of = update(FloorAlert).where(col(FloorAlert.case_id).in_(case_ids))
    await session.exec(alerts_of.values(case_id=None))
    await delete_files(session, case_ids, clock.now())
    for table in (ProtectionStep, ProtectionEvidence, BarredPair):
        await session.exec(delete(table).where(col(table.case_id).in_(case_ids)))
    await session.exec(delete(ProtectionCase).where(col(ProtectionCase.id).in_(case_ids)))
