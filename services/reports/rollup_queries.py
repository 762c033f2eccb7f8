"""Queries for the rollups: contacts that changed, their facts, and their lines."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, cast, delete, func, insert, tuple_, union_all, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Call,
    ChatMood,
    ChatSession,
    Message,
    Promise,
    PromiseStatus,
    ReportChange,
    ReportLine,
    Sender,
    Sentiment,
    StepKind,
    WrapUp,
)
from services.floor import board_queries
from services.reports.counting import ContactFacts, Seconds, days_of

ROLLUP_LOCK = 0x7E60
"""The advisory lock for computing lines: the later of two processes must have read the later facts."""
REPEAT_WITHIN = timedelta(days=7)


async def hold_rollups(session: AsyncSession) -> None:
    """Let no other process compute lines until this transaction ends."""
    await session.exec(select(func.pg_advisory_xact_lock(ROLLUP_LOCK)))


async def take_changed(session: AsyncSession, *, limit: int) -> list[UUID]:
    """Return at most ``limit`` contacts that were marked, longest ago first, and remove their marks."""
    oldest = select(ReportChange.contact_id).order_by(col(ReportChange.id)).limit(limit)
    ids = list(dict.fromkeys((await session.exec(oldest)).all()))
    await session.exec(delete(ReportChange).where(col(ReportChange.contact_id).in_(ids)))
    return ids


async def is_any_waiting(session: AsyncSession) -> bool:
    """Whether any contact is marked."""
    return (await session.exec(select(ReportChange.id).limit(1))).first() is not None


async def waiting(session: AsyncSession) -> int:
    """Return how many contacts are marked."""
    statement = select(func.count(func.distinct(col(ReportChange.contact_id))))
    return (await session.exec(statement)).one()


async def facts_of(session: AsyncSession, ids: Collection[UUID]) -> list[ContactFacts]:
    """Return the facts of these contacts; those without any step are left out."""
    steps = await board_queries.facts_of(session, ids)
    people = await _people(session, ids)
    categories = await _categories(session, ids)
    over = [one for one in ids if any(step.kind is StepKind.ENDED for step in steps[one])]
    replies = await _first_replies(session, over)
    moods = await _moods(session, ids)
    promises = await _promises(session, ids)
    return [
        ContactFacts(
            steps=steps[one],
            person=people.get(one),
            category_id=categories.get(one),
            replied_at=replies.get(one),
            sentiment=moods.get(one),
            kept=promises[one, PromiseStatus.KEPT],
            broken=promises[one, PromiseStatus.BROKEN],
        )
        for one in ids
        if steps[one]
    ]


async def seconds_on(session: AsyncSession, found: Sequence[ContactFacts]) -> dict[date, Seconds]:
    """Return the service level seconds of each queue on the days of these contacts."""
    days = {day for one in found for day in days_of(one.steps)}
    by_day = await board_queries.targets_by_day(session, await board_queries.queues(session), days)
    return {
        day: {queue_id: target.seconds for queue_id, target in targets.items()}
        for day, targets in by_day.items()
    }


async def replace_lines(
    session: AsyncSession, ids: Collection[UUID], lines: Sequence[ReportLine]
) -> None:
    """Put these lines in place of those that the contacts had, and see anew whose customers came again."""
    gone = delete(ReportLine).where(col(ReportLine.contact_id).in_(ids))
    removed = await session.exec(gone.returning(col(ReportLine.person)))
    people = {one for one in removed.scalars() if one} | {one.person for one in lines if one.person}
    if lines:
        await session.exec(insert(ReportLine), params=[one.model_dump() for one in lines])
    if people:
        await _mark_repeats(session, people)


async def _mark_repeats(session: AsyncSession, people: Collection[UUID]) -> None:
    """Mark each answered contact of these customers that came within 7 days after another."""
    line, earlier = ReportLine, aliased(ReportLine)
    came_before = (
        select(col(earlier.contact_id))
        .where(
            col(earlier.person) == col(line.person),
            col(earlier.came_at) >= col(line.came_at) - REPEAT_WITHIN,
            tuple_(col(earlier.came_at), col(earlier.contact_id))
            < tuple_(col(line.came_at), col(line.contact_id)),
            col(earlier.contact_id) != col(line.contact_id),
        )
        .exists()
    )
    is_repeat: Any = col(line.outcome).in_(('in_time', 'late')) & came_before
    statement = (
        update(line)
        .where(col(line.person).in_(people), col(line.is_repeat) != is_repeat)
        .values(is_repeat=is_repeat)
    )
    await session.exec(statement)


async def _people(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return each contact's customer, or a digest of its number where no record is linked."""
    parts = [
        select(
            col(table.id),
            func.coalesce(col(table.customer_id), cast(func.md5(func.nullif(phone, '')), Uuid)),
        ).where(col(table.id).in_(ids))
        for table, phone in ((ChatSession, col(ChatSession.visitor_phone)), (Call, col(Call.phone)))
    ]
    found: Any = await session.exec(union_all(*parts))  # type: ignore[call-overload]  # of two tables
    return {contact_id: person for contact_id, person in found.all() if person}


async def _categories(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID]:
    statement = select(WrapUp.contact_id, WrapUp.category_id).where(
        col(WrapUp.contact_id).in_(ids), col(WrapUp.category_id).is_not(None)
    )
    return {one: category for one, category in (await session.exec(statement)).all() if category}


async def _first_replies(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when an agent first wrote in these chats."""
    statement = (
        select(Message.chat_session_id, func.min(Message.created_at))
        .where(col(Message.chat_session_id).in_(ids), col(Message.sender) == Sender.AGENT)
        .group_by(col(Message.chat_session_id))
    )
    return dict((await session.exec(statement)).all())


async def _moods(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Sentiment]:
    statement = select(ChatMood.chat_session_id, ChatMood.sentiment).where(
        col(ChatMood.chat_session_id).in_(ids)
    )
    return {one: Sentiment(mood) for one, mood in (await session.exec(statement)).all()}


async def _promises(
    session: AsyncSession, ids: Collection[UUID]
) -> dict[tuple[UUID, PromiseStatus], int]:
    statement = (
        select(Promise.contact_id, Promise.status, func.count())
        .where(col(Promise.contact_id).in_(ids))
        .group_by(col(Promise.contact_id), col(Promise.status))
    )
    found: dict[tuple[UUID, PromiseStatus], int] = defaultdict(int)
    for contact_id, status, count in (await session.exec(statement)).all():
        found[contact_id, PromiseStatus(status)] = count
    return found
