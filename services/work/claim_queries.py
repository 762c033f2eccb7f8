"""Claiming rows that are due: several processes share such work, and each row is one process's for a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession


async def claim_due(
    session: AsyncSession,
    kind: Any,
    key: Any,
    *due: ColumnElement[bool],
    now: datetime,
    until: datetime,
    limit: int,
    **values: Any,
) -> Sequence[Any]:
    """Claim at most ``limit`` rows of a table with ``try_at``, longest due first; nobody else has them before ``until``.

    ``key`` is its primary key's column, ``due`` what else must hold, ``values`` what else is set. Returns the rows.
    """
    chosen = (
        select(key)
        .where(*due, col(kind.try_at) <= now)
        .order_by(col(kind.try_at), col(key))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
        .cte('due')
    )  # a plain subquery may run for each row, and claim more than the limit
    claimed = await session.exec(
        update(kind)
        .where(col(key).in_(select(chosen.c[key.key])))
        .values(try_at=until, **values)
        .returning(kind)
    )
    return claimed.scalars().all()
