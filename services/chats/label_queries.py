"""Queries for labels of chats."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, text
from sqlalchemy.dialects.postgresql import array
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from models import ChatLabel, ChatSession


async def every(session: AsyncSession) -> Sequence[ChatLabel]:
    """Return all labels in their order, those out of use too."""
    return (await session.exec(_every())).all()


@cache
def _every() -> SelectOfScalar[ChatLabel]:
    order = (col(ChatLabel.position), col(ChatLabel.created_at), col(ChatLabel.id))
    return built_once(select(ChatLabel).order_by(*order))


async def by_id(session: AsyncSession, label_id: UUID, *, lock: bool = False) -> ChatLabel | None:
    """Return one label, locked until the transaction ends if asked."""
    statement = select(ChatLabel).where(col(ChatLabel.id) == label_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return (await session.exec(statement)).first()


async def among(session: AsyncSession, label_ids: Collection[UUID]) -> Sequence[ChatLabel]:
    """Return those of these labels that exist."""
    statement = select(ChatLabel).where(col(ChatLabel.id).in_(label_ids))
    return (await session.exec(statement)).all()


async def last_position(session: AsyncSession) -> int:
    """Return the position of the last label; 0 without any."""
    return (await session.exec(select(func.coalesce(func.max(ChatLabel.position), 0)))).one()


async def of_chats(
    session: AsyncSession, chat_ids: Collection[UUID]
) -> dict[UUID, list[ChatLabel]]:
    """Return the labels of these chats in the order in which they were set; none for chats without any."""
    chat, label = ChatSession, ChatLabel
    statement: Any = (
        select(chat.id, label)
        .join(label, col(label.id) == any_(col(chat.label_ids)))
        .where(col(chat.id).in_(chat_ids), text("chat_sessions.label_ids <> '{}'"))
        .order_by(func.array_position(col(chat.label_ids), col(label.id)))
    )
    found: dict[UUID, list[ChatLabel]] = {}
    for chat_id, row in (await session.exec(statement)).all():
        found.setdefault(chat_id, []).append(row)
    return found


def chats_labelled(label_id: UUID) -> Any:
    """Select the chats with this label."""
    has_it = col(ChatSession.label_ids).bool_op('@>')(array([label_id], type_=Uuid()))
    return select(col(ChatSession.id)).where(has_it, text("chat_sessions.label_ids <> '{}'"))
