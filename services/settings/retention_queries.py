"""Queries for what is older than the desk keeps."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement
from sqlalchemy import delete as delete_from
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Call, ChatSession, FloorAlert, NoticeReceipt, QueueNotice, RoutingDecision
from services.settings import contact_retention_queries as contacts

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


_OF_CONTACTS = {
    'messages': (ChatSession, contacts.old_texts, contacts.remove_texts),
    'chats': (ChatSession, contacts.old_chats, contacts.remove_people_of_chats),
    'calls': (Call, contacts.old_calls, contacts.remove_people_of_calls),
}


async def count(session: AsyncSession, kept: 'Kept', before: datetime) -> int:
    """Return the number of old rows."""
    if kept in _OF_CONTACTS:
        table, conditions_of, _remove = _OF_CONTACTS[kept]
        return await contacts.count(session, table, conditions_of(before))
    table, conditions = _old(kept, before)
    return int(
        (await session.exec(select(func.count()).select_from(table).where(*conditions))).one()
    )


async def delete(session: AsyncSession, kept: 'Kept', before: datetime, limit: int) -> int:
    """Delete the oldest of the old rows; return how many."""
    if kept in _OF_CONTACTS:
        _table, _conditions, remove = _OF_CONTACTS[kept]
        return await remove(session, before, limit)
    table, conditions = _old(kept, before)
    oldest = select(table.id).where(*conditions).order_by(col(table.created_at)).limit(limit)
    ids = (await session.exec(oldest)).all()
    if ids and table is QueueNotice:
        await session.exec(delete_from(NoticeReceipt).where(col(NoticeReceipt.notice_id).in_(ids)))
    if ids:
        await session.exec(delete_from(table).where(col(table.id).in_(ids)))
    return len(ids)
