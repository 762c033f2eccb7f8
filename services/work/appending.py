"""Append-only rows of a unit of work, written together with its events in one statement (decision 0039).

Steps, states, the desk's own lines and decisions are written and not read again in their transaction, so they can all wait
for its end. Each insert of its own would cost a round trip, with the rows of other tables no less than with events.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import TextClause, inspect, text
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock, tracing
from desk.events import Event
from models import AgentStatusChange, ChatArchive, ContactStep, Message, RoutingDecision

Appended = AgentStatusChange | ChatArchive | ContactStep | Message | RoutingDecision
Table = (
    type[AgentStatusChange]
    | type[ChatArchive]
    | type[ContactStep]
    | type[Message]
    | type[RoutingDecision]
)
TABLES: tuple[Table, ...] = (
    AgentStatusChange,
    ChatArchive,
    ContactStep,
    Message,
    RoutingDecision,
)
AGAIN: dict[Table, str] = {
    ChatArchive: 'ON CONFLICT (chat_session_id) DO UPDATE SET try_at = excluded.try_at, stored_at = NULL'
}
"""What becomes of a row that is there already: a chat that ends a second time is stored anew under its first key."""


async def append(
    session: AsyncSession, rows: Sequence[Appended], events: Sequence[Event]
) -> list[int]:
    """Write rows, each table's in order, and an outbox entry for each event; return the entries' ids in order."""
    if not rows and not events:
        return []
    await session.flush()  # a row may refer to one that the session has not written yet
    values: dict[str, object] = {
        'kinds': [event.kind for event in events],
        'bodies': [event.model_dump_json() for event in events],
        'now': clock.now(),
        'trace': tracing.carried() or None,
    }
    by_table = {table: [row for row in rows if type(row) is table] for table in TABLES}
    tables = tuple(table for table, own in by_table.items() if own)
    values |= {_name(table): _as_json(by_table[table]) for table in tables}
    connection = await session.connection()
    return list((await connection.execute(_statement(tables), values)).scalars())


@cache
def _statement(tables: tuple[Table, ...]) -> TextClause:
    """Return the statement for rows of these tables; the outbox comes last and is always there."""
    inserts = ', '.join(f'{_name(table)}_written AS ({_insert(table)})' for table in tables)
    return text(f"""
        {'WITH ' + inserts if inserts else ''}
        INSERT INTO outbox (kind, body, created_at, trace)
        SELECT kind, body, :now, :trace
        FROM unnest(CAST(:kinds AS text[]), CAST(:bodies AS text[])) WITH ORDINALITY AS event (kind, body, place)
        ORDER BY place
        RETURNING id
    """)  # noqa: S608 - built from the tables' own names only


def _insert(table: Table) -> str:
    """Return the insert of a table's rows, which come as JSON: PostgreSQL itself reads each column's type."""
    stored = inspect(table).local_table.columns
    columns = ', '.join(f'"{column.name}"' for column in stored if column.identity is None)
    rows = f'json_populate_recordset(CAST(NULL AS {_name(table)}), CAST(:{_name(table)} AS json))'
    return f'INSERT INTO {_name(table)} ({columns}) SELECT {columns} FROM {rows} {AGAIN.get(table, "")}'  # noqa: S608 - see above


def _as_json(rows: Sequence[Appended]) -> str:
    return f'[{",".join(row.model_dump_json() for row in rows)}]'


def _name(table: Table) -> str:
    return str(table.__tablename__)
