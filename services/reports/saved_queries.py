"""Queries for saved reports and their subscriptions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, ReportSubscription, SavedReport


async def saved_reports(
    session: AsyncSession, watcher: Agent
) -> list[tuple[SavedReport, str, bool]]:
    """Return all saved reports by name, who made each, and whether this person subscribed to it."""
    mine = (
        select(col(ReportSubscription.agent_id))
        .where(
            col(ReportSubscription.report_id) == col(SavedReport.id),
            col(ReportSubscription.agent_id) == watcher.id,
        )
        .exists()
    )
    statement = select(SavedReport, Agent, mine).join(
        Agent, col(Agent.id) == col(SavedReport.made_by_id)
    )
    rows: Sequence[tuple[SavedReport, Agent, bool]] = (
        await session.exec(statement.order_by(col(SavedReport.name)))
    ).all()
    return [(report, maker.name, is_mine) for report, maker, is_mine in rows]


async def by_id(session: AsyncSession, report_id: UUID) -> SavedReport | None:
    """Return a saved report."""
    return await session.get(SavedReport, report_id)


async def by_name(session: AsyncSession, name: str) -> SavedReport | None:
    """Return the saved report of a name."""
    statement = select(SavedReport).where(col(SavedReport.name) == name)
    return (await session.exec(statement)).first()


async def number(session: AsyncSession) -> int:
    """Return how many reports are saved."""
    return (await session.exec(select(func.count()).select_from(SavedReport))).one()


async def subscribe(session: AsyncSession, report_id: UUID, agent_id: UUID) -> None:
    """Add a subscription; a second time changes nothing."""
    values = {'report_id': report_id, 'agent_id': agent_id}
    await session.exec(insert(ReportSubscription).values(**values).on_conflict_do_nothing())


async def unsubscribe(session: AsyncSession, report_id: UUID, agent_id: UUID) -> None:
    """Remove a subscription."""
    await session.exec(
        delete(ReportSubscription).where(
            col(ReportSubscription.report_id) == report_id,
            col(ReportSubscription.agent_id) == agent_id,
        )
    )
