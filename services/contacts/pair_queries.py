"""Who is not brought together any more after abuse (보호): the one place that every way of assigning a contact asks."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, String, Uuid, bindparam, func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.compiled_select import built_once
from desk.errors import ConflictError


def barred_agents(customer_id: Any, phone: Any) -> Any:
    """Return the SQL expression for the agents to whom a customer is not brought, as an array (migration 0040)."""
    return func.barred_agents(customer_id, phone, type_=ARRAY(Uuid))


_BARRED = built_once(
    select(
        barred_agents(bindparam('customer_id', type_=Uuid()), bindparam('phone', type_=String()))
    )
)


async def barred_from(
    session: AsyncSession, customer_id: UUID | None, phone: str
) -> frozenset[UUID]:
    """Return the agents to whom the linked customer, or whoever has this number, is not brought."""
    values = {'customer_id': customer_id, 'phone': phone}
    return frozenset((await session.exec(_BARRED, params=values)).one())


async def require_not_barred(
    session: AsyncSession, agent_id: UUID, customer_id: UUID | None, phone: str
) -> None:
    """Raise ``ConflictError`` for an agent who is protected from this customer."""
    if agent_id in await barred_from(session, customer_id, phone):
        raise ConflictError('protection.barred')
