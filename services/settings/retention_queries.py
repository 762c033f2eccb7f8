"""Queries for what is older than the desk keeps."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement
from sqlalchemy import delete as delete_from
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import FloorAlert, NoticeReceipt, QueueNotice, RoutingDecision

if TYPE_CHECKING:
    from services.settings.retention import Kept


def _old(kept: 'Kept', before: datetime) -> tuple[Any, list[ColumnElement[bool]]]:
    """Return the table of a kind, and the conditions of its old rows."""
    table: Any = {'assignments': RoutingDecision, 'alerts': FloorAlert, 'notices': QueueNotice}[
        kept
    ]
    conditions = [col(table.created_at) < before]
    if table is FloorAlert:
        conditions.append(col(FloorAlert.ended_at).is_not(None))
    return table, conditions


async def count(session: AsyncSession, kept: 'Kept', before: datetime) -> int:
    """Return the number of old rows."""
    table, conditions = _old(kept, before)
    return int(
        (await session.exec(select(func.count()).select_from(table).where(*conditions))).one()
    )


async def delete(session: AsyncSession, kept: 'Kept', before: datetime, limit: int) -> int:
    """Delete the oldest of the old rows; return how many."""
    table, conditions = _old(kept, before)
    oldest = select(table.id).where(*conditions).order_by(col(table.created_at)).limit(limit)
    ids = (await session.exec(oldest)).all()
    if ids and table is QueueNotice:
        await session.exec(delete_from(NoticeReceipt).where(col(NoticeReceipt.notice_id).in_(ids)))
    if ids:
        await session.exec(delete_from(table).where(col(table.id).in_(ids)))
    return len(ids)
