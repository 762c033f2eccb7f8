"""Queries for undoing an import: which records can be restored, why others cannot, and restoring them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import Agent, ImportedCustomer, ImportRun

_LOCK = """
    SELECT count(*) FROM (
        SELECT FROM customers JOIN imported_customers ON customer_id = customers.id
        WHERE run_id = :run_id ORDER BY customers.id FOR NO KEY UPDATE OF customers) AS locked
"""
"""In the common lock order (``services.customers.queries.locked``); locked records get no new contacts or
notes."""
_JUDGE = """
    CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS
    SELECT customer_id, is_new, imported.version, CASE
        WHEN customers.id IS NULL OR merged_into_id IS NOT NULL OR erased_at IS NOT NULL THEN 'import.left_gone'
        WHEN customers.version <> imported.version THEN 'import.left_changed'
        WHEN is_new AND (EXISTS (SELECT FROM chat_sessions AS one WHERE one.customer_id = customers.id)
            OR EXISTS (SELECT FROM calls AS one WHERE one.customer_id = customers.id)
            OR EXISTS (SELECT FROM callbacks AS one WHERE one.customer_id = customers.id)
            OR EXISTS (SELECT FROM notes AS one WHERE one.customer_id = customers.id)
            OR EXISTS (SELECT FROM customer_attachments AS one WHERE one.customer_id = customers.id)) THEN 'import.left_used'
        END AS reason
    FROM imported_customers AS imported LEFT JOIN customers ON customers.id = customer_id
    WHERE run_id = :run_id
"""
_LEFT = """
    SELECT reason, coalesce(number, 0), coalesce(name, '')
    FROM undoing LEFT JOIN customers ON customers.id = customer_id
    WHERE reason IS NOT NULL ORDER BY number LIMIT :limit
"""
_COUNT_LEFT = 'SELECT count(*) FROM undoing WHERE reason IS NOT NULL'
_DELETE = """
    DELETE FROM customers USING undoing WHERE customers.id = customer_id AND is_new AND reason IS NULL
"""
_BEFORE = """
    CREATE TEMPORARY TABLE before ON COMMIT DROP AS
    SELECT undoing.customer_id, fields FROM undoing
    JOIN customer_changes USING (customer_id, version) WHERE NOT is_new AND reason IS NULL
"""
_NOTE_CHANGES = """
    INSERT INTO customer_changes (id, customer_id, agent_id, version, fields)
    SELECT gen_random_uuid(), customers.id, :agent_id, customers.version + 1,
        (SELECT jsonb_object_agg(key, jsonb_build_array(value -> 1, value -> 0)) FROM jsonb_each(fields))
    FROM before JOIN customers ON customers.id = customer_id
"""
_RESTORE = """
    UPDATE customers SET
        name = CASE WHEN fields ? 'name' THEN fields #>> '{name,0}' ELSE name END,
        email = CASE WHEN fields ? 'email' THEN fields #>> '{email,0}' ELSE email END,
        customer_type = CASE WHEN fields ? 'customer_type'
            THEN CAST(fields #>> '{customer_type,0}' AS customer_type) ELSE customer_type END,
        status = CASE WHEN fields ? 'status'
            THEN CAST(fields #>> '{status,0}' AS customer_status) ELSE status END,
        risk_level = CASE WHEN fields ? 'risk_level'
            THEN CAST(fields #>> '{risk_level,0}' AS risk_level) ELSE risk_level END,
        call_permission = CASE WHEN fields ? 'call_permission'
            THEN CAST(fields #>> '{call_permission,0}' AS call_permission) ELSE call_permission END,
        memo = CASE WHEN fields ? 'memo' THEN fields #>> '{memo,0}' ELSE memo END,
        phone = CASE WHEN fields ? 'phones' THEN fields #>> '{phones,0,0}' ELSE phone END,
        other_phones = CASE WHEN fields ? 'phones' THEN ARRAY(
            SELECT one FROM jsonb_array_elements_text(fields #> '{phones,0}') WITH ORDINALITY AS each (one, place)
            WHERE place > 1 ORDER BY place) ELSE other_phones END,
        attributes = (
            attributes - ARRAY(SELECT substr(key, 12) FROM jsonb_each(fields) WHERE key LIKE 'attributes.%')
        ) || coalesce((
            SELECT jsonb_object_agg(substr(key, 12), value -> 0) FROM jsonb_each(fields)
            WHERE key LIKE 'attributes.%' AND value -> 0 <> 'null'), '{}'),
        version = version + 1, updated_at = now()
    FROM before WHERE customers.id = customer_id
    RETURNING customers.id
"""


async def recent(session: AsyncSession, since: datetime) -> Sequence[tuple[ImportRun, Agent]]:
    """Return the imports since then, newest first, with the names of their importers."""
    statement = (
        select(ImportRun, Agent)
        .join(Agent, col(Agent.id) == col(ImportRun.agent_id))
        .where(col(ImportRun.created_at) > since)
        .order_by(col(ImportRun.created_at).desc())
    )
    return (await session.exec(statement)).all()


async def locked(session: AsyncSession, run_id: UUID) -> ImportRun | None:
    """Return an import, locked against another undo."""
    return await session.get(ImportRun, run_id, with_for_update=ROW_LOCK)


async def judge(session: AsyncSession, run_id: UUID) -> int:
    """Lock the records of an import and find those that cannot be restored; return how many."""
    await _run(session, _LOCK, run_id=run_id)
    await _run(session, _JUDGE, run_id=run_id)
    return int((await _run(session, _COUNT_LEFT)).scalar_one())


async def left(session: AsyncSession, *, limit: int) -> list[tuple[str, int, str]]:
    """Return records that cannot be restored: the reason's catalogue key, their number and name."""
    return [tuple(row) for row in await _run(session, _LEFT, limit=limit)]


async def remove_new(session: AsyncSession) -> int:
    """Delete the records that the import created; return how many."""
    return int((await _run(session, _DELETE)).rowcount)


async def restore_changed(session: AsyncSession, agent_id: UUID) -> list[UUID]:
    """Restore the records that the import changed; return their ids."""
    await _run(session, _BEFORE)
    await _run(session, _NOTE_CHANGES, agent_id=agent_id)
    return list((await _run(session, _RESTORE)).scalars())


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    """Delete the undo data of older imports."""
    old = select(col(ImportRun.id)).where(col(ImportRun.created_at) < moment)
    await session.exec(delete(ImportedCustomer).where(col(ImportedCustomer.run_id).in_(old)))


async def _run(session: AsyncSession, statement: str, **values: object) -> Any:
    return await session.exec(text(statement).bindparams(**values))  # type: ignore[call-overload]  # plain SQL
