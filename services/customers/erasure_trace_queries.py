"""Queries that remove a person from where nothing links to their record."""

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import delete, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    AgentStatusChange,
    Call,
    CallLeg,
    ChatSession,
    ChatStatus,
    HistoryView,
    QueueNotice,
)

WRITTEN: tuple[tuple[Any, str], ...] = ((QueueNotice, 'body'), (AgentStatusChange, 'note'))
"""Texts that colleagues write to each other, and that belong to no customer."""
REMOVED = '***'


async def unlinked_chats(session: AsyncSession, phones: Collection[str]) -> Sequence[ChatSession]:
    """Return the ended chats in which somebody typed one of these numbers, linked to nobody; locked."""
    statement = select(ChatSession).where(
        col(ChatSession.visitor_phone).in_(phones),
        col(ChatSession.customer_id).is_(None),
        col(ChatSession.status) == ChatStatus.CLOSED,
    )
    return (await session.exec(statement.order_by(col(ChatSession.id)).with_for_update(key_share=True))).all()  # fmt: skip


async def erase_numbers(session: AsyncSession, phones: Collection[str]) -> None:
    """Delete these numbers from ended calls that are linked to nobody, and from legs of any call."""
    await session.exec(
        update(Call)
        .where(
            col(Call.phone).in_(phones),
            col(Call.customer_id).is_(None),
            or_(col(Call.end_time).is_not(None), col(Call.ending).is_not(None)),
        )
        .values(phone='')
    )
    ended = col(CallLeg.ended_at).is_not(None)
    await session.exec(update(CallLeg).where(col(CallLeg.phone).in_(phones), ended).values(phone=''))  # fmt: skip


async def erase_mentions(session: AsyncSession, needles: Collection[str]) -> None:
    """Remove names, numbers and addresses from what colleagues wrote, and saved searches for them."""
    # The longest first: a name within a longer name would leave the rest of it.
    for needle in sorted(needles, key=len, reverse=True):
        for table, column in WRITTEN:
            text = getattr(table, column)
            replaced = func.replace(text, needle, REMOVED)
            await session.exec(
                update(table)
                .where(text.contains(needle, autoescape=True))
                .values({column: replaced})
            )
        searched = [needle, quote_plus(needle)]
        conditions = [
            part.contains(one, autoescape=True)
            for one in searched
            for part in (col(HistoryView.query), col(HistoryView.name))
        ]
        await session.exec(delete(HistoryView).where(or_(*conditions)))
