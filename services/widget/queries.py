"""Queries for the secrets of sites, and for where customers write from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import Agent, ChatSession, ChatStatus, Customer, Message, Sender, SiteKey, SiteVisit


async def keys_with_makers(session: AsyncSession) -> Sequence[tuple[SiteKey, Agent]]:
    """Return the secrets that count, oldest first, each with who made it."""
    statement: Any = (
        select(SiteKey, Agent)
        .join(Agent, col(Agent.id) == col(SiteKey.made_by_id))
        .where(col(SiteKey.retired_at).is_(None))
        .order_by(col(SiteKey.created_at), col(SiteKey.id))
    )
    return [tuple(one) for one in (await session.exec(statement)).all()]


async def keys_of(session: AsyncSession, origin: str) -> Sequence[SiteKey]:
    """Return the secrets of a site that count, oldest first."""
    statement = (
        select(SiteKey)
        .where(col(SiteKey.origin) == origin, col(SiteKey.retired_at).is_(None))
        .order_by(col(SiteKey.created_at), col(SiteKey.id))
    )
    return (await session.exec(statement)).all()


async def locked_key(session: AsyncSession, key_id: UUID) -> SiteKey | None:
    """Return a secret, locked until the transaction ends."""
    return await session.get(SiteKey, key_id, with_for_update=ROW_LOCK, populate_existing=True)


async def one_at_a_time(session: AsyncSession, origin: str) -> None:
    """Serialise changes of one site's secrets, so that it never has three."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(origin, 47))))


async def visit_of(session: AsyncSession, chat_id: UUID) -> SiteVisit | None:
    """Return where a chat was written from; ``None`` for a chat that began at ``/talk`` itself."""
    return await session.get(SiteVisit, chat_id)


async def add_visit(session: AsyncSession, visit: SiteVisit) -> bool:
    """Store where a chat began; return whether that was new: the first one counts."""
    statement = insert(SiteVisit).values(**visit.model_dump(exclude={'seen_at'}))
    added = await session.exec(
        statement.on_conflict_do_nothing().returning(col(SiteVisit.chat_session_id))
    )
    return added.first() is not None


async def move(
    session: AsyncSession, chat_id: UUID, *, address: str, title: str, now: datetime
) -> bool:
    """Store the page that a customer looks at now; return whether it is another than before."""
    changed = (
        update(SiteVisit)
        .where(
            col(SiteVisit.chat_session_id) == chat_id,
            (col(SiteVisit.address) != address) | (col(SiteVisit.title) != title),
        )
        .values(address=address, title=title, seen_at=now)
        .returning(col(SiteVisit.chat_session_id))
    )
    return (await session.exec(changed)).first() is not None


async def state_of(session: AsyncSession, chat_id: UUID) -> tuple[ChatStatus, int] | None:
    """Return a chat's status, and how many messages of agents its customer has not read."""
    unread = (
        select(func.count())
        .where(
            col(Message.chat_session_id) == chat_id,
            col(Message.sender) == Sender.AGENT,
            col(Message.number) > col(ChatSession.customer_read_number),
        )
        .correlate(ChatSession)
        .scalar_subquery()
    )
    statement: Any = select(ChatSession.status, unread).where(col(ChatSession.id) == chat_id)
    found = (await session.exec(statement)).first()
    return (found[0], int(found[1])) if found else None


async def customers_of(
    session: AsyncSession, *, number: int | None, email: str | None
) -> Sequence[Customer]:
    """Return the active records with a customer number, or else with an e-mail address; at most two."""
    field = col(Customer.number) == number
    if number is None:
        field = func.lower(col(Customer.email)) == email
    statement = select(Customer).where(
        field, col(Customer.merged_into_id).is_(None), col(Customer.erased_at).is_(None)
    )
    return (await session.exec(statement.limit(2))).all()


async def name(
    session: AsyncSession, chat_id: UUID, identity: str, customer_id: UUID | None
) -> bool:
    """Store who a site says that a chat's customer is; return whether nothing was stored before."""
    named = (
        update(SiteVisit)
        .where(col(SiteVisit.chat_session_id) == chat_id, col(SiteVisit.identity) == '')
        .values(identity=identity, customer_id=customer_id)
        .returning(col(SiteVisit.chat_session_id))
    )
    return (await session.exec(named)).first() is not None
