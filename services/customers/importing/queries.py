"""Queries for importing customers: rows go to a temporary table, are compared, then stored.

All of it is one transaction. Records are locked as late as possible: an import of minutes must not
block the end of a chat, which updates its customer. So records that changed meanwhile are compared
again once they are locked.
"""

from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.customers.fields import MAX_ATTRIBUTES
from services.customers.importing.changes import Counts, OtherPerson, RecordChange
from services.customers.importing.sheet import COPIED, RowFault

LOCK = 32334  # 32333 is the message index's (migration 0002)
CHUNK_BYTES = 1 << 20
BATCH_ROWS = 20_000

_INCOMING = """
    CREATE TEMPORARY TABLE incoming (
        row int PRIMARY KEY, number bigint, name varchar, phone varchar, other_phones varchar[], email varchar,
        customer_type customer_type, status customer_status, risk_level risk_level, call_permission call_permission,
        memo text, attributes jsonb,
        customer_id uuid, fault text, other_row int, version int, first_phone varchar, further_phones varchar[], changed jsonb
    ) ON COMMIT DROP
"""
_COPY = (
    f'COPY incoming (row, {", ".join(COPIED)}, other_phones, attributes) FROM STDIN (FORMAT csv)'
)

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
    # A row that differs in every identifying field is about another person, until somebody confirms
    # otherwise.
    """
    UPDATE incoming SET fault = 'import.other_person'
    FROM customers WHERE customers.id = customer_id AND incoming.number IS NOT NULL AND fault IS NULL
        AND row <> ALL (:same_people)
        AND name_key(incoming.name) <> name_key(customers.name)
        AND incoming.phone <> ALL (customers.phone || customers.other_phones)
        AND NOT coalesce(incoming.other_phones, '{}') && (customers.phone || customers.other_phones)
    """,
    f"""
    UPDATE incoming SET fault = 'customer.attributes_many'
    FROM customers WHERE customers.id = customer_id AND fault IS NULL AND incoming.attributes IS NOT NULL
        AND (SELECT count(*) FROM jsonb_object_keys(customers.attributes || incoming.attributes)) >
            greatest({MAX_ATTRIBUTES}, (SELECT count(*) FROM jsonb_object_keys(customers.attributes)))
    """,  # noqa: S608 - a constant of this module
    """
    WITH named AS (
        SELECT row, min(row) OVER (PARTITION BY coalesce(customer_id::text, phone)) AS first
        FROM incoming WHERE fault IS NULL
    )
    UPDATE incoming SET fault = 'import.twice', other_row = first
    FROM named WHERE named.row = incoming.row AND first < named.row
    """,
)
"""The customer that each row matches, and errors that prevent the match."""

_SIMPLE = ('name', 'email', 'customer_type', 'status', 'risk_level', 'call_permission', 'memo')
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
"""Rows not compared yet, and rows whose record changed since they were compared."""
_COMPARING = (
    # A number that the customer already has does not change the main one; without a column of other
    # numbers these stay.
    f"""
    UPDATE incoming SET
        first_phone = CASE WHEN incoming.phone = ANY(customers.other_phones) THEN customers.phone
            ELSE coalesce(incoming.phone, customers.phone) END,
        further_phones = coalesce(incoming.other_phones, customers.other_phones)
    {_TO_COMPARE}
    """,  # noqa: S608 - built from the names above
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
    """,  # noqa: S608 - built from the names above
)
"""The changes of a row: by field [before, after], as in ``customer_changes``; none for deleted
customers."""
_LOCK = """
    SELECT count(*) FROM (
        SELECT FROM customers JOIN incoming ON incoming.customer_id = customers.id
        WHERE fault IS NULL AND changed <> '{}' ORDER BY customers.id FOR NO KEY UPDATE OF customers) AS locked
"""
"""In the common lock order (``services.customers.queries.locked``)."""
_COUNTS = """
    SELECT count(*) FILTER (WHERE customer_id IS NULL), count(*) FILTER (WHERE changed <> '{}'),
        count(*) FILTER (WHERE changed = '{}')
    FROM incoming WHERE fault IS NULL
"""
_INSERT = """
    WITH made AS (
    INSERT INTO customers (
        id, name, phone, other_phones, email, customer_type, status, risk_level, call_permission, memo, attributes)
    SELECT gen_random_uuid(), name, phone, coalesce(array_remove(other_phones, phone), '{}'), email,
        coalesce(customer_type, 'individual'), coalesce(status, 'active'), coalesce(risk_level, 'low'),
        coalesce(call_permission, 'service'),
        coalesce(memo, ''), coalesce(attributes, '{}')
    FROM incoming
    WHERE row > :after AND row <= :upto AND customer_id IS NULL AND fault IS NULL ORDER BY row
    RETURNING id, version)
    INSERT INTO imported_customers (run_id, customer_id, version, is_new) SELECT :run_id, id, version, true FROM made
"""
_NOTE_CHANGES = """
    INSERT INTO customer_changes (id, customer_id, agent_id, version, fields)
    SELECT gen_random_uuid(), customer_id, :agent_id, customers.version + 1, changed
    FROM incoming JOIN customers ON customers.id = customer_id WHERE fault IS NULL AND changed <> '{}'
"""
_UPDATE = f"""
    WITH written AS (
    UPDATE customers SET
        {', '.join(f'{name} = coalesce(incoming.{name}, customers.{name})' for name in _SIMPLE)},
        phone = first_phone, other_phones = further_phones,
        attributes = customers.attributes || coalesce(incoming.attributes, '{{}}'),
        version = customers.version + 1, updated_at = now()
    FROM incoming WHERE customers.id = incoming.customer_id AND fault IS NULL AND changed <> '{{}}'
    RETURNING customers.id, customers.version)
    INSERT INTO imported_customers (run_id, customer_id, version, is_new) SELECT :run_id, id, version, false FROM written
    RETURNING customer_id
"""  # noqa: S608 - built from the names above


_CHANGES = """
    SELECT row, customers.number, customers.name, coalesce(incoming.name, customers.name),
        ARRAY(SELECT jsonb_object_keys(changed))
    FROM incoming JOIN customers ON customers.id = customer_id WHERE fault IS NULL AND changed <> '{}'
    ORDER BY changed ? 'name' DESC, row LIMIT :limit
"""
_OTHER_PEOPLE = """
    SELECT row, customers.number, customers.name, customers.phone, incoming.name, incoming.phone
    FROM incoming JOIN customers ON customers.id = customer_id WHERE fault = 'import.other_person'
    ORDER BY row LIMIT :limit
"""
_RENAMED = "SELECT count(*) FROM incoming WHERE fault IS NULL AND changed ? 'name'"


async def is_first(session: AsyncSession) -> bool:
    """Whether no other import is running; holds the lock until the transaction ends."""
    statement = text('SELECT pg_try_advisory_xact_lock(:lock)').bindparams(lock=LOCK)
    return bool((await session.exec(statement)).scalar_one())  # type: ignore[call-overload]  # plain SQL


async def load(session: AsyncSession, rows: Path) -> None:
    """Copy the rows of a file into the table ``incoming``."""
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


async def match(session: AsyncSession, same_people: Collection[int]) -> Counts:
    """Match rows with customers; find their errors and the changes they would make.

    ``same_people`` are rows confirmed to be about the record they refer to.
    """
    for statement in (*_MATCHING, *_COMPARING):
        decided = {'same_people': list(same_people)} if ':same_people' in statement else {}
        await _run(session, statement, **decided)
    return Counts(*(await _run(session, _COUNTS)).one())


async def faults(session: AsyncSession) -> list[RowFault]:
    """Return the errors, by row."""
    statement = 'SELECT row, fault, other_row FROM incoming WHERE fault IS NOT NULL ORDER BY row'
    return [
        RowFault(row=row, key=key, values=_values(key, other_row))
        for row, key, other_row in await _run(session, statement)
    ]


def _values(key: str, other_row: int | None) -> dict[str, object]:
    if key == 'customer.attributes_many':
        return {'most': MAX_ATTRIBUTES}
    return {} if other_row is None else {'other_row': other_row}


async def changes(session: AsyncSession, *, limit: int) -> tuple[RecordChange, ...]:
    """Return the records that would change, those with a new name first."""
    return tuple(RecordChange(*row) for row in await _run(session, _CHANGES, limit=limit))


async def renamed(session: AsyncSession) -> int:
    """Return how many records would get a new name."""
    return int((await _run(session, _RENAMED)).scalar_one())


async def other_people(session: AsyncSession, *, limit: int) -> tuple[OtherPerson, ...]:
    """Return the rows that seem to be about another person than the record they refer to."""
    return tuple(OtherPerson(*row) for row in await _run(session, _OTHER_PEOPLE, limit=limit))


async def insert(session: AsyncSession, run_id: UUID) -> AsyncIterator[int]:
    """Store the new customers; yield the number of processed rows after each batch."""
    last = (await _run(session, 'SELECT coalesce(max(row), 0) FROM incoming')).scalar_one()
    for after in range(0, last, BATCH_ROWS):
        upto = min(after + BATCH_ROWS, last)
        await _run(session, _INSERT, after=after, upto=upto, run_id=run_id)
        yield upto


async def update(session: AsyncSession, agent_id: UUID, run_id: UUID) -> list[UUID]:
    """Update existing customers from their current values, store old values, and return their ids."""
    for statement in (_LOCK, *_COMPARING):
        await _run(session, statement)
    await _run(session, _NOTE_CHANGES, agent_id=agent_id)
    return list((await _run(session, _UPDATE, run_id=run_id)).scalars())


async def _run(session: AsyncSession, statement: str, **values: object) -> Any:
    return await session.exec(text(statement).bindparams(**values))  # type: ignore[call-overload]  # plain SQL
