"""The audit log, as rows."""

from collections.abc import Sequence

from sqlalchemy import Text, cast
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import AuditEntry
from services.audit_chain import Sealed


async def sealed_after(session: AsyncSession, entry_id: int, *, limit: int) -> Sequence[Sealed]:
    """Return the entries after a number as they are stored, in their order, at most ``limit``."""
    columns = [getattr(AuditEntry, name) for name in Sealed.__dataclass_fields__]
    columns[columns.index(AuditEntry.details)] = cast(col(AuditEntry.details), Text)
    statement = select(*columns).where(col(AuditEntry.id) > entry_id)
    rows = await session.exec(statement.order_by(col(AuditEntry.id)).limit(limit))
    return [Sealed(**dict(zip(Sealed.__dataclass_fields__, row, strict=True))) for row in rows]
