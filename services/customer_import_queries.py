"""Bringing customers in: copied into a table of the transaction's own, compared with what is on record, then written.

All of it is one transaction. Rows on record are locked as late as possible: an import of minutes must not keep a chat
from ending, which updates its customer. So those that somebody else changed meanwhile are compared once more when they are locked.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.customer_sheet import COPIED, Fault

LOCK = 32334  # 32333 is the message index's (migration 0002)
CHUNK_BYTES = 1 << 20
BATCH_ROWS = 20_000

_INCOMING = """
    CREATE TEMPORARY TABLE incoming (
        row int PRIMARY KEY, number bigint, name varchar, phone varchar, other_phones varchar[], email varchar,
        customer_type customer_type, status customer_status, risk_level risk_level, memo text, attributes jsonb,
        customer_id uuid, fault text, other_row int, version int, first_phone varchar, further_phones varchar[], changed jsonb
    ) ON COMMIT DROP
"""
_COPY = f'COPY incoming (row, {", ".join(COPIED)}, attributes) FROM STDIN (FORMAT csv)'

_MATCHING = (
    """
    UPDATE incoming SET customer_id = customers.id,
        fault = CASE WHEN merged_into_id IS NOT NULL OR erased_at IS NOT NULL THEN 'import.number_gone' END
    FROM customers WHERE customers.number = incoming.number
    """,
    """
    UPDATE incoming SET fault = 'import.number_unknown' WHERE number IS NOT NULL AND customer_id IS NULL
    """,
    """
    WITH known AS (
        SELECT phone, id FROM customers WHERE merged_into_id IS NULL AND erased_at IS NULL
        UNION ALL
        SELECT unnest(other_phones), id FROM customers
        WHERE other_phones <> '{}' AND merged_into_id IS NULL AND erased_at IS NULL
    ), met AS (
        SELECT row, count(DISTINCT id) AS customers, min(id::text)::uuid AS id
        FROM incoming JOIN known USING (phone) WHERE number IS NULL GROUP BY row
    )
    UPDATE incoming SET customer_id = CASE WHEN customers = 1 THEN met.id END,
        fault = CASE WHEN customers > 1 THEN 'import.ambiguous' END
    FROM met WHERE met.row = incoming.row
    """,
    """
    UPDATE incoming SET fault = 'import.name_missing'
    WHERE customer_id IS NULL AND name IS NULL AND fault IS NULL
    """,
    """
    WITH named AS (
        SELECT row, min(row) OVER (PARTITION BY coalesce(customer_id::text, phone)) AS first
        FROM incoming WHERE fault IS NULL
    )
    UPDATE incoming SET fault = 'import.twice', other_row = first
    FROM named WHERE named.row = incoming.row AND first < named.row
    """,
)
"""Which customer a row is about, and what stands in its way."""

_SIMPLE = ('name', 'email', 'customer_type', 'status', 'risk_level', 'memo')
_DIFFERENCES = ', '.join(
    f"'{name}', CASE WHEN incoming.{name} <> customers.{name} OR customers.{name} IS NULL AND incoming.{name} IS NOT NULL"
    f' THEN jsonb_build_array(customers.{name}, incoming.{name}) END'
    for name in _SIMPLE
)
_TO_COMPARE = """
    FROM customers WHERE customers.id = incoming.customer_id AND fault IS NULL
        AND (changed IS NULL OR changed <> '{}' AND (
            incoming.version <> customers.version OR merged_into_id IS NOT NULL OR erased_at IS NOT NULL))
"""
"""Rows that were not compared yet, and those that would change what became another since."""
_COMPARING = (
    # A number that the customer has is no change of the first one; without a column of others they stay.
    f"""
    UPDATE incoming SET
        first_phone = CASE WHEN incoming.phone = ANY(customers.other_phones) THEN customers.phone
            ELSE coalesce(incoming.phone, customers.phone) END,
        further_phones = coalesce(incoming.other_phones, customers.other_phones)
    {_TO_COMPARE}
    """,  # noqa: S608 - made of the names above
    """
    UPDATE incoming SET further_phones = array_remove(further_phones, first_phone)
    WHERE first_phone = ANY(further_phones)
    """,
    f"""
    UPDATE incoming SET version = customers.version,
        changed = CASE WHEN merged_into_id IS NOT NULL OR erased_at IS NOT NULL THEN '{{}}' ELSE
            jsonb_strip_nulls(jsonb_build_object({_DIFFERENCES},
                'phones', CASE WHEN first_phone <> customers.phone OR further_phones <> customers.other_phones
                    THEN jsonb_build_array(
                        to_jsonb(customers.phone || customers.other_phones), to_jsonb(first_phone || further_phones))
                    END)) || coalesce((
                        SELECT jsonb_object_agg('attributes.' || key, jsonb_build_array(customers.attributes -> key, value))
                        FROM jsonb_each(incoming.attributes)
                        WHERE customers.attributes -> key IS DISTINCT FROM value), '{{}}')
            END
    {_TO_COMPARE}
    """,  # noqa: S608 - made of the names above
)
"""What a row would change: by field [before, after], as ``customer_changes`` keeps it; nothing of who is gone."""
_LOCK = """
    SELECT count(*) FROM (
        SELECT FROM customers JOIN incoming ON incoming.customer_id = customers.id
        WHERE fault IS NULL AND changed <> '{}' ORDER BY customers.id FOR NO KEY UPDATE OF customers) AS locked
"""
"""In the order of everybody who locks several (``customer_queries.locked``)."""
_COUNTS = """
    SELECT count(*) FILTER (WHERE customer_id IS NULL), count(*) FILTER (WHERE changed <> '{}'),
        count(*) FILTER (WHERE changed = '{}')
    FROM incoming WHERE fault IS NULL
"""
_INSERT = """
    INSERT INTO customers (id, name, phone, other_phones, email, customer_type, status, risk_level, memo, attributes)
    SELECT gen_random_uuid(), name, phone, coalesce(array_remove(other_phones, phone), '{}'), email,
        coalesce(customer_type, 'individual'), coalesce(status, 'active'), coalesce(risk_level, 'low'),
        coalesce(memo, ''), coalesce(attributes, '{}')
    FROM incoming
    WHERE row > :after AND row <= :upto AND customer_id IS NULL AND fault IS NULL ORDER BY row
"""
_NOTE_CHANGES = """
    INSERT INTO customer_changes (id, customer_id, agent_id, version, fields)
    SELECT gen_random_uuid(), customer_id, :agent_id, customers.version + 1, changed
    FROM incoming JOIN customers ON customers.id = customer_id WHERE fault IS NULL AND changed <> '{}'
"""
_UPDATE = f"""
    UPDATE customers SET
        {', '.join(f'{name} = coalesce(incoming.{name}, customers.{name})' for name in _SIMPLE)},
        phone = first_phone, other_phones = further_phones,
        attributes = customers.attributes || coalesce(incoming.attributes, '{{}}'),
        version = customers.version + 1, updated_at = now()
    FROM incoming WHERE customers.id = incoming.customer_id AND fault IS NULL AND changed <> '{{}}'
    RETURNING customers.id
"""  # noqa: S608 - made of the names above


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the rows without fault would do."""

    new: int
    changed: int
    same: int


async def is_first(session: AsyncSession) -> bool:
    """Whether nobody else imports; until the end of this transaction nobody else will."""
    statement = text('SELECT pg_try_advisory_xact_lock(:lock)').bindparams(lock=LOCK)
    return bool((await session.exec(statement)).scalar_one())  # type: ignore[call-overload]  # plain SQL


async def load(session: AsyncSession, rows: Path) -> None:
    """Copy the rows of a file into ``incoming``."""
    await _run(session, _INCOMING)
    connection: Any = await (await session.connection()).get_raw_connection()
    async with (
        await anyio.open_file(rows, 'rb') as file,
        connection.driver_connection.cursor() as cursor,
        cursor.copy(_COPY) as copy,
    ):
        while chunk := await file.read(CHUNK_BYTES):
            await copy.write(chunk)
    await _run(session, 'ANALYZE incoming')


async def match(session: AsyncSession) -> Counts:
    """Find out which customer each row is about, what is in its way, and what it would change."""
    for statement in (*_MATCHING, *_COMPARING):
        await _run(session, statement)
    new, changed, same = (await _run(session, _COUNTS)).one()
    return Counts(new=new, changed=changed, same=same)


async def faults(session: AsyncSession) -> list[Fault]:
    """Return what stands in the way, by row."""
    statement = 'SELECT row, fault, other_row FROM incoming WHERE fault IS NOT NULL ORDER BY row'
    return [
        Fault(row=row, key=key, values={} if other_row is None else {'other_row': other_row})
        for row, key, other_row in await _run(session, statement)
    ]


async def insert(session: AsyncSession) -> AsyncIterator[int]:
    """Write the new customers; says after each batch how many rows are behind it."""
    last = (await _run(session, 'SELECT coalesce(max(row), 0) FROM incoming')).scalar_one()
    for after in range(0, last, BATCH_ROWS):
        upto = min(after + BATCH_ROWS, last)
        await _run(session, _INSERT, after=after, upto=upto)
        yield upto


async def update(session: AsyncSession, agent_id: UUID) -> list[UUID]:
    """Write what changes of those on record as they are by now, and what it was before; returns who they are."""
    for statement in (_LOCK, *_COMPARING):
        await _run(session, statement)
    await _run(session, _NOTE_CHANGES, agent_id=agent_id)
    return list((await _run(session, _UPDATE)).scalars())


async def _run(session: AsyncSession, statement: str, **values: object) -> Any:
    return await session.exec(text(statement).bindparams(**values))  # type: ignore[call-overload]  # plain SQL
