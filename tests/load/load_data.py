"""Fill a desk with believable Korean data by COPY: ``make load-data CUSTOMERS=1000000 MESSAGES=1000000``.

All or nothing: it is one transaction, which takes the tables for itself while it lasts. Indexes are taken down
and built again, which is many times faster than to keep them; triggers rest, and what they would have kept (last
contact, number of chats) is counted once at the end.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from desk import clock
from desk.settings import Settings
from models import Agent, migrations
from tests.load import load_calls, load_contacts, load_people
from tests.load.load_contacts import Contacts
from tests.load.load_people import People

CONTACTS_SHARE = 5
"""So many messages to a contact, when nothing else is said."""
KNOWN = 200_000
"""Of so many customers the chats are made."""
CALLS_SHARE = 4
"""One of so many contacts is a call."""
_BIG = ('customers', 'chat_sessions', 'messages', 'message_grams', 'calls')
_COUNTED = ('chat_sessions', 'calls')


def fill(address: str, *, customers: int, messages: int, contacts: int, seed: int = 1) -> None:
    """Add so many rows to the migrated desk at ``address``, which has agents."""
    with psycopg.connect(address) as connection:
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        connection.execute('SET LOCAL synchronous_commit = off')
        with _without_indexes(connection):
            _fill(connection, customers, messages, contacts, random.Random(seed))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'VACUUM (ANALYZE) {", ".join(_BIG)}')


def _fill(
    connection: psycopg.Connection,
    customers: int,
    messages: int,
    contacts: int,
    chance: random.Random,
) -> None:
    now = clock.now()
    for rows in People(chance.getrandbits(32), now).rows(customers):
        _copy(connection, 'customers', load_people.COLUMNS, rows)
    known = connection.execute(
        'SELECT id, name, phone FROM customers TABLESAMPLE SYSTEM (100) LIMIT %s', [KNOWN]
    ).fetchall()
    chance.shuffle(known)
    with connection.cursor(row_factory=class_row(Agent)) as cursor:
        agents = cursor.execute("SELECT * FROM agents WHERE role = 'agent'").fetchall()
    people = [(one[0], one[1], one[2]) for one in known]
    calls = contacts // CALLS_SHARE
    made = Contacts(people, agents, now, chance)
    for batch in made.batches(messages, contacts - calls):
        _copy(connection, 'chat_sessions', load_contacts.CHAT_COLUMNS, batch.chats)
        _copy(connection, 'messages', load_contacts.MESSAGE_COLUMNS, batch.messages)
    called = load_calls.rows(people, agents, now, chance, calls)
    _copy(connection, 'calls', load_calls.COLUMNS, called)
    connection.execute(_COUNT)
    connection.execute(_GRAMS)


def _copy(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    statement = sql.SQL('COPY {} ({}) FROM STDIN').format(
        sql.Identifier(table), sql.SQL(', ').join(map(sql.Identifier, columns))
    )
    with connection.cursor().copy(statement) as copying:
        for row in rows:
            copying.write_row(row)


@contextmanager
def _without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Take down what is slow to keep row by row, and build it again afterwards, as it was."""
    keys = connection.execute(_FOREIGN_KEYS, [list(_BIG)]).fetchall()
    indexes = connection.execute(_INDEXES, [list(_BIG)]).fetchall()
    for table, name, _ in keys:
        connection.execute(_alter(table, 'DROP CONSTRAINT {}', name))
    for name, _ in indexes:
        connection.execute(sql.SQL('DROP INDEX {}').format(sql.Identifier(name)))
    for table in _COUNTED:
        connection.execute(
            sql.SQL('ALTER TABLE {} DISABLE TRIGGER USER').format(sql.Identifier(table))
        )
    yield
    for table in _COUNTED:
        connection.execute(
            sql.SQL('ALTER TABLE {} ENABLE TRIGGER USER').format(sql.Identifier(table))
        )
    for name, definition in indexes:
        began = time.monotonic()
        connection.execute(definition)
        print(f'  {name}: {time.monotonic() - began:.1f} s', flush=True)
    for table, name, definition in keys:
        connection.execute(_alter(table, 'ADD CONSTRAINT {} ' + definition, name))


def _alter(table: str, change: str, name: str) -> sql.Composed:
    statement = sql.SQL('ALTER TABLE {} ').format(
        sql.Identifier(table)
    )  # names out of the catalogue
    return statement + sql.SQL(change).format(sql.Identifier(name))  # type: ignore[arg-type]  # not a literal


_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid::regclass::text = ANY(%s) AND NOT indisunique ORDER BY 1
"""
_COUNT = """
    UPDATE customers SET total_chats = chats, total_calls = calls, last_contact_at = newest
    FROM (SELECT customer_id, sum(chat) AS chats, sum(1 - chat) AS calls, max(at) AS newest
          FROM (SELECT customer_id, 1 AS chat, coalesce(end_time, start_time) AS at FROM chat_sessions
                UNION ALL
                SELECT customer_id, 0, coalesce(end_time, start_time) FROM calls) AS contacts
          GROUP BY customer_id) AS counted
    WHERE customers.id = counted.customer_id
      AND (total_chats, total_calls, last_contact_at) IS DISTINCT FROM (chats, calls, newest)
"""

_GRAMS = """
    INSERT INTO message_grams (message_id, grams)
    SELECT messages.id, text_grams(search_key(content)) || department_gram(department)
    FROM messages JOIN chat_sessions ON chat_sessions.id = chat_session_id WHERE type = 'text'
    ON CONFLICT DO NOTHING
"""


def main(arguments: Sequence[str]) -> None:
    """Fill the desk that the settings name; an empty one gets the demo's people first."""
    import main as desk  # noqa: PLC0415 - the composition root

    parser = argparse.ArgumentParser(description='Fill a desk with believable data.')
    parser.add_argument('--customers', type=int, default=1_000_000)
    parser.add_argument('--messages', type=int, default=1_000_000)
    parser.add_argument('--contacts', type=int, default=0, help='a fifth of the messages')
    wanted = parser.parse_args(arguments)
    began = time.monotonic()
    with desk.with_backing_services(Settings()) as settings:
        migrations.upgrade(settings.migration_url, used_by=settings.database_url)
        asyncio.run(desk.fill_with_demo(settings))
        fill(
            settings.migration_url.replace('+psycopg', ''),
            customers=wanted.customers,
            messages=wanted.messages,
            contacts=wanted.contacts or max(1, wanted.messages // CONTACTS_SHARE),
        )
    print(
        f'{wanted.customers:,} customers and {wanted.messages:,} messages'
        f' in {time.monotonic() - began:.0f} s.'
    )


if __name__ == '__main__':
    main(sys.argv[1:])
